import assert from 'node:assert/strict';
import test from 'node:test';

import { readCost } from '../../labextension/src/contract/cost';
import { best, stays } from '../../labextension/src/ui/course';

import type { ITransition } from '../../labextension/src/contract/sagemaker';

function moved(Status: string, StartTime: number, EndTime?: number): ITransition {
  return { Status, StartTime, ...(EndTime !== undefined && { EndTime }) };
}

function drawn(transitions: ITransition[], now = 100): string[] {
  return stays(transitions, now).map(({ status, share }) => `${status} ${Math.round(share * 100)}`);
}

test('statuses are as wide as they were long, and the last one grows', () => {
  const job = [moved('Starting', 0, 10), moved('Downloading', 10, 20), moved('Training', 20)];
  assert.deepEqual(drawn(job), ['Starting 10', 'Downloading 10', 'Training 80']);
  assert.deepEqual(drawn(job, 40), ['Starting 25', 'Downloading 25', 'Training 50']);
});

test('an end takes no time, and a clock that is behind makes none negative', () => {
  const job = [moved('Training', 0, 10), moved('Completed', 10, 10)];
  assert.deepEqual(drawn(job), ['Training 100']);
  assert.deepEqual(drawn([moved('Training', 500)], 400), []);
  assert.deepEqual(drawn([]), []);
});

test('the best of a metric is guessed from its name, or not at all', () => {
  assert.deepEqual(['train:loss', 'val_rmse', 'Accuracy', 'eval/f1', 'lr'].map(best), [
    'least', 'least', 'greatest', 'greatest', undefined
  ]);
  assert.equal(best('loss_of_score'), undefined);
});

test('what a job costs is read; without a price there is none', () => {
  assert.equal(readCost({ Cpus: 2 }).price, undefined);
  const { price, currency } = readCost({ PricePerHour: 0, Currency: 'EUR' });
  assert.deepEqual([price, currency], [0, 'EUR']);
});
