/** Numbers as people read them. */

const PLAIN = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5, useGrouping: false });

const ROUGH = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

/** Print a metric's value: five digits, powers of ten where zeros would hide them. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  }
  return size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(3) : PLAIN.format(value);
}

/** Print hours: two digits, for a cost is no measurement. */
export function hours(seconds: number): string {
  const value = seconds / 3600;
  return value > 0 && value < 0.01 ? '< 0.01' : ROUGH.format(value);
}

/** Print a number of bytes. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes > 0 ? Math.min(4, Math.floor(Math.log10(bytes) / 3)) : 0;
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** Print a number of bytes in units of 1024, as machines count their memory. */
export function binarySize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes >= 1 ? Math.min(4, Math.floor(Math.log2(bytes) / 10)) : 0;
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power > 0 && value < 100 ? 1 : 0).replace(/\.0$/, '')} ${units[power]}`;
}
