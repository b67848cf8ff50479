/** How the values of a curve are measured: in what unit, and how they are printed. */

import { binarySize, figure } from './figures';

export interface IMeasure {
  readonly print: (value: number) => string;
  /** Whether round values are powers of two. */
  readonly isBinary: boolean;
}

const SYSTEM = 'system/';

export const PLAIN: IMeasure = { print: figure, isBinary: false };

const PERCENT: IMeasure = { print: value => `${figure(value)} %`, isBinary: false };
const BYTES: IMeasure = { print: binarySize, isBinary: true };
const RATE: IMeasure = { print: value => `${binarySize(value)}/s`, isBinary: true };

// Read a row as: curves of the system with such a name are measured so.
const MEASURES: readonly [RegExp, IMeasure][] = [
  [/Utilization$/, PERCENT],
  [/^(Disk|Network)/, RATE],
  [/^Memory/, BYTES]
];

/** Whether a curve tells of the machine, and not of what is trained. */
export function isSystem(name: string): boolean {
  return name.startsWith(SYSTEM);
}

/** Return the name of a system's curve as its chart shows it. */
export function systemName(name: string): string {
  return name.slice(SYSTEM.length);
}

/** Return how a curve of the system is measured. */
export function measureOf(name: string): IMeasure {
  return MEASURES.find(([pattern]) => pattern.test(systemName(name)))?.[1] ?? PLAIN;
}

/** Return the first word of a name in capitals: `GPU` of `system/GPUMemoryUtilization`. */
function firstWord(name: string): string {
  return /^(?:[A-Z]+(?![a-z])|[A-Z][a-z]+)/.exec(name)?.[0] ?? name;
}

/** Sort curves of the system into charts: one part of the machine and one unit each. */
export function systemCharts<T extends { name: string }>(lines: readonly T[]): Map<string, T[]> {
  const charts = new Map<string, T[]>();
  for (const line of lines) {
    const { name } = line;
    const place = MEASURES.findIndex(([pattern]) => pattern.test(systemName(name)));
    const key = `${firstWord(systemName(name))} ${place}`;
    charts.set(key, [...(charts.get(key) ?? []), line]);
  }
  return charts;
}
