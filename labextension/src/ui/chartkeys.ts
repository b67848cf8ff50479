/** A chart from the keyboard. */

import type uPlot from 'uplot';
import type { Range } from './over';

/** What keys have done. */
export interface IKeyActions {
  zoom: (range: Range | null) => void;
  pick: () => void;
}

/** Arrows move the cursor, plus and minus zoom around it, Enter picks, Escape shows all. */
export function pressed(event: KeyboardEvent, plot: uPlot, { zoom, pick }: IKeyActions): void {
  const keys: Record<string, () => void> = {
    ArrowLeft: () => { move(plot, -1); },
    ArrowRight: () => { move(plot, 1); },
    '+': () => { zoom(scaled(plot, 0.5)); },
    '-': () => { zoom(scaled(plot, 2)); },
    Enter: pick,
    Escape: () => { zoom(null); }
  };
  if (event.key in keys && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    keys[event.key]();
  }
}

function move(plot: uPlot, by: number): void {
  const steps = plot.data[0];
  const from = plot.cursor.idx ?? (by > 0 ? -1 : steps.length);
  const step = steps[Math.max(0, Math.min(from + by, steps.length - 1))];
  plot.setCursor({ left: plot.valToPos(step, 'x'), top: plot.over.clientHeight / 2 });
}

function scaled(plot: uPlot, factor: number): Range | null {
  const { min, max } = plot.scales.x;
  if (typeof min !== 'number' || typeof max !== 'number') {
    return null;
  }
  const { idx } = plot.cursor;
  const middle = typeof idx === 'number' ? plot.data[0][idx] : (min + max) / 2;
  return [middle - (middle - min) * factor, middle + (max - middle) * factor];
}
