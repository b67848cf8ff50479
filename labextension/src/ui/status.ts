/** A job's status in words, with an icon and a colour class: never by colour alone. */

import {
  checkIcon,
  clearIcon,
  errorIcon,
  historyIcon,
  refreshIcon,
  runIcon,
  stopIcon
} from '@jupyterlab/ui-components';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';

/** What of a job makes its status. */
export interface IStanding {
  TrainingJobStatus: string;
  SecondaryStatus?: string;
}

/** How a status looks. */
export interface IStatusLook {
  word: string;
  icon: LabIcon;
  className: string;
}

type Mood = 'waiting' | 'busy' | 'good' | 'bad' | 'stopped';

const MOODS: Record<string, Mood> = {
  Starting: 'waiting',
  Pending: 'waiting',
  Interrupted: 'waiting',
  Restarting: 'waiting',
  Completed: 'good',
  Failed: 'bad',
  Stopped: 'stopped',
  Stopping: 'stopped',
  Deleting: 'stopped',
  MaxRuntimeExceeded: 'stopped',
  MaxWaitTimeExceeded: 'stopped'
};

// a list asks for each of its jobs: the words of a language are looked up once
const WORDS = new WeakMap<TranslationBundle, Record<string, string>>();

function words(trans: TranslationBundle): Record<string, string> {
  const known = WORDS.get(trans) ?? translated(trans);
  WORDS.set(trans, known);
  return known;
}

/** Return the words of AWS's statuses; a status AWS adds later shows as it is. */
function translated(trans: TranslationBundle): Record<string, string> {
  return {
    InProgress: trans.__('In progress'),
    Starting: trans.__('Starting'),
    Pending: trans.__('Pending'),
    Downloading: trans.__('Downloading'),
    Training: trans.__('Training'),
    Uploading: trans.__('Uploading'),
    Stopping: trans.__('Stopping'),
    Interrupted: trans.__('Interrupted'),
    Restarting: trans.__('Restarting'),
    Updating: trans.__('Updating'),
    Completed: trans.__('Completed'),
    Failed: trans.__('Failed'),
    Stopped: trans.__('Stopped'),
    Deleting: trans.__('Deleting'),
    MaxRuntimeExceeded: trans.__('Maximum runtime exceeded'),
    MaxWaitTimeExceeded: trans.__('Maximum wait time exceeded')
  };
}

function iconOf(mood: Mood, status: string): LabIcon {
  if (mood === 'busy') {
    return status === 'Training' ? runIcon : refreshIcon;
  }
  const icons = { waiting: historyIcon, good: checkIcon, bad: errorIcon, stopped: stopIcon };
  return status === 'Deleting' ? clearIcon : icons[mood];
}

/** Return how a job's status looks. */
export function statusLook(job: IStanding, trans: TranslationBundle): IStatusLook {
  const status = job.SecondaryStatus ?? job.TrainingJobStatus;
  const mood = MOODS[status] ?? 'busy';
  return {
    word: words(trans)[status] ?? status,
    icon: iconOf(mood, status),
    className: `jt-Status jt-mod-${mood}`
  };
}

/** Draw a job's status into an element. */
export function drawStatus(node: HTMLElement, job: IStanding, trans: TranslationBundle): void {
  const { word, icon, className } = statusLook(job, trans);
  if (node.dataset.status === word) {
    return;
  }
  node.dataset.status = word;
  node.className = className;
  const picture = icon.element({ tag: 'span', className: 'jt-Status-icon' });
  picture.setAttribute('aria-hidden', 'true');
  node.replaceChildren(picture, word);
}
