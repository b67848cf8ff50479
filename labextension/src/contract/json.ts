/** Reading JSON from the wire: `unknown` in, typed out, or a WireError that names the member. */

export class WireError extends Error {
  constructor(what: string, value: unknown) {
    super(`${what}, got ${(JSON.stringify(value) ?? String(value)).slice(0, 200)}`);
    this.name = 'WireError';
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Read an object. */
export function object(value: unknown, what = 'message'): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new WireError(`${what} must be an object`, value);
}

/** Read a list with a reader for its elements; an absent list is empty. */
export function list<T>(value: unknown, read: (item: unknown) => T): T[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.map(read);
  }
  throw new WireError('a list was expected', value);
}

/** Read a string member. */
export function text(from: JsonObject, name: string): string {
  const value = from[name];
  if (typeof value === 'string') {
    return value;
  }
  throw new WireError(`${name} must be a string`, value);
}

/** Read a string member that may be absent. */
export function textOr<T>(from: JsonObject, name: string, otherwise: T): string | T {
  const value = from[name];
  return typeof value === 'string' ? value : otherwise;
}

/** Read a number member; JSON has no NaN or Infinity, so those come as strings. */
export function number(from: JsonObject, name: string): number {
  const value = numberOr(from, name, undefined);
  if (value === undefined) {
    throw new WireError(`${name} must be a number`, from[name]);
  }
  return value;
}

/** Read a number member that may be absent. */
export function numberOr<T>(from: JsonObject, name: string, otherwise: T): number | T {
  const value = from[name];
  if (typeof value === 'number') {
    return value;
  }
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
    ? Number(value)
    : otherwise;
}

/** Read a list of numbers. */
export function floats(from: JsonObject, name: string): Float64Array {
  const values = list(from[name], value => number({ value }, 'value'));
  return Float64Array.from(values);
}

/** Read an object of strings; what is no string is left out. */
export function texts(value: unknown): Record<string, string> {
  const entries = Object.entries(object(value ?? {}));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  }));
}
