/** What a table of jobs shows of each, and by what it is sorted. */

import { ENDED } from '../contract/sagemaker';
import { secondsOf } from './duration';
import { isSystem } from './measures';
import { trained } from './progress';
import { statusWord } from './statusword';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary, IMetricDatum } from '../contract/sagemaker';

/** In the order in which they stand side by side. */
export const COLUMNS = [
  'name',
  'status',
  'progress',
  'metric',
  'instance',
  'created',
  'duration',
  'tags'
] as const;

export type Column = (typeof COLUMNS)[number];

/** By what jobs are sorted: a column, with `-` before it from the greatest to the least. */
export type Sort = Column | `-${Column}`;

export const NEWEST: Sort = '-created';

/** Return the heading of a column. */
export function heading(column: Column, trans: TranslationBundle): string {
  const words: Record<Column, string> = {
    name: trans.__('Name'),
    status: trans.__('Status'),
    progress: trans.__('Progress'),
    metric: trans.__('Last metric'),
    instance: trans.__('Instance'),
    created: trans.__('Created'),
    duration: trans.__('Duration'),
    tags: trans.__('Tags')
  };
  return words[column];
}

/** Return the column of a sort. */
export function columnOf(sort: Sort): Column {
  return sort.replace(/^-/, '') as Column;
}

/** Return the sort after a press on a heading: what one looks for comes first, then turned. */
export function pressed(sort: Sort, column: Column): Sort {
  if (columnOf(sort) === column) {
    return sort === column ? `-${column}` : column;
  }
  return column === 'created' || column === 'duration' ? `-${column}` : column;
}

/** Return the metric that a list shows of a job. */
export function metricOf(job: IJobSummary): IMetricDatum | undefined {
  return job.FinalMetricDataList.find(each => !isSystem(each.MetricName));
}

type Key = number | string;

const KEYS: Record<Column, (job: IJobSummary, trans: TranslationBundle) => Key | undefined> = {
  name: job => job.TrainingJobName,
  status: (job, trans) => statusWord(job, trans),
  progress: trained,
  metric: job => metricOf(job)?.Value,
  instance: job => job.InstanceType,
  created: job => job.CreationTime,
  duration: job => secondsOf(job, ENDED.has(job.TrainingJobStatus)),
  tags: job => job.Tags?.join(' ')
};

const WORDS = new Intl.Collator(undefined, { numeric: true });

function compare(one: Key, other: Key): number {
  return typeof one === 'number' && typeof other === 'number'
    ? one - other
    : WORDS.compare(String(one), String(other));
}

/** Return jobs, newest first, in another order; what a job lacks comes last either way. */
export function sorted(
  jobs: readonly IJobSummary[],
  sort: Sort,
  trans: TranslationBundle
): readonly IJobSummary[] {
  if (sort === NEWEST) {
    return jobs;
  }
  const keyOf = KEYS[columnOf(sort)];
  const turn = sort.startsWith('-') ? -1 : 1;
  const keyed = jobs.map(job => ({ job, key: keyOf(job, trans) }));
  const has = (key: Key | undefined): key is Key => key !== undefined && !Number.isNaN(key);
  const known = keyed.filter(each => has(each.key)) as { job: IJobSummary; key: Key }[];
  known.sort((one, other) => turn * compare(one.key, other.key));
  return [...known, ...keyed.filter(each => !has(each.key))].map(each => each.job);
}
