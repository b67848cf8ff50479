/** Smoothed curves: an exponential moving average that begins without a bias towards nothing. */

/**
 * Smooth values; a weight of 0 leaves them as they are, one near 1 follows them slowly.
 *
 * What is no finite number stays what it is, and the average goes on behind it.
 */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  if (weight <= 0) {
    return values;
  }
  let average = 0;
  let share = 1; // of the beginning, which was nothing, in the average
  return values.map(value => {
    if (!Number.isFinite(value)) {
      return value;
    }
    average = weight * average + (1 - weight) * value;
    share *= weight;
    return average / (1 - share);
  });
}
