/** A job in a notebook's output: it names the job, and all the rest comes from the stream. */

import { Panel } from '@lumino/widgets';
import { object, text, WireError } from '../contract/json';
import { CurvesModel } from '../data/curves';
import { JobModel } from '../data/job';
import { LogModel } from '../data/logs';
import { JOB_MIME_TYPE } from '../tokens';

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Connection, Stream } from '../data/stream';
import type { ITrain } from '../tokens';
import type { IJobActions, IJobModels, JobView } from '../ui/jobview';

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

  override dispose(): void {
    this._life?.abort();
    super.dispose();
  }

  protected override onAfterAttach(): void {
    this._follow();
  }

  /** A notebook detaches what is scrolled away: it goes on where it was when it comes back. */
  protected override onBeforeDetach(): void {
    this._life?.abort();
    this._life = null;
  }

  private async _draw(name: string): Promise<void> {
    if (this._models?.job.name === name) {
      return;
    }
    const models = {
      job: new JobModel(name),
      curves: new CurvesModel(name),
      log: new LogModel(name, TAIL)
    };
    this._models = models;
    const { JobView } = await import('../ui/jobview');
    if (this.isDisposed || this._models !== models) {
      return;
    }
    this._life?.abort();
    this._life = null;
    this._view?.dispose();
    this._view = new JobView(models, this._actions(models), this.trans);
    this.addWidget(this._view);
    this._follow();
  }

  private _actions({ job, log }: IJobModels): IJobActions {
    const { client } = this.train;
    const { open } = this;
    return {
      stop: () => client.stop(job.name),
      older: () => log.older(client),
      ...(open && { open: () => { open(job.name); } })
    };
  }

  private _follow(): void {
    if (!this._models || !this._view || !this.isAttached || this._life) {
      return;
    }
    this._life = new AbortController();
    const { signal } = this._life;
    const { job, curves, log } = this._models;
    [job, curves, log].forEach(model => { model.follow(this.train.stream, signal); });
    this._tell(this.train.stream, this.train.stream.connection);
  }

  private _tell(_stream: Stream, connection: Connection): void {
    if (this._view) {
      this._view.isConnected = connection !== 'lost';
    }
  }

  private _models: IJobModels | null = null;
  private _view: JobView | null = null;
  private _life: AbortController | null = null;
}
