/** What a job does before it trains, in the manager's words: with a bar where they say how far. */

import { ENDED } from '../contract/sagemaker';

/** What of a job says how far it is. */
export interface IOnItsWay {
  TrainingJobStatus: string;
  SecondaryStatus?: string;
  StatusMessage?: string;
}

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

export class Progress {
  readonly node = document.createElement('span');

  constructor() {
    this.node.className = 'jt-Progress';
    this.node.append(this._bar, this._words);
    this.draw('');
  }

  /** Show a message; an empty one hides everything. */
  draw(message: string): void {
    this.node.hidden = message === '';
    if (this._words.textContent === message) {
      return;
    }
    const done = share(message);
    this._bar.hidden = done === undefined;
    this._bar.value = done ?? 0;
    this._bar.setAttribute('aria-label', message);
    this._words.textContent = message;
    this._words.title = message;
  }

  private _bar = document.createElement('progress');
  private _words = document.createElement('span');
}
