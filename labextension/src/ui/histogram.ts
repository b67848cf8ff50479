/** Histograms of many steps, one behind the other, the newest in front. */

import { figure } from './figures';

import type { TranslationBundle } from '@jupyterlab/translation';

/** How values were spread at one step. */
export interface IHistogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** How many were no numbers. */
  readonly odd: number;
}

const WIDTH = 600;
const HEIGHT = 240;
const RIDGE = 90;

/** More bins than a picture has places are no histogram that can be drawn. */
const MOST_BINS = 10000;

/** Read a histogram's JSON; null if it is none. */
export function readHistogram(json: string): IHistogram | null {
  try {
    const { edges, counts, no_numbers: odd } = JSON.parse(json) as Record<string, unknown>;
    const isWhole = isNumbers(edges) && isNumbers(counts) && edges.length === counts.length + 1;
    return isWhole ? { edges, counts, odd: typeof odd === 'number' ? odd : 0 } : null;
  } catch {
    return null;
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value)
    && value.length <= MOST_BINS
    && value.every(each => typeof each === 'number');
}

/** Draw histograms, oldest first; the one at `chosen` stands out. */
export function ridges(histograms: readonly IHistogram[], chosen: number): SVGElement {
  const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
  const form = { viewBox, class: 'jt-Histogram', preserveAspectRatio: 'none' };
  const picture = shape('svg', form);
  picture.setAttribute('aria-hidden', 'true');
  const low = Math.min(...histograms.map(each => each.edges[0]));
  const high = Math.max(...histograms.map(each => each.edges[each.edges.length - 1]));
  const across = (value: number): number => ((value - low) / (high - low || 1)) * WIDTH;
  const most = Math.max(1, ...histograms.flatMap(each => densities(each)));
  const gap = (HEIGHT - RIDGE) / Math.max(1, histograms.length - 1);
  histograms.forEach((each, at) => {
    const base = histograms.length === 1 ? HEIGHT : RIDGE + at * gap;
    const room = histograms.length === 1 ? HEIGHT - 8 : RIDGE - 4;
    const tops = densities(each).map((density, bin) => {
      const top = base - (density / most) * room;
      return `${across(each.edges[bin])},${top} ${across(each.edges[bin + 1])},${top}`;
    });
    const ends = [each.edges[0], each.edges[each.edges.length - 1]].map(across);
    const points = `${ends[0]},${base} ${tops.join(' ')} ${ends[1]},${base}`;
    const className = at === chosen ? 'jt-mod-chosen' : '';
    picture.append(shape('polygon', { points, class: className }));
  });
  return picture;
}

/** Counts of bins that are not equally wide can be compared by what they hold of a unit. */
function densities({ edges, counts }: IHistogram): number[] {
  const width = (edges[edges.length - 1] - edges[0]) / counts.length || 1;
  return counts.map((count, bin) => (count * width) / (edges[bin + 1] - edges[bin] || width));
}

/** Say what a histogram shows. */
export function histogramWords(one: IHistogram, trans: TranslationBundle): string {
  const { edges, counts, odd } = one;
  const total = counts.reduce((sum, each) => sum + each, 0);
  const peak = counts.indexOf(Math.max(...counts));
  const words = trans.__(
    '%1 values from %2 to %3, most of them from %4 to %5',
    total,
    figure(edges[0]),
    figure(edges[edges.length - 1]),
    figure(edges[peak]),
    figure(edges[peak + 1])
  );
  return odd > 0 ? `${words}; ${trans.__('%1 are no numbers', odd)}` : words;
}

function shape(name: string, attributes: Record<string, string>): SVGElement {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  Object.entries(attributes).forEach(([key, value]) => { node.setAttribute(key, value); });
  return node;
}
