import assert from 'node:assert/strict';
import test from 'node:test';

import { blame } from '../../labextension/src/ui/blame';
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

test('a hundred quantities make few charts, and no curve is left out', () => {
  const groups = grouped(Array.from({ length: 100 }, (_, at) => ({ name: `m${at}` })));
  assert.equal(groups.size, 24);
  assert.equal([...groups.values()].flat().length, 100);
});

test('the field that the server names is to blame', () => {
  assert.equal(blame({ message: 'no', field: 'inputs.training' }), 'inputs');
});

test('without a field, the words of the error say which one is', () => {
  assert.equal(blame({ message: "Value 'a b' at 'trainingJobName' failed" }), 'name');
  assert.equal(blame({ message: 'It is there already', code: 'ResourceInUse' }), 'name');
  assert.equal(blame({ message: 'The manager cannot be reached', field: 'elsewhere' }), null);
});

test('what is said of a container is put at the field it is about', () => {
  const words: Record<string, string> = {
    "Invalid ResourceConfig: keepAlivePeriodInSeconds must be at most 3600": 'keep_alive',
    "Value '' at 'algorithmSpecification.containerEntrypoint' failed": 'command',
    'There is no image net:1 here, and it cannot be pulled': 'image',
    'No Docker engine answers': 'image'
  };
  for (const [message, field] of Object.entries(words)) {
    assert.equal(blame({ message }), field);
  }
});

test('sizes of files are three figures and a unit', () => {
  assert.deepEqual([0, 999, 1500, 250_000_000, 2e15].map(size), [
    '0 B', '999 B', '1.5 kB', '250 MB', '2000 TB'
  ]);
});
