import assert from 'node:assert/strict';
import test from 'node:test';

import { Columns, thinned } from '../../labextension/src/data/columns';
import { CurvesModel, last } from '../../labextension/src/data/curves';

import type { IPointsMessage } from '../../labextension/src/contract/messages';
import type { IColumns } from '../../labextension/src/data/columns';

function columns(steps: number[], values: number[] = steps): IColumns {
  return {
    steps: Float64Array.from(steps),
    times: Float64Array.from(steps),
    values: Float64Array.from(values)
  };
}

function points(steps: number[], next: number, replace = false): IPointsMessage {
  return { type: 'points', series: 1, replace, next, ...columns(steps) };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test('points are appended, and those of a series seen before are left out', () => {
  const model = new CurvesModel('a');
  model.apply(points([1, 2], 2));
  model.apply(points([1, 2], 2));
  model.apply(points([3], 3));
  assert.deepEqual([...model.curves[0].columns.steps], [1, 2, 3]);
  assert.deepEqual(model.cursor, { 1: 3 });
});

test('a block that replaces takes the place of all points before it', () => {
  const model = new CurvesModel('a');
  model.apply(points([1, 2, 3], 3));
  model.apply(points([0, 50], 100, true));
  assert.deepEqual([...model.curves[0].columns.steps], [0, 50]);
  assert.deepEqual([model.curves[0].count, last(model.curves[0])?.step], [100, 50]);
});

test('a series has its name whether points or name come first', () => {
  const model = new CurvesModel('a');
  model.apply(points([1], 1));
  const series = [{ SeriesId: 1, Name: 'loss' }, { SeriesId: 2, Name: 'acc' }];
  model.apply({ type: 'series', series });
  assert.deepEqual(model.curves.map(curve => curve.name), ['loss', 'acc']);
  assert.equal(last(model.curves[1]), undefined);
  assert.deepEqual(model.cursor, { 1: 1 });
});

test('steps that go back are put in their place, in order of arrival where equal', () => {
  const made = new Columns();
  made.append(columns([1, 2, 3, 4], [10, 20, 30, 40]));
  made.append(columns([3, 2, 5], [31, 21, 50]));
  assert.deepEqual([...made.steps], [1, 2, 2, 3, 3, 4, 5]);
  assert.deepEqual([...made.values], [10, 20, 21, 30, 31, 40, 50]);
});

test('memory is bounded however long the series, and its extremes stay', () => {
  const made = new Columns(1000);
  for (let at = 0; at < 20000; at += 100) {
    const steps = range(100).map(index => at + index);
    made.append(columns(steps, steps.map(step => (step === 7777 ? -5 : step % 10))));
  }
  assert.ok(made.length <= 1000);
  assert.equal(Math.min(...made.values), -5);
  assert.equal(made.steps[made.length - 1], 19999);
  assert.deepEqual([...made.steps], [...made.steps].sort((one, other) => one - other));
});

test('thinning keeps the least and the greatest of each bucket in order', () => {
  const few = thinned(columns(range(100), range(100).map(at => (at % 50 === 30 ? 9 : 1))), 4);
  assert.deepEqual([...few.steps], [0, 30, 50, 80]);
});

test('a value that is no number stays as a mark, and hides no extreme of its bucket', () => {
  const values = range(1200).map(at => at % 7);
  [values[0], values[1], values[650], values[651], values[652]] = [NaN, 99, Infinity, NaN, -99];
  const few = thinned(columns(range(1200), values), 24);
  const kept = new Map([...few.steps].map((step, at) => [step, few.values[at]]));
  assert.deepEqual([0, 1, 650, 651, 652].map(at => kept.get(at)), [NaN, 99, Infinity, NaN, -99]);
  const none = thinned(columns(range(1200), range(1200).map(() => NaN)), 24);
  assert.ok(none.steps.length <= 30 && none.values.every(Number.isNaN));
});
