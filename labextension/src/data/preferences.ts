/** How a person wants views to begin; a change holds at once, in those that are open too. */

import { Signal } from '@lumino/signaling';

import type { ISignal } from '@lumino/signaling';

export class Preferences {
  /** How much curves are smoothed, from 0 to below 1. */
  get smoothing(): number {
    return this._smoothing;
  }

  set smoothing(smoothing: number) {
    if (smoothing !== this._smoothing) {
      this._smoothing = smoothing;
      this._changed.emit();
    }
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  private _smoothing = 0;
  private _changed = new Signal<this, void>(this);
}
