import assert from 'node:assert/strict';
import test from 'node:test';

import * as clock from '../../labextension/src/data/clock';
import { secondsOf } from '../../labextension/src/ui/duration';
import { backoff, Stream } from '../../labextension/src/data/stream';

import type { TestContext } from 'node:test';
import type { Message } from '../../labextension/src/contract/messages';
import type { ISocket } from '../../labextension/src/data/stream';

/** A socket whose far end is the test. */
class FarEnd implements ISocket {
  binaryType = '';
  onopen: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  heard: Record<string, unknown>[] = [];
  asksForTime = false;
  isClosed = false;

  send(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    if (message.op === 'clock') {
      this.asksForTime = true;
    } else {
      this.heard.push(message);
    }
  }
  close(): void {
    this.isClosed = true;
  }
  accept(): void {
    this.onopen?.({} as never);
  }
  drop(): void {
    this.onclose?.({} as never);
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as never);
  }
}

interface IWorld {
  stream: Stream;
  sockets: FarEnd[];
  life: AbortController;
  seen: Message[];
  wait: (ms: number) => void;
}

function world(context: TestContext): IWorld {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const sockets: FarEnd[] = [];
  const open = (): FarEnd => {
    sockets.push(new FarEnd());
    return sockets[sockets.length - 1];
  };
  const stream = new Stream(open, () => 0.5);
  context.after(() => { stream.dispose(); });
  const wait = (ms: number): void => { context.mock.timers.tick(ms); };
  return { stream, sockets, life: new AbortController(), seen: [], wait };
}

test('views share one socket, and each gets its own messages', context => {
  const { stream, sockets, life, seen } = world(context);
  const others: Message[] = [];
  stream.subscribe({ topic: 'job', job: 'a' }, one => seen.push(one), { until: life.signal });
  stream.subscribe({ topic: 'job', job: 'b' }, one => others.push(one), { until: life.signal });
  sockets[0].accept();
  const { heard } = sockets[0];
  assert.deepEqual(heard.map(one => [one.op, one.job]), [['subscribe', 'a'], ['subscribe', 'b']]);
  sockets[0].say({ id: heard[1].id, type: 'deleted' });
  assert.equal(sockets.length, 1);
  assert.deepEqual([seen.length, others.length], [0, 1]);
});

test('the time is asked of the manager: a browser may be wrong by an hour', context => {
  const { stream, sockets, life } = world(context);
  stream.subscribe({ topic: 'jobs' }, () => undefined, { until: life.signal });
  sockets[0].accept();
  assert.equal(sockets[0].asksForTime, true);
  const there = Date.now() / 1000 + 3600;
  sockets[0].say({ id: 0, type: 'clock', time: there });
  assert.ok(Math.abs(clock.now() - there) < 10);
  assert.ok(secondsOf({ CreationTime: there - 5 }, false) < 10);
  clock.set(Date.now() / 1000 + 1);
  assert.ok(Math.abs(clock.now() - Date.now() / 1000) < 0.5);
});

test('after a loss it comes back and asks to go on after what it has', context => {
  const { stream, sockets, life, wait } = world(context);
  let seq = 0;
  const after = (): number => seq;
  stream.subscribe({ topic: 'jobs' }, () => (seq = 41), { until: life.signal, after });
  sockets[0].accept();
  assert.equal('after' in sockets[0].heard[0], false);
  sockets[0].say({ id: 1, type: 'jobs', seq: 41, jobs: [] });
  sockets[0].drop();
  assert.equal(stream.connection, 'lost');
  wait(500);
  sockets[1].accept();
  assert.equal(stream.connection, 'connected');
  assert.equal(sockets[1].heard[0].after, 41);
});

test('without a network the connection is lost at once, and tried when there is one', context => {
  const { stream, sockets, life } = world(context);
  stream.subscribe({ topic: 'jobs' }, () => undefined, { until: life.signal, after: () => 7 });
  sockets[0].accept();
  stream.drop();
  assert.deepEqual([stream.connection, sockets[0].isClosed, sockets.length], ['lost', true, 1]);
  stream.retry();
  sockets[1].accept();
  assert.deepEqual([stream.connection, sockets[1].heard[0].after], ['connected', 7]);
});

