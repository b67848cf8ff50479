/** A curve of a few points, the height of a line of text. */

import * as React from 'react';
import { figure } from './figures';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISketch } from '../data/sketches';

const [WIDTH, HEIGHT, EDGE] = [64, 18, 1.5];

/** Return the path of a curve through these values; what is no number interrupts it. */
export function pathOf(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  const span = greatest - least || 1;
  const across = (at: number): number => (WIDTH * at) / Math.max(1, values.length - 1);
  const up = (value: number): number => EDGE + ((HEIGHT - 2 * EDGE) * (greatest - value)) / span;
  let isDown = false;
  return values.map((value, at) => {
    if (!Number.isFinite(value)) {
      isDown = false;
      return '';
    }
    const move = isDown ? 'L' : 'M';
    isDown = true;
    return `${move}${across(at).toFixed(1)} ${up(value).toFixed(1)}`;
  }).join('');
}

/** Say a curve in words: what it is, where it began and where it is. */
function wordsOf({ metric, values }: ISketch, trans: TranslationBundle): string {
  const [first, last] = [values[0], values[values.length - 1]];
  return trans.__('%1 from %2 to %3', metric, figure(first), figure(last));
}

interface ISketchProps {
  sketch: ISketch | undefined;
  trans: TranslationBundle;
}

/** Draws a curve where there is one. */
export function Sketch({ sketch, trans }: ISketchProps): JSX.Element | null {
  if (!sketch || sketch.values.length < 2) {
    return null;
  }
  const words = wordsOf(sketch, trans);
  return (
    <svg
      className="jt-Sketch"
      role="img"
      aria-label={words}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <title>{words}</title>
      <path d={pathOf(sketch.values)} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
