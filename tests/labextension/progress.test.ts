import assert from 'node:assert/strict';
import test from 'node:test';

import { left, preparation, remaining, share, told } from '../../labextension/src/ui/progress';
import { TRANS } from './words';

import type { IProgress } from '../../labextension/src/contract/sagemaker';

/** A quarter done in a hundred seconds. */
const TIMES = { Time: 1100, Since: 1000 };
const QUARTER: IProgress = { Unit: 'step', Done: 25, Total: 100, Start: 0, ...TIMES };

const TRAINS = { TrainingJobStatus: 'InProgress', SecondaryStatus: 'Training' };

test('what is left is told from the pace since training began', () => {
  assert.equal(remaining(QUARTER, 1100), 300);
  assert.equal(remaining(QUARTER, 1140), 260);
  assert.equal(remaining({ ...QUARTER, Start: 20 }, 1100), 1500);
});

test('nothing is guessed from too little, from old news, or at the end', () => {
  assert.equal(remaining({ ...QUARTER, Start: 25 }, 1100), undefined);
  assert.equal(remaining({ ...QUARTER, Since: 1097 }, 1100), undefined);
  assert.equal(remaining(QUARTER, 1201), undefined);
  assert.equal(remaining({ ...QUARTER, Done: 100 }, 1100), undefined);
  assert.equal(remaining({ ...QUARTER, Done: 1, Total: 1000 }, 1100), undefined);
});

test('the time left is said no more exactly than it is known', () => {
  assert.deepEqual([3, 9, 44, 240, 5400, 86400 * 3].map(seconds => left(seconds, TRANS)), [
    'a few seconds left', 'about 10 s left', 'about 40 s left', 'about 4 min left',
    'about 2 h left', 'about 3 d left'
  ]);
});

test('a job that trains tells its share, and what it counts', () => {
  const { words, share: done, title } = told({ ...TRAINS, Progress: QUARTER }, TRANS, 1100);
  assert.deepEqual([words, done], ['25 % · about 5 min left', 0.25]);
  assert.match(title, /25 of 100 steps/);
  assert.deepEqual(told(TRAINS, TRANS, 1100), { words: '', share: undefined, title: '' });
});

test('a job that does not train yet tells what it waits for, and one that ended nothing', () => {
  const waits = { TrainingJobStatus: 'InProgress', SecondaryStatus: 'Downloading' };
  const message = 'Pulling: 5.0 of 10.0 MB';
  const found = told({ ...waits, StatusMessage: message, Progress: QUARTER }, TRANS, 1100);
  assert.deepEqual([found.words, found.share], [message, 0.5]);
  const ended = { TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' };
  assert.equal(told({ ...ended, Progress: QUARTER }, TRANS, 1100).words, '');
  assert.equal(preparation({ ...TRAINS, StatusMessage: message }), '');
  assert.equal(share('42 % of it'), 0.42);
});
