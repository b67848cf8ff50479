/** A chart saved as a file: the picture, a drawing, or the numbers. */

import { download } from './download';
import { csvOf, svgOf } from './drawing';
import { dashOf, paletteOf } from './palette';

import type uPlot from 'uplot';
import type { ILine } from './aligned';
import type { FileKind } from './chartbar';
import type { IMeasure } from './measures';
import type { IAxis } from './over';

/** The chart as it is shown. */
export interface IShown {
  plot: uPlot;
  name: string;
  axis: IAxis;
  measure: IMeasure;
  isLog: boolean;
  /** The lines that are shown, and which place in the legend each has. */
  lines: readonly ILine[];
  indices: readonly number[];
}

/** Save it; `node` has the theme's colours. */
export async function saveChart(kind: FileKind, shown: IShown, node: Element): Promise<void> {
  const makers: Record<FileKind, () => Promise<Blob> | Blob> = {
    PNG: () => pictureOf(shown, node),
    SVG: () => new Blob([drawn(shown, node)], { type: 'image/svg+xml' }),
    CSV: () => new Blob([csvOf(shown.lines, shown.axis.label)], { type: 'text/csv' })
  };
  download(`${shown.name}.${kind.toLowerCase()}`, await makers[kind]());
}

function drawn({ plot, axis, measure, isLog, lines, indices }: IShown, node: Element): string {
  const palette = paletteOf(node);
  const range = (name: string): [number, number] => {
    const { min, max } = plot.scales[name];
    return [min ?? 0, max ?? 1];
  };
  return svgOf({
    lines,
    colours: indices.map(index => palette.lines[index % palette.lines.length]),
    dashes: indices.map(dashOf),
    background: backgroundOf(node),
    ink: palette.text,
    font: getComputedStyle(node).fontFamily,
    x: range('x'),
    y: range('y'),
    isLog,
    label: axis.label,
    print: axis.print,
    printUp: measure.print
  });
}

/** What is on the screen, on the page's colour, with the names of the lines below. */
async function pictureOf({ plot, lines, indices }: IShown, node: Element): Promise<Blob> {
  const palette = paletteOf(node);
  const from = plot.ctx.canvas;
  const row = 18 * devicePixelRatio;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [from.width, from.height + row * (lines.length + 0.5)];
  const context = canvas.getContext('2d');
  if (context) {
    context.fillStyle = backgroundOf(node);
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(from, 0, 0);
    context.font = `${12 * devicePixelRatio}px ${getComputedStyle(node).fontFamily}`;
    lines.forEach((line, at) => {
      const y = from.height + row * (at + 0.5);
      context.fillStyle = palette.lines[indices[at] % palette.lines.length];
      context.fillRect(row, y - row / 3, row, row / 6);
      context.fillStyle = palette.text;
      context.fillText(line.name, 2.5 * row, y);
    });
  }
  return await new Promise((resolve, reject) => {
    canvas.toBlob(blob => {
      if (blob) {
        resolve(blob);
      } else {
        reject(new Error('the browser made no picture'));
      }
    });
  });
}

function backgroundOf(node: Element): string {
  return getComputedStyle(node).getPropertyValue('--jp-layout-color1').trim();
}
