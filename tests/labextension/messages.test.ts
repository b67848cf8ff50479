import assert from 'node:assert/strict';
import test from 'node:test';

import { readBlocks, readText } from '../../labextension/src/contract/messages';

import type { IPointsMessage } from '../../labextension/src/contract/messages';

/** One block as the manager packs it. */
function block(head: number[], next: number, columns: number[][]): ArrayBuffer {
  const count = columns[0].length;
  const view = new DataView(new ArrayBuffer(24 + 24 * count));
  [...head, count].forEach((word, at) => { view.setUint32(4 * at, word, true); });
  view.setFloat64(16, next, true);
  columns.flat().forEach((value, at) => { view.setFloat64(24 + 8 * at, value, true); });
  return view.buffer as ArrayBuffer;
}

function joined(...parts: ArrayBuffer[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole.buffer;
}

test('a frame of two blocks is read as two messages', () => {
  const one = block([7, 3, 0], 12, [[1, 2], [10, 20], [0.5, NaN]]);
  const other = block([7, 4, 1], 1, [[9], [90], [-1]]);
  const [first, second] = readBlocks(joined(one, other));
  const points = first.message as IPointsMessage;
  assert.deepEqual([first.id, points.series, points.replace, points.next], [7, 3, false, 12]);
  assert.deepEqual([...points.values], [0.5, NaN]);
  assert.equal((second.message as IPointsMessage).replace, true);
  assert.deepEqual([...(second.message as IPointsMessage).steps], [9]);
});

test('an empty block is read, and a cut one is refused', () => {
  assert.equal(readBlocks(block([1, 1, 0], 0, [[], [], []])).length, 1);
  assert.throws(() => readBlocks(block([1, 1, 0], 1, [[1], [1], [1]]).slice(0, 40)), /whole/);
  assert.throws(() => readBlocks(new ArrayBuffer(8)), /whole/);
});

test('facts are read with the job after them, null once deleted', () => {
  const summary = { TrainingJobName: 'a', TrainingJobStatus: 'Failed', Seq: 4 };
  const facts = [
    { seq: 4, time: 1.5, job: 'a', kind: 'JobMoved', summary },
    { seq: 5, time: 2.5, job: 'a', kind: 'JobDeleted', summary: null }
  ];
  const read = readText(JSON.stringify({ id: 2, type: 'facts', seq: 5, facts }));
  assert.equal(read.id, 2);
  assert.ok(read.message.type === 'facts');
  assert.equal(read.message.facts[0].summary?.TrainingJobStatus, 'Failed');
  assert.equal(read.message.facts[1].summary, null);
});

test('numbers that JSON lacks are read from their words', () => {
  const job = {
    TrainingJobName: 'a',
    TrainingJobStatus: 'InProgress',
    FinalMetricDataList: [
      { MetricName: 'loss', Value: 'NaN' },
      { MetricName: 'x', Value: '-Infinity' }
    ]
  };
  const { message } = readText(JSON.stringify({ id: 1, type: 'jobs', seq: 1, jobs: [job] }));
  assert.ok(message.type === 'jobs');
  assert.deepEqual(message.jobs[0].FinalMetricDataList.map(each => each.Value), [NaN, -Infinity]);
});

test('the description of a job keeps what views do not know', () => {
  const detail = {
    TrainingJobName: 'a',
    TrainingJobStatus: 'Completed',
    HyperParameters: { lr: '0.1' },
    ResourceConfig: { InstanceType: 'local', InstanceCount: 1 },
    ModelArtifacts: { S3ModelArtifacts: 's3://b/model.tar.gz' },
    EnableNetworkIsolation: true
  };
  const { message } = readText(JSON.stringify({ id: 1, type: 'job', seq: 1, detail }));
  assert.ok(message.type === 'job');
  assert.equal(message.detail.InstanceType, 'local');
  assert.equal(message.detail.ModelArtifacts, 's3://b/model.tar.gz');
  assert.equal(message.detail.document.EnableNetworkIsolation, true);
});

test('what is no message is refused by the name of what is wrong', () => {
  assert.throws(() => readText('[]'), /message must be an object/);
  assert.throws(() => readText('{"type":"constructor"}'), /type must be one of/);
  assert.throws(() => readText('{"id":1,"type":"jobs","jobs":[]}'), /seq must be a number/);
  assert.throws(() => readText('{"id":1,"type":"lines","next":1,"lines":[3]}'), /log line/);
});

test('last values are read for each job, whatever its name', () => {
  const loss = { MetricName: 'loss', Value: 'NaN', Timestamp: 3 };
  const { message } = readText(JSON.stringify({
    id: 1,
    type: 'metrics',
    jobs: { constructor: [loss], quiet: [] }
  }));
  assert.ok(message.type === 'metrics');
  assert.ok(Number.isNaN(message.jobs.get('constructor')?.[0].Value));
  assert.deepEqual(message.jobs.get('quiet'), []);
  assert.throws(() => readText('{"id":1,"type":"metrics","jobs":[]}'), /jobs must be an object/);
});
