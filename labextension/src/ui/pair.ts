/** A name and what it stands for, as they are typed. */

export type Pair = readonly [string, string];

/** Return the pairs that say something, as an object. */
export function filled(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(([key, value]) => [key.trim(), value]).filter(([key]) => key !== '')
  ) as Record<string, string>;
}
