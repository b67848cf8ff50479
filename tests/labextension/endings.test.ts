import assert from 'node:assert/strict';
import test from 'node:test';

import { readSummary } from '../../labextension/src/contract/sagemaker';
import { Endings } from '../../labextension/src/data/endings';

import type { IFact } from '../../labextension/src/contract/messages';

function fact(seq: number, status: string, kind = 'JobMoved', created = 1): IFact {
  const document = { TrainingJobName: 'a', TrainingJobStatus: status, CreationTime: created };
  return { seq, time: 0, job: 'a', kind, summary: readSummary(document) };
}

test('an end that two facts show is told once', () => {
  const endings = new Endings();
  const told = endings.of([fact(1, 'Failed'), fact(2, 'Failed')]);
  assert.deepEqual(told.map(job => job.TrainingJobStatus), ['Failed']);
  assert.deepEqual(endings.of([fact(3, 'Failed')]), []);
});

test('what runs, is tagged or was deleted has not just ended', () => {
  const gone = { ...fact(3, 'Failed'), summary: null };
  const facts = [fact(1, 'InProgress'), fact(2, 'Failed', 'TagsChanged'), gone];
  assert.deepEqual(new Endings().of(facts), []);
});

test('a name that is used again ends again', () => {
  const endings = new Endings();
  endings.of([fact(1, 'Failed')]);
  assert.equal(endings.of([fact(9, 'Failed', 'JobMoved', 2)]).length, 1);
});
