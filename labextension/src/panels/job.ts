/** The tab of a job in the main area: one for each job, back after a reload. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, ITrain } from '../tokens';
import { trainIcon } from '../ui/icon';
import { onlyTab } from '../ui/onlytab';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFile } from '../contract/files';
import type { JobFiles } from '../data/files';
import type { IJobTabActions, JobTab } from '../ui/jobtab';

type Tab = MainAreaWidget<JobTab>;

/** What a tab is made from. */
interface IServices {
  app: JupyterFrontEnd;
  train: ITrain;
  browser: IDefaultFileBrowser | null;
  trans: TranslationBundle;
}

/** A larger file is opened from where it was downloaded to. */
const MOST_COPIED = 64 << 20;

export const jobPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:job',
  description: 'Shows a training job in a tab of the main area.',
  autoStart: true,
  requires: [ITrain],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, IDefaultFileBrowser, ITranslator],
  // eslint-disable-next-line max-params -- one for each service
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    shell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
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
      const isIt = (each: Tab): boolean => each.content.node.dataset.job === job;
      const tab = await onlyTab(tracker, isIt, () => newTab({ app, train, browser, trans }, job));
      if (!tab.isAttached) {
        shell.add(tab, 'main', { type: 'Training' });
      }
      shell.activateById(tab.id);
      return tab;
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
    label: trans.__('Name of the job')
  });
  return answer.value?.trim() ?? '';
}

/** Make a tab with models of its own; they are current while it is looked at. */
async function newTab(services: IServices, name: string): Promise<Tab> {
  const { app, train, browser, trans } = services;
  const [{ JobTab }, { JobModels }, { Belongings }] = await Promise.all([
    import('../ui/jobtab'),
    import('../data/jobmodels'),
    import('../data/belongings')
  ]);
  const { client, stream, preferences } = train;
  const models = new JobModels(client, stream, name);
  const own = new Belongings(client, name);
  const actions: IJobTabActions = {
    stop: (): void => { void app.commands.execute(CommandIDs.stopJob, { job: name }); },
    ...(app.commands.hasCommand(CommandIDs.openTerminal) && {
      terminal: (): void => { void app.commands.execute(CommandIDs.openTerminal, { job: name }); }
    }),
    ...(browser && {
      openCopy: (file: IFile): Promise<void> => openCopy(services, own.files, file)
    })
  };
  const content = new JobTab(models, own, actions, trans);
  const hear = (): void => { content.isConnected = stream.connection !== 'lost'; };
  const smooth = (): void => { content.smoothing = preferences.smoothing; };
  stream.changed.connect(hear);
  preferences.changed.connect(smooth);
  content.disposed.connect(() => {
    stream.changed.disconnect(hear);
    preferences.changed.disconnect(smooth);
  });
  hear();
  smooth();
  const tab = new MainAreaWidget({ content });
  tab.id = `jt-job-${name}`;
  tab.title.label = name;
  tab.title.icon = trainIcon;
  tab.title.closable = true;
  tab.title.caption = trans.__('Training job %1', name);
  tab.toolbar.hide();
  return tab;
}

/** Save a copy of a job's file in the folder of the file browser, and open it. */
async function openCopy(
  { app, browser, trans }: IServices,
  files: JobFiles,
  { path, place }: IFile
): Promise<void> {
  const { saveCopy } = await import('../data/copies');
  const { pieces, isWhole } = await files.whole(place, MOST_COPIED);
  if (!isWhole) {
    throw new Error(trans.__('This file is too large to be opened here: download it.'));
  }
  const name = path.split('/').pop() ?? path;
  const folder = browser?.model.path ?? '';
  const saved = await saveCopy(app.serviceManager.contents, folder, name, pieces);
  await app.commands.execute('docmanager:open', { path: saved });
}
