/** The launch form: a tab, a dialog, or a file; from launcher, menus, notebooks and files. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  showErrorMessage,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CommandIDs, ITrain } from '../tokens';
import { localPath } from '../ui/dropped';
import { trainIcon } from '../ui/icon';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IForm } from '../contract/form';
import type { LaunchModel } from '../data/launch';
import type { IPresetDeeds } from '../ui/launchform';
import type { LaunchView } from '../ui/launchview';

/** What files can be trained; presets end otherwise. */
const SCRIPT = /\.(py|sh|ipynb)$/;

type Args = ReadonlyPartialJSONObject;

type LaunchTab = MainAreaWidget<LaunchView>;

/** What the form is made from. */
interface IServices {
  app: JupyterFrontEnd;
  train: ITrain;
  browser: IDefaultFileBrowser | null;
  notebooks: INotebookTracker | null;
  trans: TranslationBundle;
}

export const launchPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:launch',
  description: 'Starts a training job from a form.',
  autoStart: true,
  requires: [ITrain],
  optional: [
    ILabShell,
    ILayoutRestorer,
    ICommandPalette,
    ILauncher,
    IDefaultFileBrowser,
    INotebookTracker,
    ITranslator
  ],
  // eslint-disable-next-line max-params -- one for each service
  activate: (
    app: JupyterFrontEnd,
    train: ITrain,
    shell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    browser: IDefaultFileBrowser | null,
    notebooks: INotebookTracker | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const services = { app, train, browser, notebooks, trans };
    const tracker = new WidgetTracker<LaunchTab>({ namespace: 'jupyter-train-launch' });
    const command = CommandIDs.launch;
    app.commands.addCommand(command, {
      label: args => labelOf(args, trans),
      caption: args => args.notebook === true
        ? trans.__('Train this notebook')
        : trans.__('Start a training job from a script'),
      icon: trainIcon,
      describedBy: { args: argsOf(trans) },
      isVisible: args => args.isSelected !== true || selected(browser) !== '',
      execute: async args => {
        const form = await formOf(args, services);
        if (!shell || args.dialog === true) {
          await openDialog(services, form); // Notebook 7 has one document in its main area
        } else {
          await openTab(services, tracker, args, form);
        }
      }
    });
    addClone(services);
    const category = trans.__('Training');
    palette?.addItem({ command, category });
    launcher?.add({ command, category: trans.__('Other'), args: { isLauncher: true }, rank: 50 });
    void restorer?.restore(tracker, {
      command,
      args: tab => ({ id: tab.id, form: documents.get(tab) ?? {} }),
      name: tab => tab.id
    });
    void addPresets(services);
  }
};

function labelOf(args: Args, trans: TranslationBundle): string {
  if (args.cell === true) {
    return trans.__('Train This Cell…');
  }
  if (args.isSelected === true || args.notebook === true) {
    return trans.__('Train…');
  }
  return args.isLauncher ? trans.__('Training Job') : trans.__('New Training Job…');
}

function argsOf(trans: TranslationBundle): ReadonlyJSONObject {
  const flag = (description: string): ReadonlyJSONObject => ({ type: 'boolean', description });
  return {
    type: 'object',
    properties: {
      path: { type: 'string', description: trans.__('The script or notebook to run') },
      form: { type: 'object', description: trans.__('What the form is filled with') },
      dialog: flag(trans.__('Whether the form is a dialog')),
      notebook: flag(trans.__('Whether the notebook in front is to run')),
      cell: flag(trans.__('Whether its active cell is to run')),
      isSelected: flag(trans.__('Whether what is selected in the file browser is to run')),
      isLauncher: flag(trans.__('Whether the launcher asks')),
      id: { type: 'string', description: trans.__('The tab to make again') }
    }
  };
}

/** What each tab is filled with, as it is kept over a reload. */
const documents = new WeakMap<LaunchTab, ReadonlyPartialJSONObject>();

