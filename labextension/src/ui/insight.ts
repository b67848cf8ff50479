/** Which rows of a long list are drawn: those in sight, and a few around them. */

/** The height of a row in pixels, in two lines and in columns; `joblist.css` says the same. */
export const [ROW, FLAT] = [52, 32];

/** Rows drawn above and below what is in sight. */
const SPARE = 6;

/** Return the first row and the row after the last one to draw. */
export function inSight(top: number, height: number, count: number, row = ROW): [number, number] {
  const first = Math.max(0, Math.floor(top / row) - SPARE);
  const last = Math.min(count, Math.ceil((top + height) / row) + SPARE);
  return [Math.min(first, last), last];
}
