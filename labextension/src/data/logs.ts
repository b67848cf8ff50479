/** The log of one job: a window of lines that ends at the newest one, older ones on demand. */

import { Signal } from '@lumino/signaling';
import { list, number, object, textOr } from '../contract/json';

import type { ISignal } from '@lumino/signaling';
import type { ILinesMessage, ILogLine, Message } from '../contract/messages';
import type { ICaller } from './client';
import type { Stream } from './stream';

/** What happened to the window: lines came below (and some were dropped above), or above. */
export type LogChange =
  | { kind: 'appended'; lines: readonly ILogLine[]; dropped: number }
  | { kind: 'prepended'; lines: readonly ILogLine[] }
  | { kind: 'ended' };

/** The most lines the window holds while it follows. */
export const MOST_LINES = 20000;

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';

export class LogModel {
  /**
   * @param job - name of the job
   * @param tail - how many lines to begin with
   * @param most - how many lines to keep
   */
  constructor(
    readonly job: string,
    readonly tail = 1000,
    private most = MOST_LINES
  ) {}

  /** Lines came or went. */
  get changed(): ISignal<this, LogChange> {
    return this._changed;
  }

  /** The window, oldest line first. */
  get lines(): readonly ILogLine[] {
    return this._lines;
  }

  /** The position after the newest line of each log stream. */
  get cursor(): Readonly<Record<string, number>> {
    return this._cursor;
  }

  /** Whether there may be lines above the window; of interleaved streams nobody can say. */
  get hasOlder(): boolean {
    const hasRoom = this._lines.length < this.most;
    return this._hasOlder && hasRoom && Object.keys(this._cursor).length === 1;
  }

  /** Whether the job has ended and every line is in. */
  get isComplete(): boolean {
    return this._isComplete;
  }

  /** Take one message of the stream. */
  apply(message: Message): void {
    if (message.type === 'lines') {
      this._append(message);
    } else if (message.type === 'end') {
      this._isComplete = true;
      this._changed.emit({ kind: 'ended' });
    }
  }

  /** Stay current until the signal says stop; of a job on several hosts, `name` says whose log. */
  follow(stream: Stream, until: AbortSignal, name?: string): void {
    const { job, tail } = this;
    const topic = { topic: 'log', job, tail, ...(name && { stream: name }) } as const;
    const after = (): Readonly<Record<string, number>> => this._cursor;
    stream.subscribe(topic, message => { this.apply(message); }, { until, after });
  }

  /** Load up to `count` lines above the window. */
  async older(client: ICaller, count = 1000): Promise<void> {
    if (!this.hasOlder || this._lines.length === 0 || this._isLoading) {
      return;
    }
    this._isLoading = true;
    try {
      await this._loadOlder(client, Math.min(count, this.most - this._lines.length));
    } finally {
      this._isLoading = false;
    }
  }

  private _append(message: ILinesMessage): void {
    const next = this._cursor[message.stream] ?? 0;
    const lines = message.lines.filter(line => line.position >= next);
    if (this._lines.length === 0) {
      this._hasOlder = message.first > 0;
    }
    this._cursor = { ...this._cursor, [message.stream]: Math.max(next, message.next) };
    if (lines.length === 0) {
      return;
    }
    // a slack of an eighth makes dropping rare, so that following is linear
    const room = this.most + this.most / 8;
    const all = this._lines.concat(lines);
    const dropped = all.length > room ? all.length - this.most : 0;
    this._lines = dropped > 0 ? all.slice(dropped) : all;
    if (dropped > 0) {
      this._hasOlder = true;
      this._backward = undefined;
    }
    this._changed.emit({ kind: 'appended', lines, dropped });
  }

  /**
   * GetLogEvents knows times and tokens, not positions: the first page is asked up to the
   * window's first millisecond, and its lines that the window has are taken off its end.
   */
  private async _loadOlder(client: ICaller, count: number): Promise<void> {
    const first = this._lines[0].time;
    const known = this._lines.findIndex(line => line.time !== first);
    const overlap = this._backward ? 0 : known < 0 ? this._lines.length : known;
    const answer = await client.call('logs', 'GetLogEvents', {
      logGroupName: LOG_GROUP,
      logStreamName: Object.keys(this._cursor)[0],
      limit: Math.min(10000, count + overlap),
      startFromHead: false,
      ...(this._backward ? { nextToken: this._backward } : { endTime: first + 1 })
    });
    const page = list(answer.events, readEvent);
    const lines = page.slice(0, Math.max(0, page.length - overlap));
    this._backward = textOr(answer, 'nextBackwardToken', undefined);
    this._hasOlder = lines.length > 0 && this._backward !== undefined;
    this._lines = lines.concat(this._lines);
    this._changed.emit({ kind: 'prepended', lines });
  }

  private _lines: readonly ILogLine[] = [];
  private _cursor: Readonly<Record<string, number>> = {};
  private _hasOlder = false;
  private _isComplete = false;
  private _isLoading = false;
  private _backward: string | undefined;
  private _changed = new Signal<this, LogChange>(this);
}

function readEvent(value: unknown): ILogLine {
  const from = object(value, 'log event');
  return { time: number(from, 'timestamp'), text: textOr(from, 'message', ''), position: -1 };
}
