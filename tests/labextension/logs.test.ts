import assert from 'node:assert/strict';
import test from 'node:test';

import { LogFinder, MOST_SECONDS } from '../../labextension/src/data/logfinder';
import { LogModel } from '../../labextension/src/data/logs';
import { levelOf } from '../../labextension/src/ui/loglevel';

import type { ILinesMessage } from '../../labextension/src/contract/messages';
import type { ICaller } from '../../labextension/src/data/client';
import type { LogChange } from '../../labextension/src/data/logs';

/** Lines numbered from..to-1; each is ten long, two share a millisecond. */
function lines(from: number, to: number, stream = 's'): ILinesMessage {
  const found = Array.from({ length: to - from }, (_, index) => line(from + index, stream));
  return { type: 'lines', stream, lines: found, first: from * 10, next: to * 10 };
}

function line(number: number, stream = 's'): ILinesMessage['lines'][number] {
  return { time: Math.floor(number / 2), text: `line ${number}`, stream, position: number * 10 };
}

/** GetLogEvents over lines 0..count-1. */
class Archive implements ICaller {
  asked: Record<string, unknown>[] = [];
  constructor(private count: number) {}

  call(_service: string, _operation: string, input: object): Promise<Record<string, unknown>> {
    const { endTime, nextToken, limit } = input as Record<string, number | undefined>;
    this.asked.push(input as Record<string, unknown>);
    const all = Array.from({ length: this.count }, (_, index) => line(index));
    const end = nextToken === undefined
      ? all.filter(one => one.time < (endTime ?? Infinity)).length
      : Number(nextToken);
    const start = Math.max(0, end - (limit ?? 1));
    const events = all.slice(start, end).map(one => ({ timestamp: one.time, message: one.text }));
    return Promise.resolve({ events, nextBackwardToken: String(start) });
  }
}

function texts(log: LogModel): string[] {
  return log.lines.map(one => one.text);
}

function named(from: number, to: number): string[] {
  return lines(from, to).lines.map(one => one.text);
}

test('lines that come again after a reconnection are not doubled', () => {
  const log = new LogModel('a');
  log.apply(lines(0, 5));
  log.apply(lines(3, 8));
  assert.deepEqual(texts(log), named(0, 8));
  assert.deepEqual(log.cursor, { s: 80 });
});

test('the window keeps the newest lines and says how many it dropped', () => {
  const log = new LogModel('a', 10, 80);
  const changes: LogChange[] = [];
  log.changed.connect((_, change) => changes.push(change), changes);
  log.apply(lines(0, 60));
  log.apply(lines(60, 100));
  assert.deepEqual(texts(log), named(20, 100));
  assert.deepEqual(changes.flatMap(one => one.kind === 'appended' ? [one.dropped] : []), [0, 20]);
  assert.equal(log.cursor.s, 1000);
});

test('older lines come page by page, none missed and none twice', async () => {
  const log = new LogModel('a');
  const archive = new Archive(100);
  log.apply(lines(71, 100));
  await log.older(archive, 40);
  assert.deepEqual(texts(log), named(31, 100));
  await log.older(archive, 40);
  assert.deepEqual(texts(log), named(0, 100));
  await log.older(archive, 40);
  assert.equal(log.hasOlder, false);
});

test('the beginning of a log has nothing older', async () => {
  const log = new LogModel('a');
  const archive = new Archive(5);
  log.apply(lines(0, 5));
  await log.older(archive);
  assert.deepEqual([log.hasOlder, archive.asked.length], [false, 0]);
});

test('lines of several streams each keep their own place', () => {
  const log = new LogModel('a');
  log.apply(lines(0, 2, 'one'));
  log.apply(lines(0, 3, 'two'));
  log.apply(lines(2, 3, 'one'));
  assert.equal(log.lines.length, 6);
  assert.deepEqual(log.cursor, { one: 30, two: 30 });
});

/** A caller with one answer for each call, in order. */
function answering(...answers: Record<string, unknown>[]): ICaller {
  return { call: () => Promise.resolve(answers.shift() ?? {}) };
}

