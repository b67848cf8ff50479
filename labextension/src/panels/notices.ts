/** Says once that a job has ended, with what can be done about it. */

import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- endings must not be missed meanwhile
import { Endings } from '../data/endings';
import { CommandIDs, ITrain, SETTINGS } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

/** Which endings are told. */
type Wanted = 'all' | 'failures' | 'none';

/** More than these at once become one notice. */
const AT_ONCE = 3;

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
    let wanted: Wanted = 'all';
    train.jobs.facts.connect((_, facts) => {
      const ended = endings.of(facts).filter(job => isWanted(job, wanted));
      if (ended.length > AT_ONCE) {
        tellAll(app, ended, trans);
      } else {
        ended.forEach(job => { tell(app, job, trans); });
      }
    });
    const settings = await registry?.load(SETTINGS).catch(() => null);
    const obey = (): void => { wanted = settings?.get('notifications').composite as Wanted; };
    if (settings) {
      settings.changed.connect(obey);
      obey();
    }
  }
};

function isWanted(job: IJobSummary, wanted: Wanted): boolean {
  return wanted === 'all' || (wanted === 'failures' && job.TrainingJobStatus === 'Failed');
}

function tell(app: JupyterFrontEnd, job: IJobSummary, trans: TranslationBundle): void {
  const name = job.TrainingJobName;
  const open = (): void => { void app.commands.execute(CommandIDs.openJob, { job: name }); };
  const actions = app.commands.hasCommand(CommandIDs.openJob)
    ? [{ label: trans.__('Open job'), caption: trans.__('Its log and its curves'), callback: open }]
    : [];
  if (job.TrainingJobStatus === 'Failed') {
    const why = job.FailureReason ?? '';
    const text = why ? trans.__('%1 failed: %2', name, why) : trans.__('%1 failed', name);
    Notification.error(text, { actions, autoClose: false });
  } else if (job.TrainingJobStatus === 'Completed') {
    Notification.success(trans.__('%1 completed', name), { actions, autoClose: 5000 });
  } else {
    Notification.info(trans.__('%1 stopped', name), { actions, autoClose: 5000 });
  }
}

function tellAll(
  app: JupyterFrontEnd,
  jobs: readonly IJobSummary[],
  trans: TranslationBundle
): void {
  const failed = jobs.filter(job => job.TrainingJobStatus === 'Failed').length;
  const text = trans.__('%1 training jobs ended, %2 of them failed', jobs.length, failed);
  const show = (): void => { void app.commands.execute(CommandIDs.showJobs); };
  const actions = [{ label: trans.__('Show jobs'), callback: show }];
  Notification.emit(text, failed > 0 ? 'error' : 'info', { actions, autoClose: 10000 });
}