/** Return the form that a command asks for; null where it asks for nothing in particular. */
async function formOf(args: Args, services: IServices): Promise<IForm | null> {
  const { EMPTY, readForm } = await import('../contract/form');
  const { browser, notebooks } = services;
  if (args.form !== undefined) {
    return readForm(args.form);
  }
  if (args.cell === true && notebooks) {
    return { ...EMPTY, origin: 'cell', code: sourceOf(notebooks) };
  }
  if (args.notebook === true && notebooks) {
    return { ...EMPTY, origin: 'notebook', path: notebookPath(notebooks) };
  }
  const path = typeof args.path === 'string' ? args.path : selected(browser);
  return path ? { ...EMPTY, path } : null;
}

/** Return the script or notebook that is selected in the file browser; empty if there is none. */
function selected(browser: IDefaultFileBrowser | null): string {
  const path = browser?.selectedItems().next().value?.path ?? '';
  return SCRIPT.test(path) ? localPath(path) : '';
}

function notebookPath(notebooks: INotebookTracker): string {
  return localPath(notebooks.currentWidget?.context.path ?? '');
}

function sourceOf(notebooks: INotebookTracker): string {
  return notebooks.activeCell?.model.sharedModel.getSource() ?? '';
}

/** Return a notebook that is not saved as it is in front; nothing of one that is. */
function unsaved(notebooks: INotebookTracker | null, path: string): unknown {
  const found = notebooks?.find(each => localPath(each.context.path) === path);
  return found?.context.model.dirty ? found.context.model.toJSON() : undefined;
}

async function openTab(
  services: IServices,
  tracker: WidgetTracker<LaunchTab>,
  args: Args,
  form: IForm | null
): Promise<void> {
  const { shell } = services.app;
  const { launchDocument } = await import('../contract/form');
  const isBlank = (tab: LaunchTab): boolean => {
    const { path, code, source, image, name } = tab.content.model.form;
    return [path, code, source, image, name].every(text => text === '');
  };
  let tab = args.id === undefined ? tracker.currentWidget : null;
  if (tab && typeof args.path === 'string' && form) {
    tab.content.model.set({ path: form.path, origin: 'file' });
  } else if (tab && form && isBlank(tab)) {
    tab.content.model.replace(form);
  } else if (!tab || form) {
    const made = await newTab(services, form);
    made.id = typeof args.id === 'string' ? args.id : freeId(tracker);
    const keep = (): void => {
      documents.set(made, launchDocument(made.content.model.form) as ReadonlyPartialJSONObject);
      void tracker.save(made);
    };
    documents.set(made, launchDocument(made.content.model.form) as ReadonlyPartialJSONObject);
    made.content.model.changed.connect(keep);
    await tracker.add(made);
    shell.add(made, 'main', { type: 'Training' });
    tab = made;
  }
  shell.activateById(tab.id);
}

function freeId(tracker: WidgetTracker<LaunchTab>): string {
  let number = 1;
  while (tracker.find(tab => tab.id === `jt-launch-${number}`)) {
    number++;
  }
  return `jt-launch-${number}`;
}

async function newTab(services: IServices, form: IForm | null): Promise<LaunchTab> {
  const tab = new MainAreaWidget({ content: await newView(services, form) });
  tab.title.label = services.trans.__('New training job');
  tab.title.icon = trainIcon;
  tab.title.closable = true;
  tab.toolbar.hide();
  return tab;
}

async function openDialog(services: IServices, form: IForm | null): Promise<void> {
  const { LaunchDialog } = await import('../ui/launchdialog');
  const view = await newView(services, form, () => { dialog.reject(); });
  const dialog = new LaunchDialog(view, services.trans.__('New training job'));
  await dialog.launch();
}

