/** The rows of a list of jobs: headings of groups, and the jobs below those that are open. */

import { statusWord } from './statusword';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJobSummary } from '../contract/sagemaker';

/** By what jobs are grouped. */
export type Grouping = 'none' | 'status' | 'tag' | 'script' | 'instance' | 'experiment';

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

/** Return what one can group by, and how that is called. */
export function groupings(trans: TranslationBundle): readonly [Grouping, string][] {
  return [
    ['none', trans.__('No groups')],
    ['status', trans.__('By status')],
    ['tag', trans.__('By tag')],
    ['script', trans.__('By script')],
    ['instance', trans.__('By instance type')],
    ['experiment', trans.__('By experiment')]
  ];
}

function labelsOf(job: IJobSummary, by: Grouping, trans: TranslationBundle): readonly string[] {
  const labels: Record<Grouping, () => readonly string[]> = {
    none: () => [''],
    status: () => [statusWord(job, trans)],
    tag: () => (job.Tags?.length ? job.Tags : [trans.__('No tag')]),
    script: () => [job.Script ?? trans.__('No script')],
    instance: () => [job.InstanceType ?? trans.__('No instance type')],
    experiment: () => [job.ExperimentName ?? trans.__('No experiment')]
  };
  return labels[by]();
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
