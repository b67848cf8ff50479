/** Channels made from paths that are dropped on the form. */

import type { Pair } from '../contract/pair';

/** What the first channel is called, as everybody calls it. */
const FIRST = 'training';

/** Return a path without its drive: collaboration puts files on a drive of its own. */
export function localPath(path: string): string {
  return path.replace(/^[^/:]+:(?!\/)/, '');
}

/** Return a name for a channel from what it reads; names that are taken get a number. */
export function channelName(path: string, taken: ReadonlySet<string>): string {
  const stem = path.replace(/\/+$/, '').split('/').pop()?.replace(/\.[^.]*$/, '') ?? '';
  const base = stem.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^-+|-+$/g, '') || FIRST;
  let name = base;
  for (let number = 2; taken.has(name); number++) {
    name = `${base}-${number}`;
  }
  return name;
}

/** Return the pairs with a channel for each path, the first of them in `row` if there is one. */
export function withDropped(
  pairs: readonly Pair[],
  paths: readonly string[],
  row: number
): Pair[] {
  const found = pairs.filter(([name, value], at) => at === row || name !== '' || value !== '');
  const at = pairs[row] ? found.indexOf(pairs[row]) : -1;
  for (const [number, full] of paths.entries()) {
    const path = localPath(full);
    const taken = new Set(found.map(([name]) => name.trim()));
    if (number === 0 && at >= 0) {
      found[at] = [found[at][0] || channelName(path, taken), path];
    } else {
      found.push([channelName(path, taken), path]);
    }
  }
  return found;
}
