import assert from 'node:assert/strict';
import test from 'node:test';

import { readSummary } from '../../labextension/src/contract/sagemaker';
import { Sketches } from '../../labextension/src/data/sketches';
import { pathOf } from '../../labextension/src/ui/sketch';

import type { JsonObject } from '../../labextension/src/contract/json';
import type { IJobSummary } from '../../labextension/src/contract/sagemaker';

function job(name: string, time?: number): IJobSummary {
  const metrics = time === undefined ? [] : [{ MetricName: 'loss', Value: 1, Timestamp: time }];
  const members = { TrainingJobStatus: 'InProgress', FinalMetricDataList: metrics };
  return readSummary({ TrainingJobName: name, ...members });
}

interface IWorld {
  sketches: Sketches;
  /** Which jobs were asked about, one line for each question. */
  asked: string[];
  clock: { now: number };
}

function world(): IWorld {
  const asked: string[] = [];
  const clock = { now: 100 };
  const call = async (_: string, __: string, input: object): Promise<JsonObject> => {
    const names = (input as { TrainingJobNames: string[] }).TrainingJobNames;
    asked.push(names.join(' '));
    const rows = names.map(name => ({
      TrainingJobName: name, MetricName: 'loss', Values: [2, 'NaN', asked.length]
    }));
    return await Promise.resolve({ Sketches: rows });
  };
  return { sketches: new Sketches({ call }, () => clock.now), asked, clock };
}

test('jobs in sight are asked about together, and those without a metric not at all', async () => {
  const { sketches, asked } = world();
  await sketches.want([job('a', 1), job('b', 1), job('none')]);
  assert.deepEqual(asked, ['a b']);
  assert.deepEqual(sketches.find('b'), { metric: 'loss', values: [2, NaN, 1] });
  await sketches.want([job('a', 1), job('b', 1), job('none')]);
  assert.equal(asked.length, 1);
});

test('a curve that moves is asked about again, but not each time it moves', async () => {
  const { sketches, asked, clock } = world();
  await sketches.want([job('a', 1), job('b', 1)]);
  await sketches.want([job('a', 2), job('b', 1)]);
  clock.now += 5;
  await sketches.want([job('a', 3), job('b', 1)]);
  assert.deepEqual(asked, ['a b', 'a']);
  assert.deepEqual(sketches.find('a')?.values, [2, NaN, 2]);
});

test('while a question is out there is no other, and a refusal is none for the next', async () => {
  let calls = 0;
  const call = async (): Promise<JsonObject> => {
    calls++;
    return await Promise.reject(new Error('away'));
  };
  const sketches = new Sketches({ call }, () => 100 * calls);
  await Promise.all([sketches.want([job('a', 1)]), sketches.want([job('b', 1)])]);
  assert.equal(calls, 1);
  await sketches.want([job('b', 1)]);
  assert.equal(calls, 2);
});

test('another metric is asked for at once, of jobs that do not move too', async () => {
  const { sketches, asked } = world();
  await sketches.want([job('a', 1)]);
  sketches.metric = 'accuracy';
  await sketches.want([job('a', 1)]);
  sketches.metric = 'accuracy';
  await sketches.want([job('a', 1)]);
  assert.deepEqual(asked, ['a', 'a']);
});

test('a question that nobody answered is asked again, of jobs that have ended too', async () => {
  const clock = { now: 100 };
  let calls = 0;
  const call = (): Promise<JsonObject> => Promise.reject(new Error(`away ${++calls}`));
  const sketches = new Sketches({ call }, () => clock.now);
  await sketches.want([job('a', 1)]);
  await sketches.want([job('a', 1)]);
  assert.equal(calls, 1);
  clock.now += 5;
  await sketches.want([job('a', 1)]);
  assert.equal(calls, 2);
});

test('a curve is drawn from edge to edge, and interrupted where it is no number', () => {
  assert.equal(pathOf([2, 1]), 'M0.0 1.5L64.0 16.5');
  assert.equal(pathOf([1, NaN, 1]).match(/M/g)?.length, 2);
  assert.equal(pathOf([NaN, Infinity]), '');
});
