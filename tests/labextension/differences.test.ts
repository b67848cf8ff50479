import assert from 'node:assert/strict';
import test from 'node:test';

import { readDetail } from '../../labextension/src/contract/sagemaker';
import { Columns } from '../../labextension/src/data/columns';
import { best, csvOfJobs, parameters, results } from '../../labextension/src/ui/differences';

import type { ICurve } from '../../labextension/src/data/curves';
import type { ICompared } from '../../labextension/src/ui/differences';

function curve(name: string, ...numbers: number[]): ICurve {
  const columns = new Columns();
  const values = Float64Array.from(numbers);
  const steps = values.map((_, at) => at);
  columns.append({ steps, times: steps, values });
  return { id: 1, name, columns, count: numbers.length };
}

function job(name: string, parameters: object, ...curves: ICurve[]): ICompared {
  const members = { TrainingJobName: name, TrainingJobStatus: 'Completed' };
  return { name, detail: readDetail({ ...members, HyperParameters: parameters }), curves };
}

const WORDS = { last: (name: string) => `last ${name}`, best: (name: string) => `best ${name}` };

test('hyperparameters that differ come first, also where a job lacks one', () => {
  const one = job('a', { lr: '0.1', width: '64', seed: '1', sagemaker_region: 'x' });
  const rows = parameters([one, job('b', { lr: '0.2', width: '64' })]);
  assert.deepEqual(rows, [
    { name: 'lr', values: ['0.1', '0.2'], isSame: false },
    { name: 'seed', values: ['1', ''], isSame: false },
    { name: 'width', values: ['64', '64'], isSame: true }
  ]);
});

test('a job that is not there has no values, and takes none from the others', () => {
  const gone = { name: 'gone', detail: null, curves: [] };
  assert.deepEqual(parameters([gone, job('b', { lr: '1' })])[0].values, ['', '1']);
});

test('the best of a loss is its least value, of others the greatest, and NaN is neither', () => {
  assert.equal(best(curve('val_loss', 3, 1, NaN, 2)), 1);
  assert.equal(best(curve('accuracy', 0.5, NaN, 0.75, 0.25)), 0.75);
  assert.equal(best(curve('rmse', NaN)), undefined);
});

test('results are the last and the best value of each metric, of the machine none', () => {
  const one = job('a', {}, curve('loss', 2, 1, 1.5), curve('system/CPUUtilization', 9));
  assert.deepEqual(results([one, job('b', {})], WORDS).map(each => [each.name, each.values]), [
    ['last loss', ['1.5', '']],
    ['best loss', ['1', '']]
  ]);
});

test('a comparison is saved as a row for each job, and no name becomes a formula', () => {
  const jobs = [job('a', { '=lr': '1,5' }), job('b', { '=lr': '2' })];
  const text = csvOfJobs(jobs, parameters(jobs));
  assert.equal(text, 'job,status,\'=lr\na,Completed,"1,5"\nb,Completed,2\n');
});
