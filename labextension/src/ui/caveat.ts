/** What is to be said of a job besides its status: why it failed, or that nobody can look at it. */

import type { TranslationBundle } from '@jupyterlab/translation';

/** Return why a job failed in one line; the rest of the reason is the end of its log. */
export function headline(reason = ''): string {
  return reason.split('\n', 1)[0];
}

/** Return what is to be said; nothing of most jobs. */
export function caveat(
  job: { FailureReason?: string; Unreachable?: boolean },
  trans: TranslationBundle
): string {
  return job.Unreachable
    ? trans.__('Its container engine does not answer; this status is the last that is known.')
    : headline(job.FailureReason);
}
