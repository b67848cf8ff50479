/** A clock that shows how long a job has taken. */

import { Widget } from '@lumino/widgets';
import { elapsed, secondsOf } from './duration';
import { whileSeen } from './whileseen';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISpan } from './duration';

/** A clock that ticks while its job runs and it can be seen. */
export class ElapsedClock extends Widget {
  constructor(private trans: TranslationBundle) {
    super({ node: document.createElement('span') });
    this.addClass('jt-Elapsed');
    this.node.title = trans.__('Time since the job was created');
    whileSeen(this, until => {
      this._tick();
      const timer = setInterval(() => { this._tick(); }, 1000);
      until.addEventListener('abort', () => { clearInterval(timer); });
    });
  }

  /** Show the duration of a job. */
  measure(span: ISpan, hasEnded: boolean): void {
    this._span = span;
    this._hasEnded = hasEnded;
    this._tick();
  }

  private _tick(): void {
    if (this._span && !document.hidden) {
      const text = elapsed(secondsOf(this._span, this._hasEnded), this.trans);
      if (this.node.textContent !== text) {
        this.node.textContent = text;
      }
    }
  }

  private _span: ISpan | null = null;
  private _hasEnded = false;
}
