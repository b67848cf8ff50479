/** The launch form in the main area, from launcher, palette, menu and the file browser. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, ReactWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { CommandIDs, ITrain } from '../tokens';
import { trainIcon } from '../ui/icon';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ILaunchFormProps } from '../ui/launchform';
import type { Pair } from '../ui/pair';

const SCRIPT = /\.(py|sh)$/;

/** Holds the form; another path can be put into it. */
class LaunchPanel extends ReactWidget {
  constructor(
    private form: React.ComponentType<ILaunchFormProps>,
    private props: ILaunchFormProps
  ) {
    super();
    this.addClass('jt-Launch');
  }

  set path(path: string) {
    this.props = { ...this.props, path };
    this.update();
  }

  protected override render(): JSX.Element {
    const Form = this.form;
    return <Form {...this.props} />;
  }
}

/** What the form is made from. */
interface IServices {
  app: JupyterFrontEnd;
  train: ITrain;
  browser: IDefaultFileBrowser | null;
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
    translator: ITranslator | null
  ): void => {
    if (!shell) {
      return; // Notebook 7 has one document in its main area
    }
    const trans = (translator ?? nullTranslator).load('jupyter-train');
    const services = { app, train, browser, trans };
    const tracker = new WidgetTracker<MainAreaWidget<LaunchPanel>>({
      namespace: 'jupyter-train-launch'
    });
    const command = CommandIDs.launch;
    app.commands.addCommand(command, {
      label: args => (args.isLauncher ? trans.__('Training Job') : trans.__('New Training Job…')),
      caption: trans.__('Start a training job from a script'),
      icon: trainIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: { type: 'string', description: trans.__('The script to run') },
            isLauncher: { type: 'boolean', description: trans.__('Whether the launcher asks') }
          }
        }
      },
      execute: async args => {
        let panel = tracker.currentWidget;
        const path = pathOf(args, browser);
        if (!panel) {
          panel = await newPanel(services, path);
          await tracker.add(panel);
          shell.add(panel, 'main', { type: 'Training' });
        } else if (path) {
          panel.content.path = path;
        }
        shell.activateById(panel.id);
      }
    });
    const category = trans.__('Training');
    palette?.addItem({ command, category });
    launcher?.add({ command, category: trans.__('Other'), args: { isLauncher: true }, rank: 50 });
    void restorer?.restore(tracker, { command, name: () => 'launch' });
  }
};

/** Return the script asked for, or the one selected in the file browser. */
function pathOf(args: ReadonlyPartialJSONObject, browser: IDefaultFileBrowser | null): string {
  if (typeof args.path === 'string') {
    return args.path;
  }
  const selected = browser?.selectedItems().next().value?.path ?? '';
  return SCRIPT.test(selected) ? localPath(selected) : '';
}

/** Return a path without its drive: collaboration puts files on a drive of its own. */
function localPath(path: string): string {
  return path.replace(/^[^/:]+:/, '');
}

async function newPanel(services: IServices, path: string): Promise<MainAreaWidget<LaunchPanel>> {
  const { LaunchForm } = await import('../ui/launchform');
  const { app, train, browser, trans } = services;
  const props: ILaunchFormProps = {
    path,
    kernels: await pythons(app),
    trans,
    engine: () => train.client.engine().catch(() => ({ images: [], problem: '' })),
    submit: async form => {
      const job = await train.client.launch(form);
      void app.commands.execute(CommandIDs.openJob, { job });
      return job;
    },
    ...(browser && { browse: () => chosen(browser, trans) })
  };
  const panel = new MainAreaWidget({ content: new LaunchPanel(LaunchForm, props) });
  panel.id = 'jt-launch';
  panel.title.label = trans.__('New training job');
  panel.title.icon = trainIcon;
  panel.title.closable = true;
  panel.toolbar.hide();
  return panel;
}

/** Return the kernels that are a Python: name and label. */
async function pythons(app: JupyterFrontEnd): Promise<Pair[]> {
  const manager = app.serviceManager.kernelspecs;
  await manager.ready;
  const specs = Object.values(manager.specs?.kernelspecs ?? {});
  return specs.flatMap(spec => {
    return spec?.language === 'python' ? [[spec.name, spec.display_name] as const] : [];
  });
}

async function chosen(
  browser: IDefaultFileBrowser,
  trans: TranslationBundle
): Promise<string | null> {
  const { FileDialog } = await import('@jupyterlab/filebrowser');
  const answer = await FileDialog.getOpenFiles({
    manager: browser.model.manager,
    title: trans.__('Choose a script'),
    filter: item => (item.type === 'directory' || SCRIPT.test(item.name) ? {} : null)
  });
  const [file] = answer.value ?? [];
  return file ? localPath(file.path) : null;
}
