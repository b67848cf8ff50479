/** What keys and clicks do in the list of jobs. */

import { extended, namesOf, NOTHING, toggled } from './jobselection';

import type { KeyboardEvent, MouseEvent } from 'react';
import type { Row } from './jobgroups';
import type { IJobListProps } from './jobrow';

/** Where in the list the keyboard is. */
export interface IWhere {
  list: IJobListProps;
  active: number;
  /** Where a range of selected rows begins. */
  anchor: { current: number };
  go: (to: number) => void;
}

function move(where: IWhere, to: number, isRange: boolean): void {
  const { list, anchor, go } = where;
  const target = Math.max(0, Math.min(list.rows.length - 1, to));
  if (isRange) {
    list.select(extended(NOTHING, list.rows, anchor.current, target));
  } else {
    anchor.current = target;
  }
  go(target);
}

/** Do what a key stands for; returns whether it stands for anything. */
export function press(event: KeyboardEvent, where: IWhere, page: number): boolean {
  if ((event.target as Element).tagName === 'BUTTON' && isPress(event.key)) {
    return false; // a button does what it says
  }
  const { list, active } = where;
  const { rows, selection } = list;
  const moves: Record<string, number> = {
    ArrowUp: active - 1,
    ArrowDown: active + 1,
    PageUp: active - page,
    PageDown: active + page,
    Home: 0,
    End: rows.length - 1
  };
  if (event.key in moves) {
    move(where, moves[event.key], event.shiftKey);
    return true;
  }
  if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
    list.select(namesOf(rows));
    return true;
  }
  if (event.key === 'Escape' && selection.size > 0) {
    list.select(NOTHING);
    return true;
  }
  return active < rows.length && act(event.key, rows[active], where);
}

function act(key: string, row: Row, { list, active, anchor }: IWhere): boolean {
  if (row.kind === 'group') {
    const isTurned = isPress(key) || key === turning(row.isOpen);
    if (isTurned) {
      list.turn(row.label);
    }
    return isTurned;
  }
  const name = row.job.TrainingJobName;
  const acts: Record<string, () => void> = {
    Enter: () => { list.open(name); },
    ' ': () => {
      anchor.current = active;
      list.select(toggled(list.selection, name));
    },
    Delete: () => { list.remove(list.selection.size > 0 ? [...list.selection] : [name]); }
  };
  acts[key]?.();
  return key in acts;
}

function turning(isOpen: boolean): string {
  return isOpen ? 'ArrowLeft' : 'ArrowRight';
}

function isPress(key: string): boolean {
  return key === 'Enter' || key === ' ';
}

/** Select one job more, or one less. */
export function pick({ list, anchor }: IWhere, place: number): void {
  const row = list.rows[place];
  anchor.current = place;
  if (row.kind === 'job') {
    list.select(toggled(list.selection, row.job.TrainingJobName));
  }
}

/** Open the job that is clicked; with Ctrl or Shift, select. */
export function click(event: MouseEvent, where: IWhere, place: number): void {
  const { list, anchor } = where;
  const row = list.rows[place];
  if (event.shiftKey) {
    list.select(extended(list.selection, list.rows, anchor.current, place));
  } else if (event.ctrlKey || event.metaKey) {
    pick(where, place);
  } else if (row.kind === 'job') {
    list.open(row.job.TrainingJobName);
  }
}
