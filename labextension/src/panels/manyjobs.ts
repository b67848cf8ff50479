/** Commands on many jobs at once: each asks first, and says at the end what was refused. */

import {
  Dialog,
  ICommandPalette,
  InputDialog,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { copyIcon, deleteIcon, editIcon, stopIcon } from '@jupyterlab/ui-components';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- what owns the list of jobs has loaded it
import { ENDED } from '../contract/sagemaker';
import { CommandIDs, ITrain } from '../tokens';
import { askedJobs, jobsArgs, namesIn } from '../ui/whichjobs';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { IJobSummary } from '../contract/sagemaker';

/** So many calls are under way at a time. */
const AT_ONCE = 4;

/** So many names and refusals fit into a dialog. */
const SHOWN = 10;

/** One thing that can be done to many jobs. */
interface IDeed {
  id: string;
  label: string;
  caption: string;
  icon: LabIcon;
  /** Asks; returns what to do to each job, or nothing if it is not to be. */
  ask: (jobs: readonly IJobSummary[]) => Promise<((job: IJobSummary) => Promise<void>) | null>;
  isFor: (job: IJobSummary) => boolean;
  /** Said when there is no job to do it to. */
  none: string;
}

export const manyJobsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:many-jobs',
  description: 'Commands that stop, delete, tag and clone many training jobs.',
  autoStart: true,
  requires: [ITrain],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    for (const deed of deeds(train, trans)) {
      app.commands.addCommand(deed.id, {
        label: deed.label,
        caption: deed.caption,
        icon: deed.icon,
        describedBy: { args: jobsArgs(trans) },
        execute: async args => {
          const there = train.jobs.jobs;
          const asked = (): Promise<string[]> => {
            return askedJobs(deed.label, there.filter(deed.isFor), trans);
          };
          const names = namesIn(args) ?? (there.some(deed.isFor) ? await asked() : []);
          if (names.length === 0 && there.some(deed.isFor)) {
            return; // none was chosen
          }
          const jobs = names.flatMap(name => train.jobs.find(name) ?? []).filter(deed.isFor);
          if (jobs.length === 0) {
            await showErrorMessage(deed.label, deed.none);
            return;
          }
          const work = await deed.ask(jobs);
          if (work) {
            await all(jobs, work, trans);
          }
        }
      });
      palette?.addItem({ command: deed.id, category: trans.__('Training') });
    }
  }
};

function deeds({ client }: ITrain, trans: TranslationBundle): IDeed[] {
  const cancel = trans.__('Cancel');
  return [
    {
      id: CommandIDs.stopJobs,
      label: trans.__('Stop Training Jobs…'),
      caption: trans.__('Ask jobs to end; what they have made so far is kept'),
      icon: stopIcon,
      isFor: job => !ENDED.has(job.TrainingJobStatus) && job.TrainingJobStatus !== 'Stopping',
      none: trans.__('None of these jobs runs.'),
      ask: async jobs => {
        const title = trans._n('Stop %1 job?', 'Stop %1 jobs?', jobs.length);
        const isSure = await confirmed(title, jobs, [cancel, trans.__('Stop')]);
        return isSure ? job => client.stop(job.TrainingJobName) : null;
      }
    },
    {
      id: CommandIDs.deleteJobs,
      label: trans.__('Delete Training Jobs…'),
      caption: trans.__('Forget jobs that have ended, with their logs and their curves'),
      icon: deleteIcon,
      isFor: job => ENDED.has(job.TrainingJobStatus),
      none: trans.__('Jobs that run are stopped before they are deleted.'),
      ask: async jobs => {
        const title = trans._n('Delete %1 job?', 'Delete %1 jobs?', jobs.length);
        const isSure = await confirmed(title, jobs, [cancel, trans.__('Delete')]);
        return isSure ? job => client.delete(job.TrainingJobName) : null;
      }
    },
    {
      id: CommandIDs.cloneJobs,
      label: trans.__('Clone Training Jobs…'),
      caption: trans.__('Start copies of jobs, under new names'),
      icon: copyIcon,
      isFor: () => true,
      none: trans.__('These jobs are not there any more.'),
      ask: async jobs => {
        const title = trans._n('Start a copy of %1 job?', 'Start copies of %1 jobs?', jobs.length);
        const isSure = await confirmed(title, jobs, [cancel, trans.__('Start')]);
        return isSure ? job => client.clone(job.TrainingJobName) : null;
      }
    },
    {
      id: CommandIDs.tagJobs,
      label: trans.__('Tag Training Jobs…'),
      caption: trans.__('Give jobs a tag'),
      icon: editIcon,
      isFor: job => job.TrainingJobArn !== undefined,
      none: trans.__('These jobs are not there any more.'),
      ask: async jobs => {
        const tag = await askedTag(jobs.length, trans);
        return tag ? job => client.tag(job.TrainingJobArn ?? '', tag) : null;
      }
    }
  ];
}

async function askedTag(
  count: number,
  trans: TranslationBundle
): Promise<{ key: string; value: string } | null> {
  const answer = await InputDialog.getText({
    title: trans._n('Tag %1 job', 'Tag %1 jobs', count),
    label: trans.__('Name of the tag, or name=value'),
    okLabel: trans.__('Tag'),
    cancelLabel: trans.__('Cancel')
  });
  const [key, ...rest] = (answer.value ?? '').split('=');
  return key.trim() ? { key: key.trim(), value: rest.join('=').trim() } : null;
}

async function confirmed(
  title: string,
  jobs: readonly IJobSummary[],
  [no, yes]: [string, string]
): Promise<boolean> {
  const names = jobs.map(job => job.TrainingJobName);
  const body = [...names.slice(0, SHOWN), ...(names.length > SHOWN ? ['…'] : [])].join('\n');
  const buttons = [Dialog.cancelButton({ label: no }), Dialog.warnButton({ label: yes })];
  return (await showDialog({ title, body, buttons })).button.accept;
}

/** Do it to all, a few at a time; a refusal stops none of the others. */
async function all(
  jobs: readonly IJobSummary[],
  work: (job: IJobSummary) => Promise<void>,
  trans: TranslationBundle
): Promise<void> {
  const left = [...jobs];
  const refusals: string[] = [];
  const worker = async (): Promise<void> => {
    for (let job = left.shift(); job; job = left.shift()) {
      try {
        await work(job);
      } catch (error) {
        refusals.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (refusals.length > 0) {
    const title = trans._n('%1 job refused', '%1 jobs refused', refusals.length);
    await showErrorMessage(title, refusals.slice(0, SHOWN).join('\n'));
  }
}
