import assert from 'node:assert/strict';
import test from 'node:test';

import { size } from '../../labextension/src/ui/figures';
import { grouped, quantity } from '../../labextension/src/ui/quantities';

test('metrics of one quantity share a chart, whatever stands before it', () => {
  const names = ['train:loss', 'accuracy', 'val_loss', 'test/loss', 'eval.accuracy'];
  const groups = grouped(names.map(name => ({ name })));
  assert.deepEqual([...groups.keys()], ['loss', 'accuracy']);
  const losses = groups.get('loss')?.map(each => each.name);
  assert.deepEqual(losses, ['train:loss', 'val_loss', 'test/loss']);
});

test('a name of separators alone is its own quantity', () => {
  assert.equal(quantity('::'), '::');
});

test('sizes of files are three figures and a unit', () => {
  assert.deepEqual([0, 999, 1500, 250_000_000, 2e15].map(size), [
    '0 B', '999 B', '1.5 kB', '250 MB', '2000 TB'
  ]);
});
