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
import { statusWord } from './statusword';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { IStanding } from './statusword';

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
    word: statusWord(job, trans),
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
