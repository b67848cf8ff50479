/** What the curves of a job are drawn over at the moment, and where a time is on it. */

import { axisOf, beginning, drawnAgainst, drawnOver, stepsBetween } from './over';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICurve } from '../data/curves';
import type { ILine } from './aligned';
import type { IAxis, Over, Range } from './over';

export class CurveAxis {
  /**
   * @param over - steps or a time
   * @param other - another metric, instead
   */
  constructor(
    private over: Over = 'step',
    private other?: ICurve
  ) {}

  /** What it says. */
  words(trans: TranslationBundle): IAxis {
    const axis = axisOf(this.over, trans);
    return this.other ? { ...axis, label: this.other.name } : axis;
  }

  /** Begin with the first of these points, where that is not known yet. */
  begin(curves: readonly ICurve[]): void {
    if (this.over === 'relative' && !Number.isFinite(this._began)) {
      this._began = beginning(curves);
    }
  }

  /** Return a curve as it is drawn. */
  draw(curve: ICurve): ILine {
    return this.other
      ? drawnAgainst(curve, this.other)
      : drawnOver(curve, this.over, this._began);
  }

  /** Return the steps of a curve between two places, null where that cannot be said. */
  steps(curve: ICurve, [low, high]: Range): Range | null {
    const from = this.over === 'relative' ? this._began : 0;
    return this.other ? null : stepsBetween(curve, this.over, [low + from, high + from]);
  }

  /** Return the newest time at which one of these curves was at a place, or NaN. */
  timeAt(curves: readonly ICurve[], place: number): number {
    if (!this.other && this.over !== 'step') {
      return this.over === 'wall' ? place : this._began + place;
    }
    const asked = this.other ? [this.other] : curves;
    const times = asked.map(({ columns: { steps, values, times } }) => {
      const at = this.other ? values.lastIndexOf(place) : steps.lastIndexOf(place);
      return at < 0 ? -Infinity : times[at];
    });
    const time = Math.max(...times);
    return Number.isFinite(time) ? time : NaN;
  }

  /** Return the place of a time: that of the last point before it, NaN where there is none. */
  placeAt(curves: readonly ICurve[], time: number): number {
    if (!this.other && this.over !== 'step') {
      return this.over === 'wall' ? time : time - this._began;
    }
    const columns = (this.other ?? curves[0])?.columns;
    const at = columns ? lastBefore(columns.times, time) : -1;
    return at < 0 ? NaN : (this.other ? columns.values : columns.steps)[at];
  }

  private _began = Infinity;
}

/** Times are nearly in order, as steps are; the last one that is early enough is it. */
function lastBefore(times: Float64Array, time: number): number {
  for (let at = times.length - 1; at >= 0; at--) {
    if (times[at] <= time) {
      return at;
    }
  }
  return -1;
}
