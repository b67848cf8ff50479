/** The log of one job: a window of lines that ends at the newest one, older ones on demand. */

import { Signal } from '@lumino/signaling';
import { logWindow, pageBefore } from './logwindow';

import type { ISignal } from '@lumino/signaling';
import type { ILinesMessage, ILogLine, Message } from '../contract/messages';
import type { ICaller } from './client';
import type { Stream } from './stream';

/** What happened: lines came below (and some were dropped above), above, or all are others. */
export type LogChange =
  | { kind: 'appended'; lines: readonly ILogLine[]; dropped: number }
  | { kind: 'prepended'; lines: readonly ILogLine[] }
  | { kind: 'replaced' }
  | { kind: 'streams' }
  | { kind: 'ended' };

/** The most lines the window holds while it follows. */
export const MOST_LINES = 20000;

/** A place in a log: of a job on several hosts, a position alone says nothing. */
export type LogPlace = Pick<ILogLine, 'stream' | 'position'>;

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

  /** The log streams there are: one, or one for each host. */
  get streams(): readonly string[] {
    return this._streams;
  }

  set streams(streams: readonly string[]) {
    const all = [...new Set([...this._streams, ...streams])];
    if (all.length > this._streams.length) {
      this._streams = all;
      this._changed.emit({ kind: 'streams' });
    }
  }

  /** The one stream that is shown; all of them, interleaved as they come, where none is. */
  get selected(): string | undefined {
    return this._selected;
  }

  /** The streams that are shown. */
  get shown(): readonly string[] {
    return this._selected === undefined ? this._streams : [this._selected];
  }

  /** Show one stream, or all; the window begins anew at the end. */
  select(stream: string | undefined): void {
    if (stream !== this._selected) {
      this._narrow(stream);
      this._cursor = {};
      this._isAway = false;
      this._take([]);
      this._turned.emit();
    }
  }

  /** Whether there may be lines above the window; of interleaved streams nobody can say. */
  get hasOlder(): boolean {
    const hasRoom = this._lines.length < this.most;
    return this._hasOlder && hasRoom && this.shown.length === 1;
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
      this.streams = [message.stream];
      this._append(message);
    } else if (message.type === 'end') {
      this._isComplete = true;
      this._changed.emit({ kind: 'ended' });
    }
  }

  /** Stay current until the signal says stop. */
  follow(stream: Stream, until: AbortSignal): void {
    let life = new AbortController();
    const begin = (): void => {
      life.abort();
      life = new AbortController();
      const { job, tail, _selected: name } = this;
      const one = name === undefined ? {} : { stream: name };
      const topic = { topic: 'log', job, tail, ...one } as const;
      const after = (): Readonly<Record<string, number>> => this._cursor;
      stream.subscribe(topic, message => { this.apply(message); }, { until: life.signal, after });
    };
    if (!until.aborted) {
      this._turned.connect(begin);
      until.addEventListener('abort', () => {
        this._turned.disconnect(begin);
        life.abort();
      }, { once: true });
      begin();
    }
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

  /** Show the lines around a place, of its stream alone; what comes meanwhile is not added. */
  async goTo(client: ICaller, { stream, position }: LogPlace): Promise<void> {
    const name = { job: this.job, stream };
    const { lines } = await logWindow(client, name, { position, before: 500, after: 500 });
    if (this.shown.length > 1 || this.shown[0] !== stream) {
      this._narrow(stream);
      this._turned.emit();
    }
    this._isAway = true;
    this._take(lines);
  }

  /** Show the newest lines again; those that come while they are fetched are not lost. */
  async goToEnd(client: ICaller): Promise<void> {
    const [stream] = this.shown;
    const place = { before: this.tail };
    const { lines, end } = await logWindow(client, { job: this.job, stream }, place);
    if (this._isAway && stream === this.shown[0]) {
      this._isAway = false;
      const newer = this._newest.filter(line => line.position >= end);
      this._take([...lines, ...newer]);
    }
  }

  /** Keep to one stream from now on, from where it was; or to all. */
  private _narrow(stream: string | undefined): void {
    this._selected = stream;
    if (stream !== undefined) {
      this._cursor = stream in this._cursor ? { [stream]: this._cursor[stream] } : {};
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
    this._cursor = { ...this._cursor, [message.stream]: Math.max(next, message.next) };
    if (this._isAway) {
      this._newest = this._newest.concat(lines).slice(-this.tail);
      return;
    }
    if (this._lines.length === 0) {
      this._hasOlder = message.first > 0;
    }
    if (lines.length === 0) {
      return;
    }
    // a slack of an eighth makes dropping rare, so that following is linear
    const room = this.most + this.most / 8;
    if (next > 0 && message.first > next) {
      this._skip(message);
      return;
    }
    const all = this._lines.concat(lines);
    const dropped = all.length > room ? all.length - this.most : 0;
    this._lines = dropped > 0 ? all.slice(dropped) : all;
    if (dropped > 0) {
      this._hasOlder = true;
      this._backward = undefined;
    }
    this._changed.emit({ kind: 'appended', lines, dropped });
  }

  /** So much came while nobody looked that the newest lines come alone; those between are older. */
  private _skip({ stream, lines }: ILinesMessage): void {
    this._take([...this._lines.filter(line => line.stream !== stream), ...lines]);
  }

  /**
   * GetLogEvents knows times and tokens, not positions: the first page is asked up to the
   * window's first millisecond, and its lines that the window has are taken off its end.
   */
  private async _loadOlder(client: ICaller, count: number): Promise<void> {
    const first = this._lines[0].time;
    const known = this._lines.findIndex(line => line.time !== first);
    const overlap = this._backward ? 0 : known < 0 ? this._lines.length : known;
    const asked = { token: this._backward, endTime: first + 1, limit: count + overlap };
    const page = await pageBefore(client, this.shown[0], asked);
    const lines = page.lines.slice(0, Math.max(0, page.lines.length - overlap));
    this._backward = page.backward;
    this._hasOlder = lines.length > 0 && this._backward !== undefined;
    this._lines = lines.concat(this._lines);
    this._changed.emit({ kind: 'prepended', lines });
  }

  private _lines: readonly ILogLine[] = [];
  private _cursor: Readonly<Record<string, number>> = {};
  private _streams: readonly string[] = [];
  private _selected: string | undefined;
  /** The last lines that came while the window was away. */
  private _newest: readonly ILogLine[] = [];
  private _isAway = false;
  private _hasOlder = false;
  private _isComplete = false;
  private _isLoading = false;
  private _backward: string | undefined;
  private _changed = new Signal<this, LogChange>(this);
  /** Another stream is followed. */
  private _turned = new Signal<this, void>(this);
}
