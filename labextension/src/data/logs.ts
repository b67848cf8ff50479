/** The log of one job: a window of lines that ends at the newest one, older ones on demand. */

import { Signal } from '@lumino/signaling';
import { list, number, object, textOr } from '../contract/json';

import type { ISignal } from '@lumino/signaling';
import type { ILinesMessage, ILogLine, Message } from '../contract/messages';
import type { ICaller } from './client';
import type { Stream } from './stream';

/** What happened: lines came below (and some were dropped above), above, or all are others. */
export type LogChange =
  | { kind: 'appended'; lines: readonly ILogLine[]; dropped: number }
  | { kind: 'prepended'; lines: readonly ILogLine[] }
  | { kind: 'replaced' }
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

  /** Whether the window is elsewhere than at the newest line. */
  get isAway(): boolean {
    return this._isAway;
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

  /** Show the lines around a position; what comes meanwhile is not added to them. */
  async goTo(client: ICaller, position: number): Promise<void> {
    const { lines } = await logWindow(client, this.job, { position, before: 500, after: 500 });
    this._isAway = true;
    this._take(lines);
  }

  /** Show the newest lines again; those that come while they are fetched are not lost. */
  async goToEnd(client: ICaller): Promise<void> {
    const { lines, end } = await logWindow(client, this.job, { before: this.tail });
    const [stream, ...others] = Object.keys(this._cursor);
    if (this._isAway && stream && others.length === 0) {
      this._isAway = false;
      const newer = this._newest.filter(line => line.position >= end);
      this._take([...lines, ...newer]);
    }
  }

  /** Take a window in the place of the one there was. */
  private _take(lines: readonly ILogLine[]): void {
    this._lines = lines;
    this._backward = undefined;
    this._hasOlder = lines.length > 0 && lines[0].position > 0;
    this._newest = [];
    this._changed.emit({ kind: 'replaced' });
  }

  private _append(message: ILinesMessage): void {
    const next = this._cursor[message.stream] ?? 0;
    const lines = message.lines.filter(line => line.position >= next);
    if (this._isAway) {
      this._cursor = { ...this._cursor, [message.stream]: Math.max(next, message.next) };
      this._newest = this._newest.concat(lines).slice(-this.tail);
      return;
    }
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
  /** The last lines that came while the window was away. */
  private _newest: readonly ILogLine[] = [];
  private _isAway = false;
  private _hasOlder = false;
  private _isComplete = false;
  private _isLoading = false;
  private _backward: string | undefined;
  private _changed = new Signal<this, LogChange>(this);
}

/** Where lines of a log are wanted: around a position, or at its end. */
export interface IPlace {
  position?: number;
  before?: number;
  after?: number;
}

/** Fetch lines of a log; `next` is the position after them, `end` the one after all. */
export async function logWindow(
  client: ICaller,
  job: string,
  { position, before = 0, after = 0 }: IPlace
): Promise<{ lines: ILogLine[]; next: number; end: number }> {
  const place = { Position: position, Before: before, After: after };
  const answer = await client.call('jupytertrain', 'GetLogWindow', {
    TrainingJobName: job,
    ...place
  });
  return {
    lines: list(answer.Lines, readPlaced),
    next: number(answer, 'Next'),
    end: number(answer, 'End')
  };
}

/** The lines of a whole log that contain a text; `isWhole` says whether these are all. */
export interface IFound {
  readonly lines: readonly ILogLine[];
  readonly isWhole: boolean;
}

/** How many matches are fetched: more are walked through by nobody. */
const MOST_FOUND = 5000;

/** Find a text in the whole log, whatever its case. */
export async function searchLog(client: ICaller, job: string, wanted: string): Promise<IFound> {
  const input = { TrainingJobName: job, Text: wanted, IgnoreCase: true, Limit: MOST_FOUND };
  const answer = await client.call('jupytertrain', 'SearchLog', input);
  return { lines: list(answer.Lines, readPlaced), isWhole: answer.IsWhole === true };
}

/** The most lines of a second that are shown. */
const MOST_OF_A_SECOND = 200;

/** Fetch what was printed in the second that begins at this time, stream by stream. */
export async function linesAt(
  client: ICaller,
  streams: readonly string[],
  second: number
): Promise<ILogLine[]> {
  const answers = await Promise.all(streams.map(logStreamName => {
    return client.call('logs', 'GetLogEvents', {
      logGroupName: LOG_GROUP,
      logStreamName,
      startTime: second * 1000,
      endTime: (second + 1) * 1000,
      limit: MOST_OF_A_SECOND,
      startFromHead: true
    });
  }));
  return answers.flatMap(answer => list(answer.events, readEvent));
}

/** Fetch a whole log as a file, piece by piece. */
export async function wholeLog(client: ICaller, job: string): Promise<Blob> {
  const pieces: Blob[] = [];
  let position = 0;
  for (;;) {
    const { lines, next } = await logWindow(client, job, { position, after: 10000 });
    if (lines.length === 0) {
      return new Blob(pieces, { type: 'text/plain' });
    }
    pieces.push(new Blob(lines.map(line => `${line.text}\n`)));
    position = next;
  }
}

function readPlaced(value: unknown): ILogLine {
  const from = object(value, 'log line');
  const position = number(from, 'Position');
  return { time: number(from, 'Time'), text: textOr(from, 'Text', ''), position };
}

function readEvent(value: unknown): ILogLine {
  const from = object(value, 'log event');
  return { time: number(from, 'timestamp'), text: textOr(from, 'message', ''), position: -1 };
}
