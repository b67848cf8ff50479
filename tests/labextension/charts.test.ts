import assert from 'node:assert/strict';
import test from 'node:test';

import { window } from '../../labextension/src/data/curves';
import { csvOf, svgOf } from '../../labextension/src/ui/drawing';
import { usageAt } from '../../labextension/src/ui/moment';
import { CurveAxis } from '../../labextension/src/ui/curveaxis';
import { beginning, drawnOver, stepsBetween, withDetail } from '../../labextension/src/ui/over';
import { grouped } from '../../labextension/src/ui/quantities';
import { smoothed } from '../../labextension/src/ui/smoothing';
import { straysOf } from '../../labextension/src/ui/strays';

import type { ICurve } from '../../labextension/src/data/curves';
import type { ILine } from '../../labextension/src/ui/aligned';
import type { IDrawing } from '../../labextension/src/ui/drawing';

function line(name: string, steps: number[], values: number[]): ILine {
  return { id: 1, name, steps: Float64Array.from(steps), values: Float64Array.from(values) };
}

function curve(steps: number[], times: number[]): ICurve {
  const [one, other] = [Float64Array.from(steps), Float64Array.from(times)];
  return { id: 1, name: 'loss', count: 9, columns: { steps: one, times: other, values: one } };
}

function drawing(lines: ILine[]): IDrawing {
  return {
    lines,
    colours: lines.map(() => 'red'),
    dashes: lines.map(() => []),
    background: 'white',
    ink: 'black',
    font: 'sans',
    x: [0, 2],
    y: [0, 1],
    isLog: false,
    label: 'Step',
    print: String,
    printUp: String
  };
}

test('a smoothed curve begins where the raw one does', () => {
  assert.deepEqual([...smoothed(Float64Array.of(4, 4, 4), 0.9)].map(Math.round), [4, 4, 4]);
  assert.deepEqual([...smoothed(Float64Array.of(0, 3), 0.5)], [0, 2]);
});

test('what is no number stays in a smoothed curve, and spoils nothing behind it', () => {
  assert.deepEqual([...smoothed(Float64Array.of(2, NaN, Infinity, 2), 0.5)], [2, NaN, Infinity, 2]);
});

test('without smoothing nothing is copied', () => {
  const values = Float64Array.of(1);
  assert.equal(smoothed(values, 0), values);
});

test('over time, points come in the order in which they were measured', () => {
  const again = curve([1, 2, 3], [20, 30, 10]);
  assert.equal(beginning([again]), 10);
  const { steps, values } = drawnOver(again, 'relative', 10);
  assert.deepEqual([[...steps], [...values]], [[0, 10, 20], [3, 1, 2]]);
});

test('a range of time is asked for by the steps that lie in it', () => {
  const some = curve([1, 2, 3], [10, 20, 30]);
  assert.deepEqual(stepsBetween(some, 'wall', [15, 35]), [2, 3]);
  assert.deepEqual(stepsBetween(some, 'step', [15, 35]), [15, 35]);
  assert.equal(stepsBetween(some, 'wall', [40, 50]), null);
});

test('a closer look takes the place of coarse points, and newer ones stay behind it', () => {
  const coarse = line('loss', [0, 10, 20, 30], [0, 1, 2, 3]);
  const close = line('loss', [10, 15, 20], [1, 9, 2]);
  assert.deepEqual([...withDetail(coarse, close).steps], [0, 10, 15, 20, 30]);
  assert.deepEqual([...withDetail(coarse, close).values], [0, 1, 9, 2, 3]);
  assert.equal(withDetail(coarse, undefined), coarse);
});

test('the points of a window keep their NaN', async () => {
  const caller = {
    call: (_service: string, _operation: string, input: object) => {
      assert.deepEqual((input as { SeriesId: number }).SeriesId, 1);
      return Promise.resolve({ Steps: [1, 2], Times: [1, 2], Values: [0.5, 'NaN'] });
    }
  };
  const found = await window(caller, 'a', curve([], []), { low: 0, high: 9, points: 4 });
  assert.deepEqual([...found.values], [0.5, NaN]);
});