/** Make a form; one in a dialog is told when its job was started. */
async function newView(
  services: IServices,
  form: IForm | null,
  started?: () => void
): Promise<LaunchView> {
  const { app, train, browser, notebooks, trans } = services;
  const [{ LaunchView }, { newLaunch, pythons }, { chosenFile }] = await Promise.all([
    import('../ui/launchview'),
    import('../data/launching'),
    import('../ui/filechoice')
  ]);
  const kernels = await pythons(app.serviceManager.kernelspecs);
  const life = new AbortController();
  const notebook = (path: string): unknown => unsaved(notebooks, path);
  const model = newLaunch(train, { notebook, ...(form && { form }) }, life.signal);
  const around = {
    kernels,
    engine: () => model.server.engine(),
    ...(browser && {
      browse: () => chosenFile(browser, trans.__('Choose a script or a notebook'), SCRIPT)
    }),
    ...(notebooks && {
      notebook: () => notebookPath(notebooks),
      cell: () => sourceOf(notebooks)
    })
  };
  const props = {
    model,
    around,
    trans,
    canDrop: browser !== null && started === undefined,
    ...(browser && {
      browse: () => chosenFile(browser, trans.__('Choose what the job reads'), /./),
      presets: presetDeeds(services, browser, model)
    }),
    started: (job: string) => {
      started?.();
      void app.commands.execute(CommandIDs.openJob, { job });
    }
  };
  return new LaunchView(props, life);
}

/** Show a refusal instead of losing it in the console. */
async function shown(title: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    await showErrorMessage(title, (error as Error).message);
  }
}

function addClone(services: IServices): void {
  const { app, train, trans } = services;
  app.commands.addCommand(CommandIDs.cloneJob, {
    label: trans.__('Clone Training Job…'),
    caption: trans.__('Open the form, filled as this job was'),
    icon: trainIcon,
    describedBy: { args: { type: 'object', properties: { job: { type: 'string' } } } },
    execute: async args => {
      const hit = app.contextMenuHitTest(node => node.dataset.job !== undefined);
      const job = typeof args.job === 'string' ? args.job : (hit?.dataset.job ?? '');
      const opened = async (): Promise<void> => {
        const { Launching } = await import('../data/launching');
        const { launchDocument } = await import('../contract/form');
        const form = launchDocument(await new Launching(train.client).clone(job));
        await app.commands.execute(CommandIDs.launch, { form } as ReadonlyPartialJSONObject);
      };
      await shown(trans.__('Could not clone %1', job), opened());
    }
  });
}

function presetDeeds(
  services: IServices,
  browser: IDefaultFileBrowser,
  model: LaunchModel
): IPresetDeeds {
  const { app, trans } = services;
  const { contents } = app.serviceManager;
  const open = async (): Promise<void> => {
    const [{ chosenFile }, { openPreset }] = await Promise.all([
      import('../ui/filechoice'),
      import('../data/presets')
    ]);
    const path = await chosenFile(browser, trans.__('Choose a preset'), /\.train\.json$/);
    if (path) {
      model.replace(await openPreset(contents, path).catch(async (error: Error) => {
        await showErrorMessage(trans.__('%1 is no preset', path), error.message);
        return model.form;
      }));
    }
  };
  const save = async (): Promise<void> => {
    const [{ askedPath }, { exists, savePreset }] = await Promise.all([
      import('../ui/presetname'),
      import('../data/presets')
    ]);
    const folder = localPath(browser.model.path);
    const path = await askedPath(folder, model.form, each => exists(contents, each), trans);
    if (path) {
      await shown(trans.__('Could not save %1', path), savePreset(contents, path, model.form));
    }
  };
  return { open, save };
}

/** Open presets by a double click, where there are documents. */
async function addPresets(services: IServices): Promise<void> {
  const { app, trans } = services;
  const name = 'train-preset';
  app.docRegistry.addFileType({
    name,
    displayName: trans.__('Training preset'),
    extensions: ['.train.json'],
    mimeTypes: ['application/json'],
    icon: trainIcon,
    fileFormat: 'text',
    contentType: 'file'
  });
  const { PresetFactory } = await import('../ui/presetdocument');
  const label = trans.__('Training form');
  const options = { name: 'Training form', label, fileTypes: [name], defaultFor: [name] };
  app.docRegistry.addWidgetFactory(new PresetFactory(
    options,
    form => newView(services, form),
    error => trans.__('This is no preset: %1.', error.message)
  ));
}
