/** A launch form in a notebook's output: it asks the server, also while the kernel is busy. */

import { JSONExt } from '@lumino/coreutils';
import { Panel } from '@lumino/widgets';
import { readForm, shareable } from '../contract/form';
import { object, WireError } from '../contract/json';
import { later } from '../data/later';
import { newLaunch, pythons } from '../data/launching';
import { FORM_MIME_TYPE } from '../tokens';

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { PartialJSONValue } from '@lumino/coreutils';
import type { KernelSpec } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IForm } from '../contract/form';
import type { LaunchModel } from '../data/launch';
import type { ITrain } from '../tokens';

/** What a form in an output is made from. */
export interface IFormServices {
  train: ITrain;
  kernels: KernelSpec.IManager;
  /** Opens a job's own tab, where there is such a thing. */
  open?: (job: string) => void;
  trans: TranslationBundle;
}

/** What is typed is in the notebook after a pause of so long, ms. */
const PAUSE = 500;

export class FormRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(private services: IFormServices) {
    super();
    this.addClass('jt-Output');
    // a notebook would take keys on buttons and lists as its own
    this.node.dataset.lmSuppressShortcuts = 'true';
  }

  /** Draw the form, filled as the output says; a form that is there already is left as it is. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const asked = JSON.stringify(model.data[FORM_MIME_TYPE]);
    if (asked === this._asked) {
      return;
    }
    this._asked = asked;
    this._life.abort();
    this._life = new AbortController();
    try {
      await this._draw(readForm(object(model.data[FORM_MIME_TYPE], 'output').form ?? {}), model);
    } catch (error) {
      if (!(error instanceof WireError)) {
        throw error;
      }
      this.node.textContent = this.services.trans.__('This is no launch form: %1.', error.message);
    }
  }

  override dispose(): void {
    this._life.abort();
    super.dispose();
  }

  private async _draw(form: IForm, output: IRenderMime.IMimeModel): Promise<void> {
    const { train, kernels, open, trans } = this.services;
    const life = this._life;
    const model = newLaunch(train, { form }, life.signal);
    this._keep(model, output, life.signal);
    const [{ LaunchView }, found] = await Promise.all([
      import('../ui/launchview'),
      pythons(kernels)
    ]);
    if (life.signal.aborted) {
      return;
    }
    const around = { kernels: found, engine: () => model.server.engine() };
    const started = (job: string): void => { open?.(job); };
    this.widgets.forEach(each => { each.dispose(); });
    this.addWidget(new LaunchView({ model, around, started, trans, canDrop: true }, life));
  }

  /** Have the output say what is typed, so that the notebook is saved with it. */
  private _keep(model: LaunchModel, output: IRenderMime.IMimeModel, until: AbortSignal): void {
    let known = shareable(model.form);
    const keep = (): void => {
      const form = shareable(model.form);
      if (form && !JSONExt.deepEqual(form as PartialJSONValue, known as PartialJSONValue)) {
        known = form;
        const said = { ...object(output.data[FORM_MIME_TYPE], 'output'), form };
        this._asked = JSON.stringify(said);
        output.setData({ data: { ...output.data, [FORM_MIME_TYPE]: said as PartialJSONValue } });
      }
    };
    let cancel = (): void => undefined;
    model.changed.connect(() => {
      cancel();
      cancel = later(keep, PAUSE);
    }, this);
    until.addEventListener('abort', () => { cancel(); }, { once: true });
  }

  private _asked: string | undefined;
  private _life = new AbortController();
}
