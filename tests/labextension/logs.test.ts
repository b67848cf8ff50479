import assert from 'node:assert/strict';
import test from 'node:test';

import { LogModel, searchLog, wholeLog } from '../../labextension/src/data/logs';
import { levelOf } from '../../labextension/src/ui/loglevel';

import type { ILinesMessage } from '../../labextension/src/contract/messages';
import type { ICaller } from '../../labextension/src/data/client';
import type { LogChange } from '../../labextension/src/data/logs';

/** Lines numbered from..to-1; each is ten long, two share a millisecond. */
function lines(from: number, to: number, stream = 's'): ILinesMessage {
  const found = Array.from({ length: to - from }, (_, index) => line(from + index));
  return { type: 'lines', stream, lines: found, first: from * 10, next: to * 10 };
}

function line(number: number): ILinesMessage['lines'][number] {
  return { time: Math.floor(number / 2), text: `line ${number}`, position: number * 10 };
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
  assert.deepEqual(changes.map(one => one.kind === 'appended' && one.dropped), [0, 20]);
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
  await log.goTo(answering(placed(10, 15)), 120);
  log.apply(lines(100, 102));
  assert.deepEqual(texts(log), named(10, 15));
  assert.ok(log.isAway);
  await log.goToEnd(answering(placed(97, 100)));
  assert.deepEqual(texts(log), named(97, 102));
  log.apply(lines(102, 103));
  assert.deepEqual(texts(log), named(97, 103));
});

test('a match says where in the log it is', async () => {
  const found = await searchLog(answering(placed(7, 8)), 'a', 'line');
  assert.deepEqual([found.lines[0].position, found.isWhole], [70, true]);
});

test('a whole log is fetched piece by piece', async () => {
  const blob = await wholeLog(answering(placed(0, 2), placed(2, 3), placed(3, 3)), 'a');
  assert.equal(await blob.text(), 'line 0\nline 1\nline 2\n');
});

test('a line is as bad as it says', () => {
  assert.equal(levelOf('2026-11-24 ERROR: no'), 'jt-mod-error');
  assert.equal(levelOf('ValueError: no'), 'jt-mod-error');
  assert.equal(levelOf('UserWarning: hm'), 'jt-mod-warning');
  assert.equal(levelOf('mean absolute error=0.5'), '');
});
