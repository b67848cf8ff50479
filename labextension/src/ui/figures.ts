/** Numbers as people read them. */

const PLAIN = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5, useGrouping: false });

/** Print a metric's value: five digits, powers of ten where zeros would hide them. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  }
  return size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(3) : PLAIN.format(value);
}
