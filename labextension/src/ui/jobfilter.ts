/** Which jobs match what is typed: by words, each in a text made once for each job. */

import { statusWord } from './statusword';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

// a job that changes is another object, so nothing here goes stale but with the language
const TEXTS = new WeakMap<IJobSummary, string>();

function textOf(job: IJobSummary, trans: TranslationBundle): string {
  let text = TEXTS.get(job);
  if (text === undefined) {
    const { TrainingJobName: name, InstanceType: type, Script: script, Tags: tags } = job;
    const parts = [name, statusWord(job, trans), type, script, job.ExperimentName, ...(tags ?? [])];
    text = parts.join(' ').toLowerCase();
    TEXTS.set(job, text);
  }
  return text;
}

/** Make the texts of jobs, so that the first letter is as fast as those after it. */
export function prepare(jobs: readonly IJobSummary[], trans: TranslationBundle): void {
  jobs.forEach(job => textOf(job, trans));
}

/** Whether what is typed finds nothing that was not found before: it has only grown. */
export function narrows(filter: string, before: string): boolean {
  return filter.toLowerCase().startsWith(before.toLowerCase());
}

/** Return the jobs in which every word of a filter is: in name, status, origin or a tag. */
export function matching(
  jobs: readonly IJobSummary[],
  filter: string,
  trans: TranslationBundle
): readonly IJobSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return jobs;
  }
  return jobs.filter(job => {
    const text = textOf(job, trans);
    return words.every(each => text.includes(each));
  });
}
