/** The words of AWS's statuses, in the language of the page. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** What of a job makes its status. */
export interface IStanding {
  TrainingJobStatus: string;
  SecondaryStatus?: string;
}

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

/** Return a job's status in a word. */
export function statusWord(job: IStanding, trans: TranslationBundle): string {
  const status = job.SecondaryStatus ?? job.TrainingJobStatus;
  return words(trans)[status] ?? status;
}
