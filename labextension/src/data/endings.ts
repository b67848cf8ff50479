/** Which jobs have just ended: each is told once, however many facts say so. */

import { ENDED } from '../contract/sagemaker';

import type { IFact } from '../contract/messages';
import type { IJobSummary } from '../contract/sagemaker';

/** Return what tells a job apart: a name may be used again once its job was deleted. */
export function keyOf(job: IJobSummary): string {
  return `${job.TrainingJobName} ${job.CreationTime ?? ''}`;
}

export class Endings {
  /** Return the jobs that ended with these facts and have not been told. */
  of(facts: readonly IFact[]): IJobSummary[] {
    return facts.flatMap(({ kind, summary }) => {
      return kind === 'JobMoved' && summary && this._isNews(summary) ? [summary] : [];
    });
  }

  /** Facts come with the job as it is now: two moves read together both show its end. */
  private _isNews(job: IJobSummary): boolean {
    const key = keyOf(job);
    const isNews = ENDED.has(job.TrainingJobStatus) && !this._told.has(key);
    if (isNews) {
      this._told.add(key);
    }
    return isNews;
  }

  private _told = new Set<string>();
}
