import { mean } from './summary.ts';

/**
 * The means of every `window` consecutive values: element i is the mean of values i … i + window − 1, so the result has
 * values.length − window + 1 elements. Each is summed afresh, so that no rounding is carried along.
 *
 * @throws RangeError unless window is an integer from 1 to values.length.
 * @example movingAverage([1, 2, 6], 2) // [1.5, 4]
 */
export function movingAverage(values: readonly number[], window: number): number[] {
  if (!Number.isInteger(window) || window < 1 || window > values.length) {
    throw new RangeError(`movingAverage: expected a window from 1 to ${values.length}, got ${window}`);
  }
  return Array.from({ length: values.length - window + 1 }, (_, i) => mean(values.slice(i, i + window)));
}