test('a log that has lines asks for those after them, or the last of too many', context => {
  const { stream, sockets, life } = world(context);
  const topic = { topic: 'log', job: 'a', tail: 200 } as const;
  stream.subscribe(topic, () => undefined, { until: life.signal, after: () => ({ s: 90 }) });
  sockets[0].accept();
  const { op, after, tail } = sockets[0].heard[0];
  assert.deepEqual([op, after, tail], ['subscribe', { s: 90 }, 200]);
});

test('tries get rarer, and at most ten seconds apart', () => {
  const waits = [0, 1, 2, 3, 4, 5, 20].map(attempt => backoff(attempt, () => 1));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10000, 10000]);
  assert.equal(backoff(0, () => 0), 250);
});

test('a server that takes sockets and drops them is not asked in a loop', context => {
  const { stream, sockets, life, wait } = world(context);
  stream.subscribe({ topic: 'jobs' }, () => undefined, { until: life.signal });
  for (let round = 0; round < 5; round++) {
    sockets[round].accept();
    sockets[round].drop();
    wait(backoff(round, () => 0.5) - 1);
    assert.equal(sockets.length, round + 1);
    wait(1);
    assert.equal(sockets.length, round + 2);
  }
});

test('a hidden page is told nothing, and then gets what it missed', context => {
  const { stream, sockets, life } = world(context);
  const after = (): Record<string, number> => ({ 3: 17 });
  stream.subscribe({ topic: 'jobs' }, () => undefined, { until: life.signal, after: () => 5 });
  stream.subscribe({ topic: 'series', job: 'a' }, () => undefined, { until: life.signal, after });
  sockets[0].accept();
  stream.paused = true;
  assert.deepEqual(sockets[0].heard.slice(2).map(one => [one.op, one.id]), [
    ['unsubscribe', 1],
    ['unsubscribe', 2]
  ]);
  stream.paused = false;
  assert.deepEqual(sockets[0].heard.slice(4), [
    { op: 'subscribe', id: 3, topic: 'jobs', after: 5 },
    { op: 'subscribe', id: 4, topic: 'series', job: 'a', after: { 3: 17 } }
  ]);
});

test('late messages to a subscription that ended find nobody', context => {
  const { stream, sockets, life, seen } = world(context);
  stream.subscribe({ topic: 'job', job: 'a' }, one => seen.push(one), { until: life.signal });
  sockets[0].accept();
  life.abort();
  sockets[0].say({ id: 1, type: 'deleted' });
  assert.deepEqual(sockets[0].heard[1], { op: 'unsubscribe', id: 1 });
  assert.equal(seen.length, 0);
});

test('when nobody listens any more the socket closes, and opens for the next', context => {
  const { stream, sockets, life, wait } = world(context);
  stream.subscribe({ topic: 'jobs' }, () => undefined, { until: life.signal });
  sockets[0].accept();
  life.abort();
  wait(2000);
  assert.deepEqual([sockets[0].isClosed, stream.connection], [true, 'idle']);
  stream.subscribe({ topic: 'jobs' }, () => undefined, { until: new AbortController().signal });
  assert.equal(sockets.length, 2);
});

test('a message that cannot be read, or whose reader fails, harms no other', context => {
  const { stream, sockets, life, seen } = world(context);
  context.mock.method(console, 'error', () => undefined);
  const fail = (): void => { throw new Error('no'); };
  stream.subscribe({ topic: 'job', job: 'a' }, fail, { until: life.signal });
  stream.subscribe({ topic: 'job', job: 'b' }, one => seen.push(one), { until: life.signal });
  sockets[0].accept();
  sockets[0].onmessage?.({ data: 'no json' } as never);
  sockets[0].say({ id: 1, type: 'deleted' });
  sockets[0].say({ id: 2, type: 'deleted' });
  assert.equal(seen.length, 1);
});

test('a hundred views that come and go leave nobody who listens, and no socket', context => {
  const { stream, sockets, wait } = world(context);
  const lives = Array.from({ length: 100 }, () => new AbortController());
  lives.forEach(({ signal }, at) => {
    stream.subscribe({ topic: 'job', job: `j${at}` }, () => undefined, { until: signal });
  });
  sockets[0].accept();
  lives.forEach(life => { life.abort(); });
  const ids = (op: string): unknown[] => {
    return sockets[0].heard.filter(one => one.op === op).map(one => one.id);
  };
  assert.deepEqual(ids('unsubscribe'), ids('subscribe'));
  wait(2000);
  assert.deepEqual([sockets.length, sockets[0].isClosed, stream.connection], [1, true, 'idle']);
});
