/** Growing columns of one series: steps, times and values, ordered by step, bounded in size. */

/** Equally long columns. */
export interface IColumns {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

const NAMES = ['steps', 'times', 'values'] as const;

/** More points than any screen has pixels; beyond it, old points are thinned. */
export const MOST_POINTS = 65536;

export class Columns implements IColumns {
  constructor(private most = MOST_POINTS) {}

  get length(): number {
    return this._length;
  }

  get steps(): Float64Array {
    return this._columns.steps.subarray(0, this._length);
  }

  get times(): Float64Array {
    return this._columns.times.subarray(0, this._length);
  }

  get values(): Float64Array {
    return this._columns.values.subarray(0, this._length);
  }

  clear(): void {
    this._length = 0;
  }

  /** Add points; those whose step goes back are put in their place. */
  append(points: IColumns): void {
    const count = points.steps.length;
    if (count === 0) {
      return;
    }
    const old = this._length;
    this._reserve(old + count);
    for (const name of NAMES) {
      this._columns[name].set(points[name], old);
    }
    this._length = old + count;
    this._order(old);
    if (this._length > this.most) {
      this._replace(thinned(this, this.most / 2));
    }
  }

  /** Sort from the first point that is out of place; points of one step keep their order. */
  private _order(from: number): void {
    const { steps } = this;
    let least = Infinity;
    for (let at = Math.max(from, 1); at < steps.length; at++) {
      if (steps[at] < steps[at - 1]) {
        least = Math.min(least, steps[at]);
      }
    }
    if (least === Infinity) {
      return;
    }
    const start = firstAbove(steps, from, least);
    const order = Array.from({ length: steps.length - start }, (_, index) => start + index);
    order.sort((one, other) => steps[one] - steps[other] || one - other);
    this._columns = mapped(column => {
      const moved = Float64Array.from(order, index => column[index]);
      column.set(moved, start);
      return column;
    }, this._columns);
  }

  private _reserve(length: number): void {
    if (length > this._columns.steps.length) {
      const size = Math.max(length, 2 * this._columns.steps.length, 256);
      this._columns = mapped(column => {
        const grown = new Float64Array(size);
        grown.set(column);
        return grown;
      }, this._columns);
    }
  }

  private _replace(columns: IColumns): void {
    for (const name of NAMES) {
      this._columns[name].set(columns[name]);
    }
    this._length = columns.steps.length;
  }

  private _columns: IColumns = mapped(() => new Float64Array(256));
  private _length = 0;
}

const EMPTY: IColumns = {
  steps: new Float64Array(),
  times: new Float64Array(),
  values: new Float64Array()
};

function mapped(change: (column: Float64Array) => Float64Array, from: IColumns = EMPTY): IColumns {
  return { steps: change(from.steps), times: change(from.times), values: change(from.values) };
}

/** Return the first place whose step is above `step`, among the first `length` (ordered) ones. */
function firstAbove(steps: Float64Array, length: number, step: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/**
 * Keep the least and the greatest of each of `count / 2` buckets, in order, and marks of values
 * that are no finite numbers: a quarter more at most.
 */
export function thinned(columns: IColumns, count: number): IColumns {
  const { values } = columns;
  const extremes = buckets(values.length, Math.max(1, Math.floor(count / 2)))
    .flatMap(([from, to]) => extremesOf(values, from, to));
  const marks = buckets(values.length, Math.max(1, Math.floor(count / 12)))
    .flatMap(([from, to]) => marksOf(values, from, to));
  const kept = [...new Set([...extremes, ...marks])].sort((one, other) => one - other);
  return mapped(column => Float64Array.from(kept, index => column[index]), columns);
}

/** Divide `length` places into so many ranges. */
function buckets(length: number, count: number): [number, number][] {
  const edge = (at: number): number => Math.floor((at * length) / count);
  return Array.from({ length: count }, (_, at) => [edge(at), edge(at + 1)]);
}

/** Return where the least and the greatest finite value are; the first of all where none is. */
function extremesOf(values: Float64Array, from: number, to: number): number[] {
  let least = -1;
  let greatest = -1;
  for (let at = from; at < to; at++) {
    if (Number.isFinite(values[at])) {
      least = least < 0 || values[at] < values[least] ? at : least;
      greatest = greatest < 0 || values[at] > values[greatest] ? at : greatest;
    }
  }
  return least < 0 ? [from] : [least, greatest];
}

/** Return where the first NaN is, and the first of each infinity. */
function marksOf(values: Float64Array, from: number, to: number): number[] {
  const found = new Map<string, number>();
  for (let at = from; at < to; at++) {
    if (!Number.isFinite(values[at]) && !found.has(String(values[at]))) {
      found.set(String(values[at]), at);
    }
  }
  return [...found.values()];
}
