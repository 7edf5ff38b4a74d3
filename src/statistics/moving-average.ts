import { mean } from './summary.ts';

/**
 * The means of every `window` consecutive values: element i is the mean of values i … i + window − 1, so the result has
 * values.length − window + 1 elements. Each is summed afresh, so that no rounding is carried along.
 *
 * @param step Only every so-many-th of them is wanted, the first included.
 * @throws RangeError unless window is an integer from 1 to values.length.
 * @example movingAverage([1, 2, 6], 2) // [1.5, 4]
 */
export function movingAverage(values: readonly number[], window: number, step = 1): number[] {
  if (!Number.isInteger(window) || window < 1 || window > values.length) {
    throw new RangeError(`movingAverage: expected a window from 1 to ${values.length}, got ${window}`);
  }
  const count = Math.ceil((values.length - window + 1) / step);
  return Array.from({ length: count }, (_, i) => mean(values.slice(i * step, i * step + window)));
}
