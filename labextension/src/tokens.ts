/** The words by which plugins find each other. */

import { Token } from '@lumino/coreutils';

import type { Client } from './data/client';
import type { JobsModel } from './data/jobs';
import type { Preferences } from './data/preferences';
import type { Stream } from './data/stream';

/** The MIME type of a job in a notebook: `{"job": NAME, "version": 1}`. */
export const JOB_MIME_TYPE = 'application/vnd.jupyter-train.job+json';

/** The MIME type of a launch form in a notebook: `{"form": {…}}`, what it is filled with. */
export const FORM_MIME_TYPE = 'application/vnd.jupyter-train.form+json';

/** What all views share: one client, one stream, one list of jobs, how a person wants them. */
export interface ITrain {
  readonly client: Client;
  readonly stream: Stream;
  readonly jobs: JobsModel;
  readonly preferences: Preferences;
}

export const ITrain = new Token<ITrain>(
  'jupyter-train:ITrain',
  'Training jobs: calls to the manager, the live stream, and the list of jobs.'
);

/** Where the settings are: `schema/train.json`. */
export const SETTINGS = 'jupyter-train:train';

/** Commands, one set for menus, palette, panels and notebook views. */
export const CommandIDs = {
  /** Open the tab of a job; args: {job: string}. */
  openJob: 'train:open-job',
  /** Stop a job; args: {job: string}. */
  stopJob: 'train:stop-job',
  /** Delete a job that has ended; args: {job: string}. */
  deleteJob: 'train:delete-job',
  /** Stop jobs, after asking; args: {jobs: string[]}, as for all that take many. */
  stopJobs: 'train:stop-jobs',
  /** Delete those of the jobs that have ended, after asking. */
  deleteJobs: 'train:delete-jobs',
  /** Start a copy of each of the jobs, after asking. */
  cloneJobs: 'train:clone-jobs',
  /** Give the jobs a tag that is asked for. */
  tagJobs: 'train:tag-jobs',
  /** Show the curves of jobs in one tab, one over the other. */
  compareJobs: 'train:compare-jobs',
  /** Open a terminal in the container of a job that trains; args: {job: string}. */
  openTerminal: 'train:terminal',
  /** Open the launch form; args say what it is filled with, and whether it is a dialog. */
  launch: 'train:launch',
  /** Open the launch form filled as a job was; args: {job: string}. */
  cloneJob: 'train:clone-job',
  /** Show the list of jobs. */
  showJobs: 'train:show-jobs'
} as const;
