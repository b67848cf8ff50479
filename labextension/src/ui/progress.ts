/** How far a job is, before and while it trains: in words, with a bar where it is known. */

import { ENDED } from '../contract/sagemaker';
import { now as managerNow } from '../data/clock';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IProgress } from '../contract/sagemaker';

/** What of a job says how far it is. */
export interface IOnItsWay {
  TrainingJobStatus: string;
  SecondaryStatus?: string;
  StatusMessage?: string;
  Progress?: IProgress;
}

/** How far a job is, as it is shown. */
export interface ITold {
  words: string;
  /** From 0 to 1, where it is known. */
  share: number | undefined;
  /** More of it, for whoever points at it. */
  title: string;
}

const NOTHING: ITold = { words: '', share: undefined, title: '' };

/** Return the words on what is being done; none once it trains, and none at its end. */
export function preparation(job: IOnItsWay): string {
  const isPreparing = !ENDED.has(job.TrainingJobStatus) && job.SecondaryStatus !== 'Training';
  return (isPreparing && job.StatusMessage) || '';
}

const PERCENT = /(?:^|[\s(:])(\d{1,3}(?:\.\d+)?)\s?%(?!\w)/;
const BYTES = /(\d+(?:\.\d+)?) of (\d+(?:\.\d+)?) [kMGT]?i?B\b/;

/** Return the share a message states, in percent or bytes, from 0 to 1; undefined if none. */
export function share(message: string): number | undefined {
  const bytes = BYTES.exec(message);
  if (bytes) {
    return Number(bytes[2]) > 0 ? Math.min(1, Number(bytes[1]) / Number(bytes[2])) : undefined;
  }
  const percent = PERCENT.exec(message);
  return percent ? Math.min(1, Number(percent[1]) / 100) : undefined;
}

/** Return the share of its training that a job has done, from 0 to 1; undefined if not known. */
export function trained(job: IOnItsWay): number | undefined {
  const { Progress: progress } = job;
  const isTraining = !ENDED.has(job.TrainingJobStatus) && job.SecondaryStatus === 'Training';
  return progress && isTraining && progress.Total > 0
    ? Math.max(0, Math.min(1, progress.Done / progress.Total))
    : undefined;
}

/** So much has to be seen of a training before its end is guessed: seconds, steps, share. */
const [LEAST_SECONDS, LEAST_STEPS, LEAST_SHARE] = [5, 2, 0.02];

/** Return how many seconds are left at the pace so far; undefined while that is a guess. */
export function remaining(progress: IProgress, now: number): number | undefined {
  const seen = progress.Done - progress.Start;
  const took = progress.Time - progress.Since;
  const silent = now - progress.Time;
  const isEnough = seen >= LEAST_STEPS || seen / progress.Total >= LEAST_SHARE;
  if (!isEnough || took < LEAST_SECONDS || silent > took || progress.Done >= progress.Total) {
    return undefined;
  }
  return Math.max(0, ((progress.Total - progress.Done) * took) / seen - Math.max(0, silent));
}

/** Print how long something still takes, no more exactly than it is known. */
export function left(seconds: number, trans: TranslationBundle): string {
  if (seconds < 8) {
    return trans.__('a few seconds left');
  }
  if (seconds < 90) {
    return trans.__('about %1 s left', Math.max(10, Math.round(seconds / 10) * 10));
  }
  const minutes = seconds / 60;
  if (minutes < 90) {
    return trans.__('about %1 min left', Math.round(minutes));
  }
  const hours = minutes / 60;
  return hours < 36
    ? trans.__('about %1 h left', Math.round(hours))
    : trans.__('about %1 d left', Math.round(hours / 24));
}

function counted(progress: IProgress, trans: TranslationBundle): string {
  const done = Math.floor(progress.Done);
  return progress.Unit === 'epoch'
    ? trans.__('%1 of %2 epochs', done, progress.Total)
    : trans.__('%1 of %2 steps', done, progress.Total);
}

/** Return how far a job is. */
export function told(job: IOnItsWay, trans: TranslationBundle, now = managerNow()): ITold {
  const waits = preparation(job);
  if (waits) {
    return { words: waits, share: share(waits), title: waits };
  }
  const { Progress: progress } = job;
  const part = trained(job);
  if (!progress || part === undefined) {
    return NOTHING;
  }
  const seconds = remaining(progress, now);
  const percent = trans.__('%1 %', Math.floor(part * 100));
  const words = seconds === undefined ? percent : `${percent} · ${left(seconds, trans)}`;
  return { words, share: part, title: `${words} (${counted(progress, trans)})` };
}

export class Progress {
  readonly node = document.createElement('span');

  constructor() {
    this.node.className = 'jt-Progress';
    this.node.append(this._bar, this._words);
    this.draw(NOTHING);
  }

  /** Show how far it is; without words everything is hidden. */
  draw({ words, share: done, title }: ITold): void {
    this.node.hidden = words === '';
    this._bar.hidden = done === undefined;
    this._bar.value = done ?? 0;
    if (this._words.title !== title || this._words.textContent !== words) {
      this._bar.setAttribute('aria-label', title);
      this._words.textContent = words;
      this._words.title = title;
    }
  }

  private _bar = document.createElement('progress');
  private _words = document.createElement('span');
}
