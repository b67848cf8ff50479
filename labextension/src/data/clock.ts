/** The time by which jobs are dated: the manager's, whatever the clock of the browser shows. */

/** Less than this may be the way of the message; seconds. */
const NOISE = 2;

let offset = 0;

/** Take what time it is at the manager; `here` is the browser's time. Both are epoch seconds. */
export function set(there: number, here = Date.now() / 1000): void {
  offset = Math.abs(there - here) < NOISE ? 0 : there - here;
}

/** Return the time at the manager, epoch seconds. */
export function now(here = Date.now() / 1000): number {
  return here + offset;
}
