/** A tab that is there once, however often and however fast it is asked for. */

import type { WidgetTracker } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

/** Return the tab that is there, else a new one; of two that are made at once, one stays. */
export async function onlyTab<T extends Widget>(
  tracker: Pick<WidgetTracker<T>, 'find' | 'add'>,
  isIt: (tab: T) => boolean,
  make: () => Promise<T>
): Promise<T> {
  const known = tracker.find(isIt);
  if (known) {
    return known;
  }
  const made = await make();
  const other = tracker.find(isIt);
  if (other) {
    made.dispose();
    return other;
  }
  await tracker.add(made);
  return made;
}
