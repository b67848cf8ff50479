/** Which curves go into one chart: those that measure the same quantity. */

/** More charts than this cost more than they show; the last one takes what is left. */
const MOST_CHARTS = 24;

/** Return the quantity a metric measures: `loss` of `train:loss`, `val_loss` and `test/loss`. */
export function quantity(name: string): string {
  return name.split(/[:/_.\-\s]+/).filter(Boolean).pop() ?? name;
}

/** Sort lines into charts: what measures the same quantity goes together. */
export function grouped<T extends { name: string }>(lines: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const line of lines) {
    const key = quantity(line.name);
    const isRoom = groups.has(key) || groups.size < MOST_CHARTS;
    const group = isRoom ? key : [...groups.keys()][groups.size - 1];
    groups.set(group, [...(groups.get(group) ?? []), line]);
  }
  return groups;
}
