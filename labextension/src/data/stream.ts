/** The stream: one socket for the whole tab, many subscriptions, each "after n, then follow". */

import { Signal } from '@lumino/signaling';
import { readBlocks, readText } from '../contract/messages';
import * as clock from './clock';

import type { ISignal } from '@lumino/signaling';
import type { Cursor, IAddressed, Message, Topic } from '../contract/messages';

/** What the stream needs of a WebSocket. */
export interface ISocket {
  binaryType: string;
  onopen: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  send(text: string): void;
  close(): void;
}

/** Takes the messages of one subscription. */
export type Handler = (message: Message) => void;

/** How a subscription lives. */
export interface ISubscribeOptions {
  /** Ends the subscription. */
  until: AbortSignal;
  /** Asked at each (re)connection: what the reader has already; messages after that follow. */
  after?: () => Cursor;
}

/** Where the connection stands: nobody asked, first try under way, up, down and trying again. */
export type Connection = 'idle' | 'connecting' | 'connected' | 'lost';

interface ISubscription {
  id: number;
  topic: Topic;
  handler: Handler;
  after: (() => Cursor) | undefined;
}

const LINGER = 2000;

/** Return how long to wait before try number `attempt` (from 0), ms; half of it is random. */
export function backoff(attempt: number, random: () => number): number {
  const most = Math.min(10000, 500 * 2 ** attempt);
  return most / 2 + (random() * most) / 2;
}

export class Stream {
  /**
   * @param open - makes a socket; called again after each loss
   * @param random - spreads the tries of many tabs
   */
  constructor(
    private open: () => ISocket,
    private random: () => number = Math.random
  ) {}

  /** The connection came up or went down. */
  get changed(): ISignal<this, Connection> {
    return this._changed;
  }

  get connection(): Connection {
    return this._connection;
  }

  /** Call `handler` with each message on `topic` until the signal says stop. */
  subscribe(topic: Topic, handler: Handler, options: ISubscribeOptions): void {
    if (options.until.aborted) {
      return;
    }
    const one: ISubscription = { id: 0, topic, handler, after: options.after };
    this._subscriptions.add(one);
    options.until.addEventListener('abort', () => { this._forget(one); }, { once: true });
    if (this._socket) {
      this._ask(one);
    } else {
      this._connect();
    }
  }

  /** Stop or restart all: it is for the eye, and each asks "after n" again, so none is missed. */
  set paused(paused: boolean) {
    if (paused === this._paused) {
      return;
    }
    this._paused = paused;
    for (const one of this._subscriptions) {
      (paused ? this._mute : this._ask).call(this, one);
    }
    if (!paused) {
      this.retry();
    }
  }

  /** Try again now instead of at the end of the wait. */
  retry(): void {
    if (this._connection === 'lost' && !this._socket) {
      this._attempt = 0;
      this._connect();
    }
  }

  /** Take the connection for lost: a socket without a network may be silent for minutes. */
  drop(): void {
    const socket = this._socket;
    if (socket) {
      socket.close();
      this._lost(socket);
    }
  }

  /** Close the socket and forget every subscription. */
  dispose(): void {
    this._subscriptions.clear();
    this._close();
    Signal.clearData(this);
  }

  private _connect(): void {
    clearTimeout(this._timer);
    if (this._subscriptions.size === 0) {
      return;
    }
    this._enter(this._connection === 'lost' ? 'lost' : 'connecting');
    const socket = this.open();
    this._socket = socket;
    this._isOpen = false;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => { this._opened(); };
    socket.onclose = () => { this._lost(socket); };
    socket.onmessage = (event: MessageEvent<unknown>) => { this._take(event.data); };
  }

  private _opened(): void {
    this._isOpen = true;
    this._enter('connected');
    for (const one of this._subscriptions) {
      this._ask(one);
    }
    this._send({ op: 'clock' });
  }

  private _lost(socket: ISocket): void {
    if (socket !== this._socket) {
      return;
    }
    this._socket = null;
    this._isOpen = false;
    this._byId.clear();
    if (this._subscriptions.size === 0) {
      this._enter('idle');
      return;
    }
    this._enter('lost');
    const wait = backoff(this._attempt++, this.random);
    this._timer = setTimeout(() => { this._connect(); }, wait);
  }

  /** Subscribe under a new number, so that late messages to the old one find nobody. */
  private _ask(one: ISubscription): void {
    if (!this._isOpen || this._paused) {
      return;
    }
    one.id = this._next++;
    this._byId.set(one.id, one);
    this._send({ op: 'subscribe', id: one.id, ...request(one.topic, one.after?.()) });
  }

  private _mute(one: ISubscription): void {
    if (this._byId.delete(one.id)) {
      this._send({ op: 'unsubscribe', id: one.id });
    }
  }

  private _forget(one: ISubscription): void {
    this._subscriptions.delete(one);
    this._mute(one);
    if (this._subscriptions.size === 0) {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => { this._linger(); }, LINGER);
    }
  }

  private _linger(): void {
    if (this._subscriptions.size === 0) {
      this._close();
    }
  }

  private _close(): void {
    clearTimeout(this._timer);
    const socket = this._socket;
    this._socket = null;
    this._isOpen = false;
    this._byId.clear();
    socket?.close();
    this._enter('idle');
  }

  private _send(message: object): void {
    if (this._isOpen) {
      this._socket?.send(JSON.stringify(message));
    }
  }

  private _take(data: unknown): void {
    try {
      const frames = typeof data === 'string' ? [readText(data)] : readBlocks(data as ArrayBuffer);
      this._attempt = 0;
      frames.forEach(frame => { this._deliver(frame); });
    } catch (error) {
      console.error('jupyter-train: a message of the stream was left out', error);
    }
  }

  private _deliver(frame: IAddressed): void {
    if (frame.message.type === 'clock') {
      clock.set(frame.message.time);
    }
    this._byId.get(frame.id)?.handler(frame.message);
  }

  private _enter(connection: Connection): void {
    if (connection !== this._connection) {
      this._connection = connection;
      this._changed.emit(connection);
    }
  }

  private _subscriptions = new Set<ISubscription>();
  private _byId = new Map<number, ISubscription>();
  private _socket: ISocket | null = null;
  private _isOpen = false;
  private _connection: Connection = 'idle';
  private _paused = false;
  private _attempt = 0;
  private _next = 1;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _changed = new Signal<this, Connection>(this);
}

/** Return what to ask for: a reader that has something goes on from there. */
function request(topic: Topic, after: Cursor | undefined): object {
  const isFirst = typeof after === 'object' ? Object.keys(after).length === 0 : !after;
  return isFirst ? topic : { ...topic, after };
}
