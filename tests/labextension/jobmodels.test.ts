import assert from 'node:assert/strict';
import test from 'node:test';

import { JobModels } from '../../labextension/src/data/jobmodels';
import { Stream } from '../../labextension/src/data/stream';

import type { Message } from '../../labextension/src/contract/messages';
import type { JsonObject } from '../../labextension/src/contract/json';

/** A stream that counts who listens; the test speaks for the manager. */
class Counting extends Stream {
  asked: { topic: string; after: unknown }[] = [];
  listening = new Map<string, (message: Message) => void>();

  constructor() {
    super(() => { throw new Error('no socket'); });
  }

  override subscribe(...[topic, handler, { until, after }]: Parameters<Stream['subscribe']>): void {
    this.asked.push({ topic: topic.topic, after: after?.() });
    this.listening.set(topic.topic, handler);
    until.addEventListener('abort', () => { this.listening.delete(topic.topic); });
  }

  say(message: Message): void {
    this.listening.forEach(handler => { handler(message); });
  }
}

const POINTS = { type: 'points', series: 1, replace: false, next: 2 } as const;
const COLUMNS = { steps: Float64Array.of(0, 1), times: Float64Array.of(0, 1) };
const FOUND = {
  Lines: [{ Time: 0, Text: 'x', Position: 0 }], Next: 10, End: 10, IsWhole: true
};
const LINE = { time: 0, text: 'x', stream: 's', position: 0 };

function models(): [JobModels, Counting] {
  const stream = new Counting();
  const client = {
    call: (): Promise<JsonObject> => Promise.resolve(FOUND),
    logUrl: (job: string, one?: string): string => `${job} ${one ?? 'all'}`
  };
  return [new JobModels(client, stream, 'a'), stream];
}

test('nothing is listened to until it is looked at, and only that', () => {
  const [made, stream] = models();
  assert.equal(stream.asked.length, 0);
  const life = new AbortController();
  made.followCurves(life.signal);
  assert.deepEqual([...stream.listening.keys()], ['series']);
  life.abort();
  assert.equal(stream.listening.size, 0);
});

test('curves and log go on after what they had when they are looked at again', () => {
  const [made, stream] = models();
  const life = new AbortController();
  [made.followCurves, made.followLog].forEach(follow => { follow(life.signal); });
  stream.say({ ...POINTS, ...COLUMNS, values: Float64Array.of(3, 4) });
  stream.say({ type: 'lines', stream: 's', lines: [LINE], first: 0, next: 10 });
  life.abort();
  [made.followCurves, made.followLog].forEach(follow => { follow(new AbortController().signal); });
  assert.deepEqual(stream.asked.slice(2), [
    { topic: 'series', after: { 1: 2 } },
    { topic: 'log', after: { s: 10 } }
  ]);
});

test('another host\'s log is followed as soon as it is chosen, and downloaded', () => {
  const [made, stream] = models();
  made.followLog(new AbortController().signal);
  stream.say({ type: 'lines', stream: 's', lines: [LINE], first: 0, next: 10 });
  made.log.select('s2');
  assert.deepEqual([stream.asked.length, stream.listening.size, made.url()], [2, 1, 'a s2']);
});

test('what is looked for before there is a log is found when there is one', async () => {
  const [made] = models();
  const finder = made.find({ text: 'x', isRegex: false });
  await finder.run(new AbortController().signal, () => undefined);
  made.log.apply({ type: 'lines', stream: 's', lines: [LINE], first: 0, next: 10 });
  await finder.run(new AbortController().signal, () => undefined);
  assert.deepEqual(finder.lines.map(({ stream }) => stream), ['s']);
});

test('five thousand metrics are taken without a copy of them for each', () => {
  const [made] = models();
  const list = made.curves.curves;
  const began = performance.now();
  for (let series = 0; series < 5000; series++) {
    made.curves.apply({ ...POINTS, ...COLUMNS, values: Float64Array.of(3, 4), series });
  }
  assert.equal(made.curves.curves, list);
  assert.equal(list.length, 5000);
  assert.ok(performance.now() - began < 2000);
});
