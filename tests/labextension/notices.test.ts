import assert from 'node:assert/strict';
import test from 'node:test';

import { readSummary } from '../../labextension/src/contract/sagemaker';
import { Once } from '../../labextension/src/data/once';
import { noticesOf } from '../../labextension/src/ui/notice';
import { TRANS } from './words';

import type { IJobSummary } from '../../labextension/src/contract/sagemaker';
import type { ILocks, ISharedStorage } from '../../labextension/src/data/once';
import type { Wanted } from '../../labextension/src/ui/notice';

function job(name: string, status: string, why?: string): IJobSummary {
  return readSummary({ TrainingJobName: name, TrainingJobStatus: status, FailureReason: why });
}

function said(ended: IJobSummary[], wanted: Wanted = 'all'): string[] {
  return noticesOf(ended, wanted, TRANS).map(each => `${each.kind}: ${each.text}`);
}

test('each way to end is said in its own words, and a failure with its reason', () => {
  const ended = [job('a', 'Completed'), job('b', 'Stopped'), job('c', 'Failed', 'exit code 1')];
  assert.deepEqual(said(ended), [
    'success: a completed', 'info: b stopped', 'error: c failed: exit code 1'
  ]);
  assert.deepEqual(said([job('d', 'Failed')]), ['error: d failed']);
});

test('a failure stays until it was seen, and leads to its log and to a copy', () => {
  const [failure] = noticesOf([job('a', 'Failed')], 'all', TRANS);
  assert.deepEqual([failure.autoClose, failure.deeds], [false, ['log', 'job', 'clone']]);
  assert.deepEqual(noticesOf([job('a', 'Completed')], 'all', TRANS)[0].deeds, ['job', 'log']);
});

test('many that end at once are one notice, which says how many failed', () => {
  const many = ['a', 'b', 'c', 'd'].map(name => job(name, 'Completed'));
  assert.deepEqual(said(many), ['info: 4 training jobs ended, 0 of them failed']);
  const some = [...many, job('e', 'Failed')];
  assert.deepEqual(said(some), ['error: 5 training jobs ended, 1 of them failed']);
  assert.equal(noticesOf(some, 'all', TRANS)[0].deeds[0], 'list');
});

test('only those are told that are wanted', () => {
  const ended = [job('a', 'Completed'), job('b', 'Failed')];
  assert.deepEqual(said(ended, 'failures'), ['error: b failed']);
  assert.deepEqual(said(ended, 'none'), []);
});

/** What two windows share. */
function shared(): ISharedStorage & ILocks {
  const kept = new Map<string, string>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    getItem: key => kept.get(key) ?? null,
    setItem: (key, value) => { kept.set(key, value); },
    request: async (_, work) => {
      const mine = last.then(work);
      last = mine;
      return await mine;
    }
  };
}

test('of two windows one tells an ending, and a window that comes later tells none', async () => {
  const both = shared();
  const open = (): Once => new Once('told', both, both);
  const claims = [open(), open()].map(each => each.claim(['a 1', 'b 1'], String));
  assert.deepEqual((await Promise.all(claims)).flat(), ['a 1', 'b 1']);
  assert.deepEqual(await open().claim(['b 1', 'c 1'], String), ['c 1']);
});

test('where a browser refuses to lock, an ending is told nevertheless', async () => {
  const locks = { request: () => Promise.reject(new Error('SecurityError')) };
  assert.deepEqual(await new Once('told', shared(), locks).claim(['a 1'], String), ['a 1']);
});

test('a storage keeps the newest claims, and one that is full or broken none', async () => {
  const both = shared();
  const once = new Once('told', both, undefined);
  const many = Array.from({ length: 600 }, (_, at) => `j${at}`);
  await once.claim(many, String);
  assert.deepEqual(await once.claim(['j0', 'j599'], String), ['j0']);
  const broken = { getItem: () => 'no JSON', setItem: () => { throw new Error('full'); } };
  assert.deepEqual(await new Once('told', broken, undefined).claim(['a'], String), ['a']);
});
