/** Commands on one job: the one named, the one under the pointer, or the one in front. */

import { Dialog, ICommandPalette, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { deleteIcon, stopIcon, terminalIcon } from '@jupyterlab/ui-components';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- what owns the list of jobs has loaded it
import { ENDED } from '../contract/sagemaker';
import { CommandIDs, ITrain } from '../tokens';
import { askedJob, jobArgs, jobOf } from '../ui/whichjobs';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Title, Widget } from '@lumino/widgets';
import type { IJobSummary } from '../contract/sagemaker';

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-train:commands',
  description: 'Commands that stop training jobs, delete them, and open terminals in them.',
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
    const services = { app, train, trans };
    addStop(services);
    addDelete(services);
    addTerminal(services);
    for (const command of [CommandIDs.stopJob, CommandIDs.deleteJob, CommandIDs.openTerminal]) {
      palette?.addItem({ command, category: trans.__('Training') });
    }
  }
};

/** What commands are made from. */
interface IServices {
  app: JupyterFrontEnd;
  train: ITrain;
  trans: TranslationBundle;
}

function addStop(services: IServices): void {
  const { app, train, trans } = services;
  app.commands.addCommand(CommandIDs.stopJob, {
    label: trans.__('Stop Training Job'),
    caption: trans.__('Ask the job to end; what it has made so far is kept'),
    icon: stopIcon,
    describedBy: { args: jobArgs(trans) },
    isEnabled: args => {
      const status = train.jobs.find(jobOf(app, args))?.TrainingJobStatus;
      return status === undefined || (!ENDED.has(status) && status !== 'Stopping');
    },
    execute: async args => {
      const job = await chosen(services, args, trans.__('Stop Training Job'), isRunning);
      if (job) {
        await shown(trans.__('Could not stop %1', job), train.client.stop(job));
      }
    }
  });
}

function addDelete(services: IServices): void {
  const { app, train, trans } = services;
  const title = trans.__('Delete Training Job…');
  app.commands.addCommand(CommandIDs.deleteJob, {
    label: title,
    caption: trans.__('Forget a job that has ended, with its log and its curves'),
    icon: deleteIcon,
    describedBy: { args: jobArgs(trans) },
    isEnabled: args => {
      const name = jobOf(app, args);
      const job = train.jobs.find(name);
      return name === '' || (job !== undefined && !isRunning(job));
    },
    execute: async args => {
      const job = await chosen(services, args, title, each => !isRunning(each));
      if (job && (await isSure(job, trans))) {
        await shown(trans.__('Could not delete %1', job), train.client.delete(job));
      }
    }
  });
}

function addTerminal({ app, train, trans }: IServices): void {
  app.commands.addCommand(CommandIDs.openTerminal, {
    label: trans.__('Open Terminal in Training Job'),
    caption: trans.__('Open a terminal in the container of a job that trains'),
    icon: terminalIcon,
    describedBy: { args: jobArgs(trans) },
    isVisible: () => app.commands.hasCommand(NEW_TERMINAL),
    isEnabled: args => train.jobs.find(jobOf(app, args))?.SecondaryStatus === 'Training',
    execute: async args => {
      const job = jobOf(app, args);
      const opened = openTerminal(app, train, job, trans);
      await shown(trans.__('Could not open a terminal in %1', job), opened);
    }
  });
}

/** Return the job a command is about; from the palette it may be about none yet, and asks. */
async function chosen(
  { app, train, trans }: IServices,
  args: ReadonlyPartialJSONObject,
  title: string,
  isFor: (job: IJobSummary) => boolean
): Promise<string> {
  return jobOf(app, args) || (await askedJob(title, train.jobs.jobs.filter(isFor), trans));
}

function isRunning(job: IJobSummary): boolean {
  return !ENDED.has(job.TrainingJobStatus);
}

/** The command of JupyterLab that shows a terminal; the name of one that runs may be given. */
const NEW_TERMINAL = 'terminal:create-new';

/** Open a terminal in the container of a job, once its owner allows it. */
async function openTerminal(
  app: JupyterFrontEnd,
  { client }: ITrain,
  job: string,
  trans: TranslationBundle
): Promise<void> {
  const { Container: container } = await client.describe(job);
  if (container && !container.isOpen) {
    if (!(await isAllowed(job, trans))) {
      return;
    }
    await client.allowTerminals(job);
  }
  const name = await client.terminal(job);
  if (!(await hasTerminal(app, name))) {
    // JupyterLab would start a shell of this machine in its place
    throw new Error(trans.__('The terminal ended at once.'));
  }
  const widget = (await app.commands.execute(NEW_TERMINAL, { name })) as Widget | undefined;
  if (widget) {
    keepLabel(widget.title, job);
  }
}

async function hasTerminal({ serviceManager }: JupyterFrontEnd, name: string): Promise<boolean> {
  const { terminals } = serviceManager;
  await terminals.refreshRunning();
  return [...terminals.running()].some(each => each.name === name);
}

/** Keep a label that its widget would replace, now and once it is connected. */
function keepLabel(title: Title<Widget>, label: string): void {
  const keep = (): void => { title.label = label; };
  title.changed.connect(keep);
  keep();
}

async function isAllowed(job: string, trans: TranslationBundle): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Allow terminals in %1?', job),
    body: trans.__(
      'The job was started without them. Whoever may use this JupyterLab could then look into ' +
        'its container, until it ends.'
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Allow and open') })
    ]
  });
  return answer.button.accept;
}

/** Show a refusal instead of losing it in the console. */
async function shown(title: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    await showErrorMessage(title, error instanceof Error ? error.message : String(error));
  }
}

async function isSure(job: string, trans: TranslationBundle): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Delete %1?', job),
    body: trans.__('Its log and its curves go with it.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  return answer.button.accept;
}
