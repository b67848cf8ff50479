import assert from 'node:assert/strict';
import test from 'node:test';

import { aligned } from '../../labextension/src/ui/aligned';
import { LONGEST_LINE, PLAIN, spans } from '../../labextension/src/ui/ansi';
import { figure } from '../../labextension/src/ui/figures';

import type { ILine } from '../../labextension/src/ui/aligned';

function line(id: number, steps: number[], values: number[]): ILine {
  const columns = { steps: Float64Array.from(steps), values: Float64Array.from(values) };
  return { id, name: String(id), ...columns };
}

function shown(text: string): string[][] {
  return spans(text, PLAIN)[0].map(span => [span.text, span.className]);
}

test('colours of a terminal become classes from our own list', () => {
  assert.deepEqual(shown('a\u001b[1;31mb\u001b[0mc'), [
    ['a', ''],
    ['b', 'jt-ansi-red-fg jt-ansi-bold'],
    ['c', '']
  ]);
  assert.deepEqual(shown('\u001b[38;5;12;44mx'), [['x', 'jt-ansi-bright-blue-fg jt-ansi-blue-bg']]);
});

test('a colour goes on until it is taken back, over lines', () => {
  const [, style] = spans('\u001b[32mgreen', PLAIN);
  const [[next]] = spans('still', style);
  assert.equal(next.className, 'jt-ansi-green-fg');
});

test('colours that themes lack and codes nobody knows are left out', () => {
  assert.deepEqual(shown('\u001b[38;2;1;2;3ma\u001b[38;5;200mb\u001b[73;999mc'), [
    ['a', ''],
    ['b', ''],
    ['c', '']
  ]);
});

test('every other escape is shown and does nothing', () => {
  assert.deepEqual(shown('\u001b]0;title\u0007\u001b[2Jx\u0000'), [['␛]0;title␇␛[2Jx␀', '']]);
});

test('markup is text', () => {
  assert.deepEqual(shown('<img src=x onerror=alert(1)>'), [['<img src=x onerror=alert(1)>', '']]);
});

test('of a progress bar the last state is shown', () => {
  assert.deepEqual(shown(' 10%\r 50%\r100%\r\n'), [['100%', '']]);
});

test('a line of megabytes is cut', () => {
  assert.equal(spans('x'.repeat(1e6), PLAIN)[0][0].text.length, LONGEST_LINE + 1);
});

test('lines with the same steps share them without a copy', () => {
  const one = line(1, [0, 1], [5, 6]);
  const [steps, ...columns] = aligned([one, line(2, [0, 1], [7, 8])], false);
  assert.equal(steps, one.steps);
  assert.equal(columns[0], one.values);
});

test('lines with other steps are joined, and what only one has is no gap in the other', () => {
  const [steps, ...columns] = aligned([line(1, [0, 2], [5, 6]), line(2, [1, 2], [7, NaN])], false);
  assert.deepEqual([...steps], [0, 1, 2]);
  assert.deepEqual(columns, [[5, undefined, 6], [undefined, 7, null]]);
});

test('what a logarithm cannot show is a gap', () => {
  const [, column] = aligned([line(1, [0, 1, 2], [1, 0, -3])], true);
  assert.deepEqual(column, [1, null, null]);
});

test('numbers are short and keep their size', () => {
  assert.deepEqual([0.123456, 0.0000123, 12345678, 0, NaN].map(figure), [
    '0.12346',
    '1.230e-5',
    '1.235e+7',
    '0',
    'NaN'
  ]);
});
