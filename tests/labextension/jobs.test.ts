import assert from 'node:assert/strict';
import test from 'node:test';

import { JobsModel, JobTable } from '../../labextension/src/data/jobs';

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

function told(...messages: Parameters<JobsModel['apply']>[0][]): JobsModel {
  const model = new JobsModel();
  messages.forEach(message => { model.apply(message); });
  return model;
}

function names(jobs: readonly IJobSummary[]): string[] {
  return jobs.map(one => one.TrainingJobName);
}

test('facts change, add and take away jobs', () => {
  const news = facts([11, 'a', job('a', 'Completed')], [12, 'b', null], [13, 'c', job('c')]);
  const model = told(SNAPSHOT, news);
  assert.deepEqual(names(model.jobs), ['a', 'c']);
  assert.equal(model.find('a')?.TrainingJobStatus, 'Completed');
  assert.deepEqual([model.seq, names(model.active)], [13, ['c']]);
});

test('facts already in change nothing when they come again', () => {
  const model = told(SNAPSHOT, facts([11, 'a', job('a', 'Completed')]));
  const before = model.version;
  model.apply(facts([10, 'b', null], [11, 'a', job('a')]));
  assert.equal(model.version, before);
  assert.equal(model.find('a')?.TrainingJobStatus, 'Completed');
});

test('a snapshot of another state folder replaces what was known', () => {
  const model = told(SNAPSHOT, { ...SNAPSHOT, seq: 2, jobs: [job('z')] });
  assert.deepEqual([model.seq, names(model.jobs)], [2, ['z']]);
});

test('older jobs join those before, and a loss between pages begins anew', () => {
  const model = told({ ...SNAPSHOT, more: true });
  assert.deepEqual([model.after, model.isComing], [0, true]);
  model.apply({ type: 'older', jobs: [job('z')], more: false });
  assert.deepEqual(names(model.jobs), ['a', 'b', 'z']);
  assert.equal(model.after, 10);
});

test('jobs come newest first, and those that run can be had alone', () => {
  const jobs = [job('old', 'InProgress', 1), job('new', 'Stopping', 3), job('done', 'Stopped', 2)];
  const model = told({ ...SNAPSHOT, seq: 3, jobs });
  assert.deepEqual(names(model.jobs), ['new', 'done', 'old']);
  assert.deepEqual(names(model.active), ['new', 'old']);
});

test('a name that is used again comes where its new job belongs', () => {
  const model = told({ ...SNAPSHOT, jobs: [job('b', 'Failed', 2), job('a', 'Failed', 1)] });
  model.apply(facts([11, 'a', job('a', 'InProgress', 3)]));
  assert.deepEqual(names(model.jobs), ['a', 'b']);
});

test('only news is told: no snapshot, and no fact twice', () => {
  const model = new JobsModel();
  const seen: number[] = [];
  model.facts.connect((_, news) => seen.push(...news.map(fact => fact.seq)), seen);
  model.apply(SNAPSHOT);
  model.apply(facts([11, 'a', job('a')]));
  model.apply(facts([11, 'a', job('a')], [12, 'a', job('a')]));
  assert.deepEqual(seen, [11, 12]);
});

test('an empty list of jobs is also an answer', () => {
  const model = new JobsModel();
  let changes = 0;
  model.changed.connect(() => changes++, model);
  model.apply({ ...SNAPSHOT, seq: 0, jobs: [] });
  assert.deepEqual([model.isReady, changes], [true, 1]);
});

test('last values and progress replace those before them, and make no job of a name', () => {
  const values = [{ MetricName: 'loss', Value: 0.5 }];
  const progress = { Unit: 'step', Done: 3, Total: 10, Time: 2, Since: 1, Start: 0 };
  const jobs = new Map([['a', values], ['deleted', values]]);
  const model = told(SNAPSHOT, {
    type: 'metrics', jobs, progress: new Map([['a', progress], ['deleted', progress]])
  });
  assert.deepEqual(names(model.jobs), ['a', 'b']);
  assert.deepEqual(model.find('a')?.FinalMetricDataList, values);
  assert.deepEqual(model.find('a')?.Progress, progress);
  assert.deepEqual(model.jobs[0], model.find('a'));
  assert.equal(model.seq, 10);
});

/** A job that counts how often its time is looked at. */
function counted(name: string, created: number, looks: { count: number }): IJobSummary {
  return Object.defineProperty(job(name), 'CreationTime', {
    get: () => {
      looks.count++;
      return created;
    },
    enumerable: true
  });
}

test('a hundred thousand jobs cost a few looks at each, and a change of one a few', () => {
  const looks = { count: 0 };
  const table = new JobTable();
  const most = 100_000;
  for (let at = 0; at < most; at++) {
    table.put(counted(`j${at}`, most - at, looks));
  }
  assert.ok(looks.count <= 4 * most, `${looks.count} looks`);
  looks.count = 0;
  table.put(counted('j70000', most - 70_000, looks));
  table.put(counted('new', most + 1, looks));
  table.remove('j50000');
  assert.ok(looks.count < 100, `${looks.count} looks`);
  assert.deepEqual(table.newestFirst[0].TrainingJobName, 'new');
  assert.equal(table.newestFirst.length, most);
});
