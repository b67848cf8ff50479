/** Work that is done after a while, on a clock that tests bring along. */

/** Does some work after so many ms, unless what it returns is called before. */
export type Later = (work: () => void, wait: number) => () => void;

export const later: Later = (work, wait) => {
  const timer = setTimeout(work, wait);
  return () => { clearTimeout(timer); };
};
