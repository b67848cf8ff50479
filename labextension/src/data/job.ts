/** One job in full: its description, log streams and series, kept current by the stream. */

import { Signal } from '@lumino/signaling';
import { ENDED } from '../contract/sagemaker';

import type { ISignal } from '@lumino/signaling';
import type { Message } from '../contract/messages';
import type { IJobDetail, ISeries } from '../contract/sagemaker';
import type { Stream } from './stream';

/** Whether the job is there: not heard yet, yes, there is none of this name, it was deleted. */
export type Presence = 'asked' | 'known' | 'unknown' | 'deleted';

export class JobModel {
  constructor(readonly name: string) {}

  /** Something is different from before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get presence(): Presence {
    return this._presence;
  }

  /** What the manager said when it could not show the job; empty when there is none. */
  get problem(): string {
    return this._problem;
  }

  /** The description; kept when the job is deleted or the manager away. */
  get detail(): IJobDetail | null {
    return this._detail;
  }

  get logStreams(): readonly string[] {
    return this._logStreams;
  }

  get series(): readonly ISeries[] {
    return this._series;
  }

  get hasEnded(): boolean {
    return this._detail !== null && ENDED.has(this._detail.TrainingJobStatus);
  }

  /** Take one message of the stream. */
  apply(message: Message): void {
    if (message.type === 'job') {
      this._presence = 'known';
      this._detail = message.detail;
      this._logStreams = message.logStreams;
      this._series = message.series;
    } else if (message.type === 'progress') {
      this._detail &&= { ...this._detail, Progress: message.progress };
    } else if (message.type === 'deleted') {
      this._presence = 'deleted';
    } else if (message.type === 'error') {
      this._presence = this._detail ? 'deleted' : 'unknown';
      this._problem = message.code.startsWith('ResourceNotFound') ? '' : message.message;
    }
    this._changed.emit();
  }

  /** Stay current until the signal says stop. */
  follow(stream: Stream, until: AbortSignal): void {
    const topic = { topic: 'job', job: this.name } as const;
    stream.subscribe(topic, message => { this.apply(message); }, { until });
  }

  private _presence: Presence = 'asked';
  private _problem = '';
  private _detail: IJobDetail | null = null;
  private _logStreams: readonly string[] = [];
  private _series: readonly ISeries[] = [];
  private _changed = new Signal<this, void>(this);
}
