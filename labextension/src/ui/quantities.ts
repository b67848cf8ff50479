/** Which curves go into one chart: those that measure the same quantity. */

/** More lines than this in one chart tell nobody apart; what is left goes into the next one. */
const MOST_LINES = 20;

const KNOWN = new Map<string, string>();

/** Return the quantity a metric measures: `loss` of `train:loss`, `val_loss` and `test/loss`. */
export function quantity(name: string): string {
  return name.split(/[:/_.\-\s]+/).filter(Boolean).pop() ?? name;
}

/** Sort curves into charts: what measures the same quantity, as far as there is room in one. */
export function grouped<T extends { name: string }>(curves: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  const counts = new Map<string, number>();
  for (const curve of curves) {
    const name = remembered(curve.name);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const part = Math.floor(count / MOST_LINES);
    const key = part === 0 ? name : `${name} ${part + 1}`;
    const group = groups.get(key);
    if (group) {
      group.push(curve);
    } else {
      groups.set(key, [curve]);
    }
  }
  return groups;
}

/** Charts are sorted anew at each frame, and names do not change. */
function remembered(name: string): string {
  let found = KNOWN.get(name);
  if (found === undefined) {
    found = quantity(name);
    KNOWN.set(name, found);
  }
  return found;
}