function placed(from: number, to: number): Record<string, unknown> {
  const found = lines(from, to).lines.map(one => {
    return { Time: one.time, Text: one.text, Position: one.position };
  });
  return { Lines: found, Next: to * 10, End: 100, IsWhole: true };
}

test('at a match far above, lines that come meanwhile are kept for the way back', async () => {
  const log = new LogModel('a', 3);
  log.apply(lines(90, 100));
  await log.goTo(answering(placed(10, 15)), { stream: 's', position: 120 });
  log.apply(lines(100, 102));
  assert.deepEqual(texts(log), named(10, 15));
  assert.ok(log.isAway);
  await log.goToEnd(answering(placed(97, 100)));
  assert.deepEqual(texts(log), named(97, 102));
  log.apply(lines(102, 103));
  assert.deepEqual(texts(log), named(97, 103));
});

test('of several hosts, a match leads to the log of its host, and that goes on alone', async () => {
  const log = new LogModel('a');
  log.apply(lines(0, 3, 'one'));
  log.apply(lines(0, 3, 'two'));
  await log.goTo(answering(placed(1, 2)), { stream: 'two', position: 10 });
  assert.deepEqual([log.selected, log.lines[0].stream], ['two', 'two']);
  await log.goToEnd(answering(placed(1, 3)));
  assert.deepEqual([texts(log), log.isAway, log.cursor], [named(1, 3), false, { two: 30 }]);
  log.select(undefined);
  assert.deepEqual([log.shown, log.lines, log.cursor], [['one', 'two'], [], {}]);
});

test('after so long that only the newest lines come, those before them are asked for', () => {
  const log = new LogModel('a');
  log.apply(lines(0, 3));
  log.apply(lines(90, 95));
  assert.deepEqual([texts(log), log.hasOlder], [named(90, 95), true]);
});

/** What a search finds: lines, where to go on, and the end of the log. */
function found(from: number, to: number, end: number): Record<string, unknown> {
  return { ...placed(from, to), Next: to * 10, End: end * 10, IsWhole: to === end };
}

function finder(caller: ICaller, clock = (): number => 0): LogFinder {
  return new LogFinder(caller, 'a', () => ['s'], { text: 'l.n', isRegex: true }, clock);
}

test('a log is searched piece by piece, and where it has grown since', async () => {
  const [asked, answers] = [[] as unknown[], [found(0, 2, 4), found(2, 4, 4), found(4, 5, 5)]];
  const call = (_service: string, _operation: string, input: object): Promise<never> => {
    asked.push((input as { Position: number }).Position);
    return Promise.resolve(answers.shift() as never);
  };
  const search = finder({ call });
  const shares: number[] = [];
  await search.run(new AbortController().signal, () => shares.push(search.share));
  assert.deepEqual([search.lines.length, shares], [4, [0.5, 1]]);
  await search.run(new AbortController().signal, () => undefined);
  assert.deepEqual([search.lines.length, asked], [5, [0, 20, 40]]);
  assert.ok(search.has(line(4)) && !search.has(line(4, 'other')) && !search.has(line(9)));
});

test('a search ends when nobody wants it any more, and after a minute', async () => {
  let now = 0;
  const slow = { call: () => Promise.resolve(found(0, (now += MOST_SECONDS), 999)) };
  const search = finder(slow as unknown as ICaller, () => now);
  await search.run(new AbortController().signal, () => undefined);
  assert.deepEqual([search.isStopped, now], [true, 2 * MOST_SECONDS]);
  const life = new AbortController();
  await finder(slow as unknown as ICaller).run(life.signal, () => { life.abort(); });
  assert.equal(now, 3 * MOST_SECONDS);
});

test('a line is as bad as it says', () => {
  assert.equal(levelOf('2026-11-24 ERROR: no'), 'jt-mod-error');
  assert.equal(levelOf('ValueError: no'), 'jt-mod-error');
  assert.equal(levelOf('UserWarning: hm'), 'jt-mod-warning');
  assert.equal(levelOf('12:00 INFO epoch'), 'jt-mod-info');
  assert.equal(levelOf('DEBUG:root:x'), 'jt-mod-debug');
  assert.equal(levelOf('mean absolute error=0.5'), '');
});
