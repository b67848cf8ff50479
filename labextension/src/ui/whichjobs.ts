/** Which jobs a command is about: those named, under the pointer, in front, or asked for. */

import { InputDialog } from '@jupyterlab/apputils';

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IJobSummary } from '../contract/sagemaker';

/** So many jobs are offered to choose from, the newest. */
const OFFERED = 200;

/** Return the JSON schema of a command on a job. */
export function jobArgs(trans: TranslationBundle): ReadonlyJSONObject {
  const description = trans.__('The name of the training job');
  return { type: 'object', properties: { job: { type: 'string', description } } };
}

/** Return the JSON schema of a command on many jobs. */
export function jobsArgs(trans: TranslationBundle): ReadonlyJSONObject {
  const description = trans.__('Names of training jobs; asked for without them');
  const jobs = { type: 'array', items: { type: 'string' }, description };
  return { type: 'object', properties: { jobs } };
}

/** Return the job a command is about; an empty name when there is none. */
export function jobOf(app: JupyterFrontEnd, args: ReadonlyPartialJSONObject): string {
  if (typeof args.job === 'string' && args.job) {
    return args.job;
  }
  const hit = app.contextMenuHitTest(node => node.dataset.job !== undefined);
  // a table in front is about many
  const one = '[data-job]:not([role="row"])';
  const front = app.shell.currentWidget?.node.querySelector<HTMLElement>(one);
  return hit?.dataset.job ?? front?.dataset.job ?? '';
}

/** Return the names a command is about, null when it was not said which. */
export function namesIn(args: ReadonlyPartialJSONObject): string[] | null {
  return Array.isArray(args.jobs) ? [...new Set(args.jobs.map(String))] : null;
}

/** Ask for one of these jobs; an empty name when none is chosen. */
export async function askedJob(
  title: string,
  jobs: readonly IJobSummary[],
  trans: TranslationBundle
): Promise<string> {
  const items = jobs.slice(0, OFFERED).map(job => job.TrainingJobName);
  const okLabel = trans.__('Choose');
  const label = trans.__('Training job');
  return (await InputDialog.getItem({ title, items, label, okLabel, editable: true })).value ?? '';
}

/** Ask for some of these jobs. */
export async function askedJobs(
  title: string,
  jobs: readonly IJobSummary[],
  trans: TranslationBundle
): Promise<string[]> {
  const items = jobs.slice(0, OFFERED).map(job => job.TrainingJobName);
  const okLabel = trans.__('Choose');
  return (await InputDialog.getMultipleItems({ title, items, okLabel })).value ?? [];
}
