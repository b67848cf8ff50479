/** How long a job has taken. */

import { now as managerNow } from '../data/clock';

import type { TranslationBundle } from '@jupyterlab/translation';

/** The times of a job that its duration is made of; epoch seconds. */
export interface ISpan {
  CreationTime?: number;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  LastModifiedTime?: number;
}

/** Return the seconds a job has taken: since its creation, up to its end if it has ended. */
export function secondsOf(span: ISpan, hasEnded: boolean, now = managerNow()): number {
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
