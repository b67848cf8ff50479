/** How long a job has taken, and a clock that shows it. */

import { Widget } from '@lumino/widgets';

import type { TranslationBundle } from '@jupyterlab/translation';

/** The times of a job that its duration is made of; epoch seconds. */
export interface ISpan {
  CreationTime?: number;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  LastModifiedTime?: number;
}

/** Return the seconds a job has taken: since its creation, up to its end if it has ended. */
export function secondsOf(span: ISpan, hasEnded: boolean, now = Date.now() / 1000): number {
  const start = span.CreationTime ?? now;
  const end = hasEnded ? (span.TrainingEndTime ?? span.LastModifiedTime ?? start) : now;
  return Math.max(0, end - start);
}

/** Print a duration with its two largest units. */
export function elapsed(seconds: number, trans: TranslationBundle): string {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  if (days > 0) {
    return trans.__('%1 d %2 h', days, hours);
  }
  if (hours > 0) {
    return trans.__('%1 h %2 min', hours, minutes);
  }
  return minutes > 0
    ? trans.__('%1 min %2 s', minutes, whole % 60)
    : trans.__('%1 s', whole);
}

/** A clock that ticks while its job runs and it can be seen. */
export class ElapsedClock extends Widget {
  constructor(private trans: TranslationBundle) {
    super({ node: document.createElement('span') });
    this.addClass('jt-Elapsed');
    this.node.title = trans.__('Time since the job was created');
  }

  /** Show the duration of a job. */
  measure(span: ISpan, hasEnded: boolean): void {
    this._span = span;
    this._hasEnded = hasEnded;
    this._tick();
  }

  protected override onAfterAttach(): void {
    this._timer = setInterval(() => { this._tick(); }, 1000);
  }

  protected override onBeforeDetach(): void {
    clearInterval(this._timer);
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
  private _timer: ReturnType<typeof setInterval> | undefined;
}
