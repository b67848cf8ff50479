import assert from 'node:assert/strict';
import test from 'node:test';

import { onlyTab } from '../../labextension/src/ui/onlytab';

import type { Widget } from '@lumino/widgets';

/** What of a tab counts here. */
class Tab {
  isDisposed = false;
  constructor(readonly id: string) {}
  dispose(): void {
    this.isDisposed = true;
  }
}

/** The tabs that are there; `only` opens one of them. */
function shelf(): { made: Tab[]; only: (id: string) => Promise<unknown> } {
  const [made, there]: [Tab[], Widget[]] = [[], []];
  const tracker = {
    find: (isIt: (tab: Widget) => boolean) => there.find(isIt),
    add: (tab: Widget) => Promise.resolve(void there.push(tab))
  };
  const only = (id: string): Promise<unknown> => onlyTab(tracker, tab => tab.id === id, () => {
    made.push(new Tab(id));
    return Promise.resolve(made[made.length - 1] as unknown as Widget);
  });
  return { made, only };
}

test('a tab that is asked for twice at once is there once, and the other is let go', async () => {
  const { made, only } = shelf();
  const [one, other] = await Promise.all([only('a'), only('a')]);
  assert.equal(one, other);
  assert.deepEqual(made.map(tab => tab.isDisposed), [false, true]);
  assert.equal(await only('a'), one);
  await only('b');
  assert.deepEqual(made.map(tab => tab.id), ['a', 'a', 'b']);
});
