/** A name and what it stands for, as they are typed. */

export type Pair = readonly [string, string];

/** Return the pairs that say something, as an object. */
export function filled(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(([key, value]) => [key.trim(), value]).filter(([key]) => key !== '')
  ) as Record<string, string>;
}

/** Return what a name stands for; nothing if it is not there. */
export function valueOf(pairs: readonly Pair[], name: string): string {
  return pairs.find(([key]) => key.trim() === name)?.[1] ?? '';
}

/** Return the pairs with another value for a name; without the name where the value is empty. */
export function withValue(pairs: readonly Pair[], name: string, value: string): Pair[] {
  const at = pairs.findIndex(([key]) => key.trim() === name);
  if (value === '') {
    return pairs.filter((_, place) => place !== at);
  }
  const pair: Pair = [name, value];
  return at < 0 ? [...pairs, pair] : pairs.map((each, place) => (place === at ? pair : each));
}

/** What keeps a row from being sent: its name is above it already, or it has none. */
export type Fault = 'repeated' | 'nameless' | null;

/** Return what is wrong with each row; names that are `taken` stand above all rows. */
export function faults(pairs: readonly Pair[], taken: readonly string[] = []): Fault[] {
  const seen = new Set(taken);
  return pairs.map(([key, value]) => {
    const name = key.trim();
    if (name === '') {
      return value.trim() === '' ? null : 'nameless';
    }
    const isRepeated = seen.has(name);
    seen.add(name);
    return isRepeated ? 'repeated' : null;
  });
}
