import assert from 'node:assert/strict';
import test from 'node:test';

import { copyName, copyOf } from '../../labextension/src/data/clone';
import { readDetail, readSummary } from '../../labextension/src/contract/sagemaker';
import { FLAT, inSight, ROW } from '../../labextension/src/ui/insight';
import { press } from '../../labextension/src/ui/jobkeys';
import {
  extended,
  namesOf,
  NOTHING,
  pruned,
  toggled
} from '../../labextension/src/ui/jobselection';

import type { KeyboardEvent } from 'react';
import type { Row } from '../../labextension/src/ui/jobgroups';
import type { IWhere } from '../../labextension/src/ui/jobkeys';

function rows(...names: string[]): Row[] {
  return names.map(name => ({
    kind: 'job',
    group: '',
    job: readSummary({ TrainingJobName: name, TrainingJobStatus: 'Failed' })
  }));
}

const HEADING: Row = { kind: 'group', label: 'Failed', count: 2, isOpen: true };

test('a range takes the jobs between its ends in either direction, and no heading', () => {
  const list = [HEADING, ...rows('a', 'b', 'c')];
  assert.deepEqual([...extended(NOTHING, list, 2, 0)], ['a', 'b']);
  assert.deepEqual([...extended(new Set(['c']), list, 1, 1)], ['c', 'a']);
  assert.deepEqual([...namesOf(list)], ['a', 'b', 'c']);
});

test('a job that is picked twice is as it was', () => {
  const once = toggled(NOTHING, 'a');
  assert.deepEqual([[...once], [...toggled(once, 'a')]], [['a'], []]);
});

test('jobs that are gone are selected no more, and else the selection stays as it is', () => {
  const selection = new Set(['a', 'b']);
  assert.deepEqual([...pruned(selection, job => job === 'b')], ['b']);
  assert.equal(pruned(selection, () => true), selection);
});

test('tags are read as people write them', () => {
  const tags = [{ Key: 'team', Value: 'vision' }, { Key: 'kept', Value: '' }];
  const job = { TrainingJobName: 'a', TrainingJobStatus: 'Failed', Tags: tags };
  assert.deepEqual(readSummary(job).Tags, ['team=vision', 'kept']);
});

test('a copy asks for the same, under a name that is new and not too long', () => {
  const document = {
    TrainingJobName: `${'x'.repeat(62)}y`,
    TrainingJobStatus: 'Failed',
    FailureReason: 'AlgorithmError',
    HyperParameters: { lr: '0.1' },
    RoleArn: 'arn:role'
  };
  const copy = copyOf(readDetail(document), 1_800_000_000_000);
  const { TrainingJobName: name, ...asked } = copy;
  assert.deepEqual(asked, { HyperParameters: { lr: '0.1' }, RoleArn: 'arn:role' });
  assert.match(String(name), /^x+-copy-[0-9a-z]+$/);
  assert.ok(String(name).length <= 63);
});

test('a copy of a copy is named after the first', () => {
  assert.equal(copyName(copyName('net', 1e12), 2e12), `net-copy-${(2e12).toString(36)}`);
  assert.equal(copyName('net-2026-11-24-13-00-00-123', 1e12), copyName('net', 1e12));
});

test('the rows in sight are drawn with a few around them, however many there are', () => {
  assert.deepEqual(inSight(0, 10 * ROW, 100_000), [0, 16]);
  assert.deepEqual(inSight(1000 * ROW, 10 * ROW, 100_000), [994, 1016]);
  assert.deepEqual(inSight(1000 * FLAT, 10 * FLAT, 100_000, FLAT), [994, 1016]);
  assert.deepEqual(inSight(99_990 * ROW, 10 * ROW, 100_000), [99_984, 100_000]);
  assert.deepEqual(inSight(5000, 500, 3), [3, 3]);
});

interface IKeyboard {
  did: string[];
  key: (key: string, more?: object) => boolean;
}

/** A list whose keyboard a test presses; `did` says what came of it. */
function keyboard(all: Row[], active = 0): IKeyboard {
  const did: string[] = [];
  const say = (what: string) => (names: unknown): void => {
    const list = typeof names === 'string' ? [names] : [...(names as Iterable<string>)];
    did.push(`${what} ${list.join(' ')}`);
  };
  const list = {
    rows: all, selection: NOTHING, open: say('open'), remove: say('remove'), select: say('select'),
    turn: say('turn')
  } as unknown as IWhere['list'];
  const go = (to: number): void => { did.push(`go ${to}`); };
  const where = { list, active, anchor: { current: active }, go };
  const target = { tagName: 'DIV' };
  return {
    did,
    key: (key, more = {}) => press({ key, target, ...more } as unknown as KeyboardEvent, where, 10)
  };
}

test('keys move in a list of any length, and no further than its ends', () => {
  const { did, key } = keyboard(rows(...Array.from({ length: 100_000 }, (_, at) => `j${at}`)), 5);
  ['ArrowDown', 'ArrowUp', 'PageUp', 'PageDown', 'Home', 'End'].forEach(each => { key(each); });
  assert.deepEqual(did, ['go 6', 'go 4', 'go 0', 'go 15', 'go 0', 'go 99999']);
});

test('keys open, select and delete jobs, and shift selects what is passed', () => {
  const { did, key } = keyboard([HEADING, ...rows('a', 'b')], 1);
  key('Enter');
  key(' ');
  key('Delete');
  key('ArrowDown', { shiftKey: true });
  key('a', { ctrlKey: true });
  assert.deepEqual(did, ['open a', 'select a', 'remove a', 'select a b', 'go 2', 'select a b']);
});

test('keys turn a group, and what means nothing to the list is left to the page', () => {
  const { did, key } = keyboard([HEADING, ...rows('a')]);
  const turned = ['ArrowLeft', 'ArrowRight', 'Enter'].map(each => key(each));
  assert.deepEqual(turned, [true, false, true]);
  assert.deepEqual(did, ['turn Failed', 'turn Failed']);
  assert.deepEqual([key('x'), key('Escape')], [false, false]);
  assert.equal(key('Enter', { target: { tagName: 'BUTTON' } }), false);
});
