/** How a chart's plot is painted: scales, axes and lines in the theme's colours. */

import { PLAIN } from './measures';
import { dashOf } from './palette';
import { paintStrays, straysOf } from './strays';

import type uPlot from 'uplot';
import type { ILine } from './aligned';
import type { IMeasure } from './measures';
import type { IAxis } from './over';
import type { IPalette } from './palette';

/** What a plot is like. */
export interface IPlot {
  palette: IPalette;
  axis: IAxis;
  measure: IMeasure;
  isLog: boolean;
}

/** Return the options that do not change with the lines. */
export function plotOptions(plot: IPlot): Omit<uPlot.Options, 'width' | 'height' | 'series'> {
  const { palette, axis, measure, isLog } = plot;
  return {
    pxAlign: false, // whole pixels would make steps of a flat curve
    legend: { show: false },
    cursor: {
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false }
    },
    scales: { x: { time: axis.isTime }, y: scale(measure, isLog) },
    axes: [along(palette, axis), upwards(palette, measure)]
  };
}

/** Return how a line is painted; the raw one behind a smoothed one is faint. */
export function seriesOf(
  line: ILine,
  { index, isShown, isFaint }: { index: number; isShown: boolean; isFaint: boolean },
  palette: IPalette
): uPlot.Series {
  return {
    label: line.name,
    show: isShown,
    stroke: palette.lines[index % palette.lines.length],
    dash: dashOf(index),
    width: 1.5,
    ...(isFaint && { alpha: 0.3, width: 1, points: { show: false } })
  };
}

/** Mark what is no number on a line, at the edges of the plot. */
export function markStrays(plot: uPlot, line: ILine, colour: string): void {
  const { top, height } = plot.bbox;
  const across = (step: number): number => plot.valToPos(step, 'x', true);
  const area = { top, bottom: top + height, across, ratio: devicePixelRatio };
  const { min = -Infinity, max = Infinity } = plot.scales.x;
  const seen = straysOf(line).filter(({ step }) => step >= min && step <= max);
  paintStrays(plot.ctx, area, colour, seen);
}

/** What has a unit begins at nothing: a tenth more of a little is no mountain. */
function scale(measure: IMeasure, isLog: boolean): uPlot.Scale {
  return measure === PLAIN
    ? { distr: isLog ? 3 : 1 }
    : { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] };
}

/** Round values of machines: 1, 2, 4 … 512 of each unit. */
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power);

function axisIn(palette: IPalette): uPlot.Axis {
  return {
    stroke: palette.text,
    font: palette.font,
    labelFont: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1 }
  };
}

function along(palette: IPalette, { label, isTime }: IAxis): uPlot.Axis {
  return { ...axisIn(palette), label, labelSize: 16, size: isTime ? 40 : 28 };
}

function upwards(palette: IPalette, measure: IMeasure): uPlot.Axis {
  if (measure === PLAIN) {
    return { ...axisIn(palette), size: 56 };
  }
  return {
    ...axisIn(palette),
    size: 80, // the unit stands behind each number
    values: (_plot, splits) => splits.map(measure.print),
    ...(measure.isBinary && { incrs: POWERS })
  };
}
