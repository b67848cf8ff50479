/** The rows of a list of jobs: headings of groups, and the jobs below those that are open. */

import { statusLook } from './status';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

/** By what jobs are grouped. */
export type Grouping = 'none' | 'status' | 'tag';

export interface IHeading {
  readonly kind: 'group';
  readonly label: string;
  readonly count: number;
  readonly isOpen: boolean;
}

export interface IJobRow {
  readonly kind: 'job';
  /** The heading it is below; empty where there are none. */
  readonly group: string;
  readonly job: IJobSummary;
}

export type Row = IHeading | IJobRow;

function labelsOf(job: IJobSummary, by: Grouping, trans: TranslationBundle): readonly string[] {
  if (by === 'status') {
    return [statusLook(job, trans).word];
  }
  return job.Tags?.length ? job.Tags : [trans.__('No tag')];
}

/** Return the rows; groups come in the order of their newest jobs. A job is in each of its tags. */
export function rowsOf(
  jobs: readonly IJobSummary[],
  by: Grouping,
  closed: ReadonlySet<string>,
  trans: TranslationBundle
): readonly Row[] {
  if (by === 'none') {
    return jobs.map(job => ({ kind: 'job', group: '', job }));
  }
  const groups = new Map<string, IJobRow[]>();
  for (const job of jobs) {
    for (const label of labelsOf(job, by, trans)) {
      const rows = groups.get(label) ?? [];
      rows.push({ kind: 'job', group: label, job });
      groups.set(label, rows);
    }
  }
  return [...groups].flatMap(([label, rows]): Row[] => {
    const isOpen = !closed.has(label);
    const heading = { kind: 'group', label, count: rows.length, isOpen } as const;
    return isOpen ? [heading, ...rows] : [heading];
  });
}