test('NaN and the infinities are marked where they stand', () => {
  assert.deepEqual(straysOf(line('loss', [0, 1, 2], [NaN, 1, -Infinity])), [
    { step: 0, value: NaN },
    { step: 2, value: -Infinity }
  ]);
  assert.equal(straysOf(line('loss', [0, 1, 2, 3], [NaN, NaN, NaN, NaN]), 2).length, 2);
});

test('a table has a row for each step, and no name in it is a formula', () => {
  const lines = [line('=1+1', [0, 2], [0.1, NaN]), line('a,"b"', [1], [Infinity])];
  assert.equal(csvOf(lines, 'Step'), 'Step,\'=1+1,"a,""b"""\n0,0.1,\n1,,Infinity\n2,NaN,\n');
});

test('a step that a line has twice has two rows', () => {
  const lines = [line('a', [0, 1, 1], [1, 2, 3]), line('b', [1], [9])];
  assert.equal(csvOf(lines, 'Step'), 'Step,a,b\n0,1,\n1,2,9\n1,3,\n');
});

test('a point alone is drawn', () => {
  const svg = svgOf(drawing([line('one', [1], [0.5])]));
  assert.match(svg, /<path d="M512.00 220.00L512.00 220.00" [^>]*stroke-linecap="round"/);
});

test('five thousand metrics make charts of twenty lines, in the order they came', () => {
  const names = Array.from({ length: 5000 }, (_, at) => ({ name: `layer${at}/norm` }));
  const began = performance.now();
  const groups = grouped([...names, { name: 'loss' }]);
  assert.deepEqual([...groups.keys()].slice(0, 2), ['norm', 'norm 2']);
  assert.deepEqual([groups.size, groups.get('norm 250')?.length], [251, 20]);
  assert.ok(performance.now() - began < 500);
});

test('over another metric, a curve is drawn where that metric was last', () => {
  const other = { ...curve([0, 2], [10, 20]), id: 2, name: 'lr' };
  const columns = { ...other.columns, values: Float64Array.of(0.5, 0.1) };
  const axis = new CurveAxis('step', { ...other, columns });
  const { steps, values } = axis.draw(curve([-1, 0, 1, 2], [5, 10, 15, 20]));
  assert.deepEqual([[...steps], [...values]], [[0.1, 0.5, 0.5], [2, 0, 1]]);
  assert.deepEqual([axis.timeAt([], 0.1), axis.placeAt([], 12)], [20, 0.5]);
});

test('a place on any axis has a time, and a time a place', () => {
  const curves = [curve([1, 2, 3], [10, 20, 30])];
  const times = (['step', 'relative', 'wall'] as const).map(over => {
    const axis = new CurveAxis(over);
    axis.begin(curves);
    return [axis.timeAt(curves, axis.placeAt(curves, 20)), axis.placeAt(curves, 20)];
  });
  assert.deepEqual(times, [[20, 2], [20, 10], [20, 20]]);
  assert.ok(Number.isNaN(new CurveAxis().timeAt(curves, 9)));
  assert.ok(Number.isNaN(new CurveAxis().placeAt(curves, 5)));
});

test('a drawing has gaps where values are no numbers, and names are no markup in it', () => {
  const svg = svgOf(drawing([line('<script>', [0, 1, 2], [0, NaN, 1])]));
  assert.equal(svg.match(/<path d="M[^M"]+M[^M"]+"/)?.length, 1);
  assert.ok(svg.includes('&lt;script&gt;') && !svg.includes('<script>'));
});

test('of a second, what was measured last before its end is shown', () => {
  const used = { ...curve([10, 20, 30], [1, 2, 3]), name: 'system/CPUUtilization' };
  assert.deepEqual(usageAt([used, curve([1], [1])], 2.5), [['CPUUtilization', '20 %']]);
  assert.deepEqual(usageAt([used], 0), []);
});
