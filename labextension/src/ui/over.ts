/** What curves are drawn over: steps, seconds since the first point, the time of day, a metric. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IColumns } from '../data/columns';
import type { ICurve } from '../data/curves';
import type { ILine } from './aligned';

export type Over = 'step' | 'relative' | 'wall';

/** From where to where a chart shows its lines. */
export type Range = readonly [number, number];

/** What an axis says. */
export interface IAxis {
  readonly label: string;
  /** Whether its numbers are seconds since the epoch. */
  readonly isTime: boolean;
  readonly print: (value: number) => string;
}

/** Return the axis along which curves are drawn. */
export function axisOf(over: Over, trans: TranslationBundle): IAxis {
  const seconds = (value: number): string => String(Number(value.toFixed(1)));
  const clock = (value: number): string => new Date(value * 1000).toLocaleTimeString();
  return {
    step: { label: trans.__('Step'), isTime: false, print: String },
    relative: { label: trans.__('Second'), isTime: false, print: seconds },
    wall: { label: trans.__('Time'), isTime: true, print: clock }
  }[over];
}

/** Return a curve over one of its columns, in the order of that column. */
export function drawnOver(curve: ICurve, over: Over, began = 0): ILine {
  const { id, name, columns } = curve;
  if (over === 'step') {
    return { id, name, steps: columns.steps, values: columns.values };
  }
  const { times, values } = byTime(columns);
  const steps = over === 'wall' ? times : times.map(time => time - began);
  return { id, name, steps, values };
}

/** Return a curve over the values that another metric had at its steps, or last before them. */
export function drawnAgainst({ id, name, columns }: ICurve, other: ICurve): ILine {
  const along: number[] = [];
  let at = -1;
  for (const step of columns.steps) {
    while (at + 1 < other.columns.steps.length && other.columns.steps[at + 1] <= step) {
      at++;
    }
    along.push(at < 0 ? NaN : other.columns.values[at]);
  }
  const order = [...along.keys()].filter(index => Number.isFinite(along[index]));
  order.sort((one, another) => along[one] - along[another] || one - another);
  return {
    id,
    name,
    steps: Float64Array.from(order, index => along[index]),
    values: Float64Array.from(order, index => columns.values[index])
  };
}

/** Return when the first point of all curves came. */
export function beginning(curves: readonly ICurve[]): number {
  return curves.reduce((least, { columns: { times } }) => {
    return times.reduce((one, other) => Math.min(one, other), least);
  }, Infinity);
}

/** Return the points in the order in which they came; steps may have gone back. */
function byTime({ steps, times, values }: IColumns): IColumns {
  if (times.every((time, at) => at === 0 || time >= times[at - 1])) {
    return { steps, times, values };
  }
  const order = Array.from(times.keys()).sort((one, other) => times[one] - times[other]);
  const sorted = (column: Float64Array): Float64Array => {
    return Float64Array.from(order, at => column[at]);
  };
  return { steps: sorted(steps), times: sorted(times), values: sorted(values) };
}

/** Return the least and the greatest step between two places of the axis, null if none is there. */
export function stepsBetween(
  { columns: { steps, times } }: ICurve,
  over: Over,
  [low, high]: Range
): Range | null {
  if (over === 'step') {
    return [low, high];
  }
  const inside = steps.filter((_, at) => times[at] >= low && times[at] <= high);
  const least = inside.reduce((one, other) => Math.min(one, other), Infinity);
  const most = inside.reduce((one, other) => Math.max(one, other), -Infinity);
  return least > most ? null : [least, most];
}

/** Put a closer look in the place of what a line says there; what came behind it stays. */
export function withDetail(line: ILine, detail: ILine | undefined): ILine {
  if (!detail || detail.steps.length === 0) {
    return line;
  }
  const [low, high] = [detail.steps[0], detail.steps[detail.steps.length - 1]];
  const before = line.steps.findIndex(step => step >= low);
  const after = line.steps.findIndex(step => step > high);
  const joined = (name: 'steps' | 'values'): Float64Array => {
    const head = line[name].subarray(0, before < 0 ? line.steps.length : before);
    const tail = after < 0 ? new Float64Array() : line[name].subarray(after);
    return Float64Array.from([...head, ...detail[name], ...tail]);
  };
  return { ...line, steps: joined('steps'), values: joined('values') };
}
