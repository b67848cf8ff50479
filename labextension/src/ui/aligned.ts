/** Lines of a chart brought to one common axis of steps, as the plotter wants them. */

/** One line: values by step (or by time, where it is drawn over time), ascending. */
export interface ILine {
  readonly id: number;
  readonly name: string;
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/** A column: null is a gap in the line, undefined a step that only other lines have. */
export type Column = Float64Array | (number | null | undefined)[];

/** Return the common steps, then one column for each line. */
export function aligned(lines: readonly ILine[], isLog: boolean): [Float64Array, ...Column[]] {
  const [first] = lines;
  if (!first) {
    return [new Float64Array()];
  }
  if (lines.every(line => isSame(line.steps, first.steps))) {
    return [first.steps, ...lines.map(line => drawable(line.values, isLog))];
  }
  const steps = union(lines);
  const places = new Map<number, number>();
  steps.forEach((step, at) => places.set(step, at));
  return [steps, ...lines.map(line => spread(line, places, isLog))];
}

function isSame(one: Float64Array, other: Float64Array): boolean {
  const isAsLong = one.length === other.length;
  return one === other || (isAsLong && one.every((step, at) => step === other[at]));
}

/** Return the values as they are, or with gaps where they cannot be drawn. */
function drawable(values: Float64Array, isLog: boolean): Column {
  let at = 0; // a loop: calls for each of a million values take ten times as long
  while (at < values.length && isDrawable(values[at], isLog)) {
    at++;
  }
  return at === values.length
    ? values
    : Array.from(values, value => (isDrawable(value, isLog) ? value : null));
}

function isDrawable(value: number, isLog: boolean): boolean {
  return Number.isFinite(value) && (!isLog || value > 0);
}

function union(lines: readonly ILine[]): Float64Array {
  const all = new Float64Array(lines.reduce((sum, line) => sum + line.steps.length, 0));
  let at = 0;
  for (const line of lines) {
    all.set(line.steps, at);
    at += line.steps.length;
  }
  all.sort();
  return all.filter((step, index) => index === 0 || step !== all[index - 1]);
}

function spread(line: ILine, places: Map<number, number>, isLog: boolean): Column {
  const column = new Array<number | null | undefined>(places.size).fill(undefined);
  line.steps.forEach((step, index) => {
    const value = line.values[index];
    column[places.get(step) ?? 0] = isDrawable(value, isLog) ? value : null;
  });
  return column;
}
