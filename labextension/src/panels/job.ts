/** The tab of a job in the main area: one for each job, back after a reload. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, ITrain } from '../tokens';
import { trainIcon } from '../ui/icon';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IArtifact } from '../contract/sagemaker';
import type { IFound } from '../data/logs';
import type { IJobTabActions, JobTab } from '../ui/jobtab';

type Tab = MainAreaWidget<JobTab>;

export const jobPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:job',
  description: 'Shows a training job in a tab of the main area.',
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
    const tracker = new WidgetTracker<Tab>({ namespace: 'jupyter-train' });
    app.commands.addCommand(CommandIDs.openJob, {
      label: trans.__('Open Training Job…'),
      caption: trans.__('Open the tab of a training job'),
      icon: trainIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            job: { type: 'string', description: trans.__('The name of the job') },
            page: { const: 'log', description: trans.__('The page to begin with') }
          }
        }
      },
      execute: async args => {
        const job = typeof args.job === 'string' ? args.job : await asked(trans);
        if (job) {
          const tab = await open(job);
          if (args.page === 'log') {
            tab.content.showLog();
          }
        }
      }
    });
    palette?.addItem({ command: CommandIDs.openJob, category: trans.__('Training') });

    const open = async (job: string): Promise<Tab> => {
      let tab = tracker.find(each => each.content.node.dataset.job === job);
      if (!tab) {
        tab = await newTab(app, train, job, trans);
        await tracker.add(tab);
      }
      if (!tab.isAttached) {
        shell.add(tab, 'main', { type: 'Training' });
      }
      shell.activateById(tab.id);
    };
    void restorer?.restore(tracker, {
      command: CommandIDs.openJob,
      args: tab => ({ job: tab.content.node.dataset.job ?? '' }),
      name: tab => tab.content.node.dataset.job ?? ''
    });
  }
};

async function asked(trans: TranslationBundle): Promise<string> {
  const { InputDialog } = await import('@jupyterlab/apputils');
  const answer = await InputDialog.getText({
    title: trans.__('Open Training Job'),
      return tab;
    label: trans.__('Name of the job')
  });
  return answer.value?.trim() ?? '';
}

/** Make a tab with models of its own; they end with it. */
async function newTab(
  app: JupyterFrontEnd,
  train: ITrain,
  name: string,
  trans: TranslationBundle
): Promise<Tab> {
  const [{ JobTab }, { JobModel }, { CurvesModel, window }, logs] = await Promise.all([
    import('../ui/jobtab'),
    import('../data/job'),
    import('../data/curves'),
    import('../data/logs')
  ]);
  const { client, stream } = train;
  const models = {
    job: new JobModel(name),
    curves: new CurvesModel(name),
    log: new logs.LogModel(name)
  };
  const actions: IJobTabActions = {
    stop: (): void => { void app.commands.execute(CommandIDs.stopJob, { job: name }); },
    ...(app.commands.hasCommand(CommandIDs.openTerminal) && {
      terminal: (): void => { void app.commands.execute(CommandIDs.openTerminal, { job: name }); }
    }),
    log: {
      older: (): Promise<void> => models.log.older(client),
      search: (text: string): Promise<IFound> => logs.searchLog(client, name, text),
      goTo: (position: number): Promise<void> => models.log.goTo(client, position),
      goToEnd: (): Promise<void> => models.log.goToEnd(client),
      whole: (): Promise<Blob> => logs.wholeLog(client, name)
    },
    linesAt: second => logs.linesAt(client, models.job.logStreams, second),
    look: (curve, range) => window(client, name, curve, range),
    artifacts: (): Promise<IArtifact[]> => client.artifacts(name),
    url: (artifact: IArtifact): string => client.objectUrl(artifact.Bucket, artifact.Key)
  };
  const content = new JobTab(models, actions, trans);
  const life = new AbortController();
  const hear = (): void => { content.isConnected = stream.connection !== 'lost'; };
  stream.changed.connect(hear);
  content.disposed.connect(() => {
    stream.changed.disconnect(hear);
    life.abort();
  });
  models.job.follow(stream, life.signal);
  models.curves.follow(stream, life.signal);
  models.log.follow(stream, life.signal);
  const tab = new MainAreaWidget({ content });
  tab.id = `jt-job-${name}`;
  tab.title.label = name;
  tab.title.icon = trainIcon;
  tab.title.closable = true;
  tab.title.caption = trans.__('Training job %1', name);
  tab.toolbar.hide();
  return tab;
}
