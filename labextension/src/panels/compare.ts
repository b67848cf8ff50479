/** A tab in which jobs are compared; back after a reload. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  showErrorMessage,
  WidgetTracker
} from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, ITrain } from '../tokens';
import { trainIcon } from '../ui/icon';
import { onlyTab } from '../ui/onlytab';
import { askedJobs, jobsArgs, namesIn } from '../ui/whichjobs';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Comparison, IComparedModels } from '../ui/comparison';

type Tab = MainAreaWidget<Comparison>;

/** More jobs than this have no colours of their own in a chart, and each is followed. */
const MOST = 20;

export const comparePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:compare',
  description: 'Compares training jobs in a tab of the main area.',
  autoStart: true,
  requires: [ITrain],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, ITranslator],
  // eslint-disable-next-line max-params -- one for each service
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    shell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    if (!shell) {
      return; // Notebook 7 has one document in its main area
    }
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const tracker = new WidgetTracker<Tab>({ namespace: 'jupyter-train-compare' });
    const label = trans.__('Compare Training Jobs');
    app.commands.addCommand(CommandIDs.compareJobs, {
      label,
      caption: trans.__('Show the curves of jobs over one another, and in what they differ'),
      icon: trainIcon,
      describedBy: { args: jobsArgs(trans) },
      execute: async args => {
        const jobs = namesIn(args) ?? (await askedJobs(label, train.jobs.jobs, trans));
        if (jobs.length === 0) {
          return; // none was chosen
        }
        if (jobs.length < 2 || jobs.length > MOST) {
          await showErrorMessage(label, trans.__('From 2 to %1 jobs can be compared.', MOST));
          return;
        }
        await open(jobs);
      }
    });

    palette?.addItem({ command: CommandIDs.compareJobs, category: trans.__('Training') });

    const open = async (jobs: string[]): Promise<void> => {
      const id = `jt-compare-${jobs.join(' ')}`;
      const tab = await onlyTab(tracker, each => each.id === id, async () => {
        const made = await newTab(app, train, jobs, trans);
        made.id = id;
        return made;
      });
      if (!tab.isAttached) {
        shell.add(tab, 'main', { type: 'Training' });
      }
      shell.activateById(tab.id);
    };
    void restorer?.restore(tracker, {
      command: CommandIDs.compareJobs,
      args: tab => ({ jobs: tab.content.jobs }),
      name: tab => tab.content.jobs.join(' ')
    });
  }
};

async function newTab(
  app: JupyterFrontEnd,
  { stream }: ITrain,
  jobs: readonly string[],
  trans: TranslationBundle
): Promise<Tab> {
  const [{ Comparison }, { JobModel }, { CurvesModel }] = await Promise.all([
    import('../ui/comparison'),
    import('../data/job'),
    import('../data/curves')
  ]);
  const models = jobs.map((name): IComparedModels => {
    const [job, curves] = [new JobModel(name), new CurvesModel(name)];
    const follow = (until: AbortSignal): void => {
      job.follow(stream, until);
      curves.follow(stream, until);
    };
    return { job, curves, follow };
  });
  const open = (job: string): void => { void app.commands.execute(CommandIDs.openJob, { job }); };
  const content = new Comparison(models, { open }, trans);
  const hear = (): void => { content.isConnected = stream.connection !== 'lost'; };
  stream.changed.connect(hear);
  content.disposed.connect(() => { stream.changed.disconnect(hear); });
  hear();
  const tab = new MainAreaWidget({ content });
  tab.title.label = trans._n('Compare %1 job', 'Compare %1 jobs', jobs.length);
  tab.title.icon = trainIcon;
  tab.title.closable = true;
  tab.title.caption = jobs.join('\n');
  tab.toolbar.hide();
  return tab;
}
