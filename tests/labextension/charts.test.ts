import assert from 'node:assert/strict';
import test from 'node:test';

import { window } from '../../labextension/src/data/curves';
import { csvOf, svgOf } from '../../labextension/src/ui/drawing';
import { usageAt } from '../../labextension/src/ui/moment';
import { beginning, drawnOver, stepsBetween, withDetail } from '../../labextension/src/ui/over';
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

test('a drawing has gaps where values are no numbers, and names are no markup in it', () => {
  const svg = svgOf(drawing([line('<script>', [0, 1, 2], [0, NaN, 1])]));
  assert.equal(svg.match(/<path d="M[^LM"]+M[^LM"]+"/)?.length, 1);
  assert.ok(svg.includes('&lt;script&gt;') && !svg.includes('<script>'));
});

test('of a second, what was measured last before its end is shown', () => {
  const used = { ...curve([10, 20, 30], [1, 2, 3]), name: 'system/CPUUtilization' };
  assert.deepEqual(usageAt([used, curve([1], [1])], 2.5), [['CPUUtilization', '20 %']]);
  assert.deepEqual(usageAt([used], 0), []);
});
