/** Says once that a job has ended, in one of the windows, with what can be done about it. */

import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
/* eslint-disable jupyter/prefer-lazy-imports -- endings must not be missed meanwhile */
import { Endings, keyOf } from '../data/endings';
import { Once } from '../data/once';
/* eslint-enable jupyter/prefer-lazy-imports */
import { CommandIDs, ITrain, SETTINGS } from '../tokens';
import { noticesOf } from '../ui/notice';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Deed, INotice, Wanted } from '../ui/notice';

export const noticesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:notices',
  description: 'Notifies of training jobs that have ended.',
  autoStart: true,
  requires: [ITrain],
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    train: ITrain,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ): Promise<void> => {
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const endings = new Endings();
    const { baseUrl } = app.serviceManager.serverSettings;
    // a page that is not secure has no locks, whatever its types say
    const locks = navigator.locks as LockManager | undefined;
    const once = new Once(`jupyter-train:told:${baseUrl}`, localStorage, locks);
    let wanted: Wanted = 'all';
    train.jobs.facts.connect((_, facts) => {
      void once.claim(endings.of(facts), keyOf).then(ended => {
        noticesOf(ended, wanted, trans).forEach(each => { tell(app, each, trans); });
      });
    });
    const settings = await registry?.load(SETTINGS).catch(() => null);
    const obey = (): void => { wanted = settings?.get('notifications').composite as Wanted; };
    if (settings) {
      settings.changed.connect(obey);
      obey();
    }
  }
};

function tell(app: JupyterFrontEnd, notice: INotice, trans: TranslationBundle): void {
  const { text, kind, job, deeds, autoClose } = notice;
  // Read a row as: a deed has this name, and is this command.
  const acts: Record<Deed, [string, string, ReadonlyPartialJSONObject]> = {
    log: [trans.__('Open log'), CommandIDs.openJob, { job, page: 'log' }],
    job: [trans.__('Open job'), CommandIDs.openJob, { job }],
    clone: [trans.__('Clone'), CommandIDs.cloneJob, { job }],
    list: [trans.__('Show jobs'), CommandIDs.showJobs, {}]
  };
  const actions = deeds.map(deed => acts[deed])
    .filter(([, id]) => app.commands.hasCommand(id))
    .map(([label, id, args]) => ({
      label,
      callback: (): void => { void app.commands.execute(id, args); }
    }));
  Notification.emit(text, kind, { actions, autoClose });
}
