/** How the values of a curve are measured: in what unit, and how they are printed. */

import { binarySize, figure } from './figures';

export interface IMeasure {
  readonly print: (value: number) => string;
  /** Whether round values are powers of two. */
  readonly isBinary: boolean;
}

const SYSTEM = 'system/';

export const PLAIN: IMeasure = { print: figure, isBinary: false };

const PERCENT: IMeasure = { print: value => `${percent(value)} %`, isBinary: false };
const BYTES: IMeasure = { print: binarySize, isBinary: true };
const RATE: IMeasure = { print: value => `${binarySize(value)}/s`, isBinary: true };

// Read a row as: curves of the system with such a name are measured so.
const MEASURES: readonly [RegExp, IMeasure][] = [
  [/Utilization$/, PERCENT],
  [/^(Disk|Network)/, RATE],
  [/^Memory/, BYTES]
];

// The parts of a machine in the order in which people ask for them.
const PARTS = ['CPU', 'Memory', 'GPU', 'Disk', 'Network'];

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
    const name = systemName(line.name);
    const part = firstWord(name);
    const unit = MEASURES.findIndex(([pattern]) => pattern.test(name));
    const key = `${rank(part)} ${part} ${unit}`;
    charts.set(key, [...(charts.get(key) ?? []), line]);
  }
  return new Map([...charts].sort(([one], [other]) => one.localeCompare(other)));
}

/** Parts that nobody foresaw come last. */
function rank(part: string): number {
  const found = PARTS.indexOf(part);
  return found < 0 ? PARTS.length : found;
}

function percent(value: number): string {
  return String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1)));
}
