import assert from 'node:assert/strict';
import test from 'node:test';

import { JobsModel, NO_JOBS, step } from '../../labextension/src/data/jobs';

import type { IFactsMessage, IJobsMessage } from '../../labextension/src/contract/messages';
import type { IJobSummary } from '../../labextension/src/contract/sagemaker';

function job(name: string, status = 'InProgress', created = 0): IJobSummary {
  return {
    TrainingJobName: name,
    TrainingJobStatus: status,
    CreationTime: created,
    FinalMetricDataList: [],
    Seq: 0
  };
}

function facts(...rows: [number, string, IJobSummary | null][]): IFactsMessage {
  const list = rows.map(([seq, name, summary]) => ({ seq, time: 0, job: name, kind: '', summary }));
  return { type: 'facts', seq: rows[rows.length - 1][0], facts: list };
}

const JOBS = [job('a'), job('b', 'Failed')];
const SNAPSHOT: IJobsMessage = { type: 'jobs', seq: 10, jobs: JOBS, more: false };

test('facts change, add and take away jobs', () => {
  const before = step(NO_JOBS, SNAPSHOT);
  const ended = job('a', 'Completed');
  const after = step(before, facts([11, 'a', ended], [12, 'b', null], [13, 'c', job('c')]));
  assert.deepEqual([...after.jobs.keys()], ['a', 'c']);
  assert.equal(after.jobs.get('a')?.TrainingJobStatus, 'Completed');
  assert.equal(after.seq, 13);
  assert.deepEqual([...before.jobs.keys()], ['a', 'b']);
});

test('facts already in change nothing when they come again', () => {
  const once = step(step(NO_JOBS, SNAPSHOT), facts([11, 'a', job('a', 'Completed')]));
  const again = step(once, facts([10, 'b', null], [11, 'a', job('a')]));
  assert.equal(again, once);
});

test('a snapshot of another state folder replaces what was known', () => {
  const state = step(step(NO_JOBS, SNAPSHOT), { ...SNAPSHOT, seq: 2, jobs: [job('z')] });
  assert.deepEqual([state.seq, [...state.jobs.keys()]], [2, ['z']]);
});

test('older jobs join those before, and a loss between pages begins anew', () => {
  const model = new JobsModel();
  model.apply({ ...SNAPSHOT, more: true });
  assert.equal(model.after, 0);
  model.apply({ type: 'older', jobs: [job('z')], more: false });
  assert.deepEqual(model.jobs.map(one => one.TrainingJobName), ['a', 'b', 'z']);
  assert.equal(model.after, 10);
});

test('jobs come newest first, and those that run can be had alone', () => {
  const model = new JobsModel();
  const jobs = [job('old', 'InProgress', 1), job('new', 'Stopping', 3), job('done', 'Stopped', 2)];
  model.apply({ ...SNAPSHOT, seq: 3, jobs });
  assert.deepEqual(model.jobs.map(one => one.TrainingJobName), ['new', 'done', 'old']);
  assert.deepEqual(model.active.map(one => one.TrainingJobName), ['new', 'old']);
});

test('only news is told: no snapshot, and no fact twice', () => {
  const model = new JobsModel();
  const told: number[] = [];
  model.facts.connect((_, news) => told.push(...news.map(fact => fact.seq)), told);
  model.apply(SNAPSHOT);
  model.apply(facts([11, 'a', job('a')]));
  model.apply(facts([11, 'a', job('a')], [12, 'a', job('a')]));
  assert.deepEqual(told, [11, 12]);
});

test('an empty list of jobs is also an answer', () => {
  const model = new JobsModel();
  let changes = 0;
  model.changed.connect(() => changes++, model);
  model.apply({ ...SNAPSHOT, seq: 0, jobs: [] });
  assert.deepEqual([model.isReady, changes], [true, 1]);
});

test('last values replace those before them, and make no job of a name', () => {
  const before = step(NO_JOBS, SNAPSHOT);
  const values = [{ MetricName: 'loss', Value: 0.5 }];
  const jobs = new Map([['a', values], ['deleted', values]]);
  const after = step(before, { type: 'metrics', jobs });
  assert.deepEqual([...after.jobs.keys()], ['a', 'b']);
  assert.deepEqual(after.jobs.get('a')?.FinalMetricDataList, values);
  assert.deepEqual(before.jobs.get('a')?.FinalMetricDataList, []);
  assert.equal(after.seq, before.seq);
});
