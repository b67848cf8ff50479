/** A job in a notebook's output: it names the job, and all the rest comes from the stream. */

import { Panel } from '@lumino/widgets';
import { object, text, WireError } from '../contract/json';
import { JOB_MIME_TYPE } from '../tokens';

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Connection, Stream } from '../data/stream';
import type { ITrain } from '../tokens';
import type { JobView } from '../ui/jobview';

/** Lines of the log that an output begins with. */
const TAIL = 200;

export class JobRenderer extends Panel implements IRenderMime.IRenderer {
  /**
   * @param train - what all views share
   * @param trans - the words
   * @param open - opens the job's own tab, where there is such a thing
   */
  constructor(
    private train: ITrain,
    private trans: TranslationBundle,
    private open?: (job: string) => void
  ) {
    super();
    this.addClass('jt-Output');
    train.stream.changed.connect(this._tell, this);
    train.preferences.changed.connect(this._smooth, this);
  }

  /** Draw the job that the output names; drawing the same one again changes nothing. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    try {
      await this._draw(text(object(model.data[JOB_MIME_TYPE], 'output'), 'job'));
    } catch (error) {
      if (!(error instanceof WireError)) {
        throw error;
      }
      this.node.textContent = this.trans.__('This output names no training job.');
    }
  }

  private async _draw(name: string): Promise<void> {
    if (this._name === name) {
      return;
    }
    this._name = name;
    const [{ JobView }, { JobModels }] = await Promise.all([
      import('../ui/jobview'),
      import('../data/jobmodels')
    ]);
    if (this.isDisposed || this._name !== name) {
      return;
    }
    const { train: { client, stream }, open } = this;
    const actions = {
      stop: (): Promise<void> => client.stop(name),
      ...(open && { open: (): void => { open(name); } })
    };
    this._view?.dispose();
    this._view = new JobView(new JobModels(client, stream, name, TAIL), actions, this.trans);
    this.addWidget(this._view);
    this._tell(stream, stream.connection);
    this._smooth();
  }

  private _tell(_stream: Stream, connection: Connection): void {
    if (this._view) {
      this._view.isConnected = connection !== 'lost';
    }
  }

  private _smooth(): void {
    if (this._view) {
      this._view.smoothing = this.train.preferences.smoothing;
    }
  }

  private _name = '';
  private _view: JobView | null = null;
}
