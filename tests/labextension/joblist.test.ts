import assert from 'node:assert/strict';
import test from 'node:test';

import { copyName, copyOf } from '../../labextension/src/data/clone';
import { readDetail, readSummary } from '../../labextension/src/contract/sagemaker';
import {
  extended,
  namesOf,
  NOTHING,
  pruned,
  toggled
} from '../../labextension/src/ui/jobselection';

import type { Row } from '../../labextension/src/ui/jobgroups';

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
