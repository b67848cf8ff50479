/** Values that are no numbers, on a chart: a cross for NaN, arrows for what is infinite. */

import type { ILine } from './aligned';

/** Where a stray stands, and its value: NaN, Infinity or -Infinity. */
export interface IStray {
  readonly step: number;
  readonly value: number;
}

/** More on one line are a stripe, whoever counts them. */
const MOST = 500;

/** Return the values of a line that are no finite numbers, thinned where they are many. */
export function straysOf(line: ILine, most = MOST): IStray[] {
  const { steps, values } = line;
  const found: IStray[] = [];
  // a loop: calls for each of a million values take ten times as long
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      found.push({ step: steps[at], value: values[at] });
    }
  }
  const every = Math.ceil(found.length / most);
  return every > 1 ? found.filter((_, at) => at % every === 0) : found;
}

/** Where a chart's area is on its canvas, and how steps lie on it. */
export interface IArea {
  top: number;
  bottom: number;
  across: (step: number) => number;
  /** Canvas pixels for one of the page's. */
  ratio: number;
}

/** Paint the strays of a line at the edges of the chart. */
export function paintStrays(
  context: CanvasRenderingContext2D,
  area: IArea,
  colour: string,
  strays: readonly IStray[]
): void {
  context.save();
  context.fillStyle = colour;
  context.textAlign = 'center';
  context.font = `${12 * area.ratio}px sans-serif`;
  for (const { step, value } of strays) {
    const isAbove = value === Infinity;
    context.textBaseline = isAbove ? 'top' : 'bottom';
    const sign = Number.isNaN(value) ? '✕' : isAbove ? '▲' : '▼';
    context.fillText(sign, area.across(step), isAbove ? area.top : area.bottom);
  }
  context.restore();
}
