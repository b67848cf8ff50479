/** Work that is done by one at a time, and once more for all who ask meanwhile. */

/** Return what does the work; who asks while it is done may want what came after it began. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let [isBusy, isWanted] = [false, false];
  return async () => {
    isWanted = true;
    if (isBusy) {
      return;
    }
    isBusy = true;
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      isBusy = false;
    }
  };
}
