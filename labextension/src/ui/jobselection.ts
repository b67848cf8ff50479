/** Which jobs of a list are selected: pure steps from one selection to the next. */

import type { Row } from './jobgroups';

export type Selection = ReadonlySet<string>;

export const NOTHING: Selection = new Set();

/** Return the selection with one job more, or one less. */
export function toggled(selection: Selection, job: string): Selection {
  const next = new Set(selection);
  if (!next.delete(job)) {
    next.add(job);
  }
  return next;
}

/** Return the selection with all jobs from one row to another, in either direction. */
export function extended(
  selection: Selection,
  rows: readonly Row[],
  from: number,
  to: number
): Selection {
  const span = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
  return new Set([...selection, ...namesOf(span)]);
}

/** Return the names of the jobs in these rows. */
export function namesOf(rows: readonly Row[]): Selection {
  return new Set(rows.flatMap(row => (row.kind === 'job' ? [row.job.TrainingJobName] : [])));
}

/** Return what of a selection is still there; the same object if all of it is. */
export function pruned(selection: Selection, isThere: (job: string) => boolean): Selection {
  const kept = [...selection].filter(isThere);
  return kept.length === selection.size ? selection : new Set(kept);
}
