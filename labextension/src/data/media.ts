/** What a job shows besides numbers: images, tables, histograms and texts, by their steps. */

import { Signal } from '@lumino/signaling';
import { number, numberOr } from '../contract/json';
import { readMedia } from '../contract/files';
import { oneAtATime } from './oneatatime';

import type { ISignal } from '@lumino/signaling';
import type { IMedium, MediumKind } from '../contract/files';
import type { ICaller } from './client';

/** All that was shown under one name. */
export interface IMediaSeries {
  readonly kind: MediumKind;
  readonly name: string;
  readonly media: readonly IMedium[];
}

/** More are in the index than a page draws; the newest are kept. */
export const MOST_MEDIA = 20000;

export class MediaModel {
  constructor(
    private client: ICaller,
    readonly job: string
  ) {}

  /** There is more, or another attempt began. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What was shown, by kind and name, as they came first. */
  get series(): readonly IMediaSeries[] {
    return [...this._series.values()];
  }

  /** Read on in the index. */
  readonly load = oneAtATime(async () => {
    while (await this._page());
  });

  /** Take one page; true when there may be another. */
  private async _page(): Promise<boolean> {
    const input = { TrainingJobName: this.job, Offset: this._next };
    const answer = await this.client.call('jupytertrain', 'ListMedia', input);
    const attempt = numberOr(answer, 'Attempt', 0);
    if (attempt !== this._attempt && this._next > 0) {
      this._begin(attempt);
      return true;
    }
    this._attempt = attempt;
    const next = number(answer, 'Next');
    const hasMore = next > this._next;
    this._next = next;
    this._take(readMedia(answer.Media));
    return hasMore;
  }

  private _begin(attempt: number): void {
    this._attempt = attempt;
    this._next = 0;
    this._series.clear();
    this._changed.emit();
  }

  private _take(media: readonly IMedium[]): void {
    for (const medium of media) {
      const key = `${medium.kind}/${medium.name}`;
      const known = this._series.get(key)?.media ?? [];
      const { kind, name } = medium;
      this._series.set(key, { kind, name, media: placed(known, medium) });
    }
    if (media.length > 0) {
      this._changed.emit();
    }
  }

  private _series = new Map<string, IMediaSeries>();
  private _next = 0;
  private _attempt = 0;
  private _changed = new Signal<this, void>(this);
}

/** Put one behind those of no later step; one without a step comes behind the last. */
export function placed(known: readonly IMedium[], medium: IMedium): readonly IMedium[] {
  const last = known[known.length - 1];
  const isInOrder = !last || (medium.step ?? last.step ?? 0) >= (last.step ?? 0);
  const all = isInOrder
    ? [...known, medium]
    : [...known, medium].sort((one, other) => (one.step ?? 0) - (other.step ?? 0));
  return all.slice(-MOST_MEDIA);
}
