import assert from 'node:assert/strict';
import test from 'node:test';

import { readMedia } from '../../labextension/src/contract/files';
import { MediaModel, placed } from '../../labextension/src/data/media';
import { readHistogram } from '../../labextension/src/ui/histogram';
import { spread } from '../../labextension/src/ui/mediaseries';

import type { IMedium } from '../../labextension/src/contract/files';
import type { JsonObject } from '../../labextension/src/contract/json';

function medium(step: number | undefined, name = 'a'): IMedium {
  return { kind: 'image', name, step, time: 0, file: `image/${name}-${step}.png`, size: 1 };
}

/** An index of a job that goes on. */
class Index {
  attempt = 1;
  media: JsonObject[] = [];

  show(name: string, step: number, kind = 'image'): void {
    this.media.push({ Kind: kind, Name: name, Step: step, Time: 1, File: 'x', Size: 1 });
  }

  call(_service: string, _operation: string, input: object): Promise<JsonObject> {
    const { Offset: at } = input as { Offset: number };
    const page = this.media.slice(at, at + 2); // two a page
    return Promise.resolve({ Media: page, Next: at + page.length, Attempt: this.attempt });
  }
}

function seen(model: MediaModel): string[] {
  return model.series.map(({ name, media }) => `${name}: ${media.map(each => each.step).join()}`);
}

test('what was shown is read to the end of the index, and on from there', async () => {
  const index = new Index();
  const model = new MediaModel(index, 'job');
  [1, 2, 3].forEach(step => { index.show('a', step); });
  index.show('b', 1);
  await model.load();
  assert.deepEqual(seen(model), ['a: 1,2,3', 'b: 1']);
  index.show('b', 2);
  await model.load();
  assert.deepEqual(seen(model), ['a: 1,2,3', 'b: 1,2']);
});

test('what is shown while the index is read is not missed, though nobody asks again', async () => {
  const index = new Index();
  const model = new MediaModel(index, 'job');
  const reading = model.load();
  index.show('a', 1);
  await Promise.all([reading, model.load()]);
  assert.deepEqual(seen(model), ['a: 1']);
});

test('another attempt begins anew', async () => {
  const index = new Index();
  const model = new MediaModel(index, 'job');
  [1, 2, 3].forEach(step => { index.show('a', step); });
  await model.load();
  [index.media, index.attempt] = [[], 2];
  index.show('a', 1);
  await model.load();
  assert.deepEqual(seen(model), ['a: 1']);
});

test('steps that go back are put in order, and those without one follow', () => {
  assert.deepEqual(placed([medium(1), medium(3)], medium(2)).map(each => each.step), [1, 2, 3]);
  assert.deepEqual(placed([medium(1)], medium(undefined)).map(each => each.step), [1, undefined]);
});

test('a kind that nobody knows yet is left out', () => {
  const [video, image] = ['video', 'image'].map(Kind => ({ Kind, Name: 'a', Time: 1, File: 'x' }));
  assert.deepEqual(readMedia([video, image]).map(each => each.kind), ['image']);
});

test('a histogram is read, and what is none is not', () => {
  const whole = { edges: [0, 1, 2], counts: [3, 4], no_numbers: 1 };
  assert.deepEqual(readHistogram(JSON.stringify(whole))?.counts, [3, 4]);
  const others = ['', 'null', '[]', '{"edges": [0], "counts": [1]}', '{"edges": "x"}'];
  assert.deepEqual(others.map(readHistogram), others.map(() => null));
});

test('of many steps a few are drawn, the chosen one and both ends among them', () => {
  assert.deepEqual(spread(3, 24, 1), [0, 1, 2]);
  const chosen = spread(1000, 5, 123);
  assert.deepEqual(chosen, [0, 123, 250, 500, 749, 999].sort((a, b) => a - b));
});
