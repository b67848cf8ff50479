/** How it is said that jobs have ended. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

/** Which endings are told. */
export type Wanted = 'all' | 'failures' | 'none';

/** What can be done from a notice. */
export type Deed = 'job' | 'log' | 'clone' | 'list';

export interface INotice {
  readonly text: string;
  readonly kind: 'success' | 'info' | 'error';
  /** The job it is about; empty when it is about many. */
  readonly job: string;
  readonly deeds: readonly Deed[];
  /** After so many milliseconds it goes by itself; false where it stays. */
  readonly autoClose: number | false;
}

/** More than these at once become one notice. */
const AT_ONCE = 3;

/** Return what is to be said of jobs that ended at the same time. */
export function noticesOf(
  ended: readonly IJobSummary[],
  wanted: Wanted,
  trans: TranslationBundle
): INotice[] {
  const failed = ended.filter(job => job.TrainingJobStatus === 'Failed');
  const told = { all: ended, failures: failed, none: [] }[wanted];
  if (told.length <= AT_ONCE) {
    return told.map(job => noticeOf(job, trans));
  }
  const kind = failed.length > 0 ? 'error' : 'info';
  const text = trans.__('%1 training jobs ended, %2 of them failed', told.length, failed.length);
  return [{ text, kind, job: '', deeds: ['list'], autoClose: 10000 }];
}

function noticeOf(job: IJobSummary, trans: TranslationBundle): INotice {
  const name = job.TrainingJobName;
  if (job.TrainingJobStatus === 'Failed') {
    const why = job.FailureReason ?? '';
    const text = why ? trans.__('%1 failed: %2', name, why) : trans.__('%1 failed', name);
    return { text, kind: 'error', job: name, deeds: ['log', 'job', 'clone'], autoClose: false };
  }
  return job.TrainingJobStatus === 'Completed'
    ? notice('success', trans.__('%1 completed', name), name)
    : notice('info', trans.__('%1 stopped', name), name);
}

function notice(kind: 'success' | 'info', text: string, job: string): INotice {
  return { text, kind, job, deeds: ['job', 'log'], autoClose: 5000 };
}
