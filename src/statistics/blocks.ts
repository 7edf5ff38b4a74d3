import { CONFIDENCE, type Interval, squaredError } from './mean-interval.ts';
import { studentQuantile } from './student.ts';
import { mean } from './summary.ts';

/** Values in a block at least: what lies further back says little of the next value. */
const SHORTEST = 10;
const FEWEST = 3;
/** Longer blocks, not more of them, make their means independent. */
const MOST = 5;

/**
 * The 95 % confidence interval of the mean of `a` less the mean of `b`, two stretches of series whose neighbours may be alike,
 * such as the rewards of a search that learns. Each is cut into blocks of ten values or more, at most five of them; the means of
 * blocks are nearly independent if the values are not, and Student's interval is taken of these. The method of batch means:
 * Conway, Some Tactical Problems in Digital Simulation (1963).
 *
 * null if one of them has fewer than thirty values, and if no block differs from another.
 */
export function blockedDifference(a: readonly number[], b: readonly number[]): Interval | null {
  const blocks = Math.min(MOST, ...[a, b].map(({ length }) => Math.floor(length / SHORTEST)));
  if (blocks < FEWEST) return null;
  const error = Math.sqrt(squaredError(blockMeans(a, blocks)) + squaredError(blockMeans(b, blocks)));
  if (error === 0) return null;
  const [middle, reach] = [mean(a) - mean(b), studentQuantile(CONFIDENCE, 2 * (blocks - 1)) * error];
  return { low: middle - reach, high: middle + reach };
}

function blockMeans(values: readonly number[], blocks: number): readonly number[] {
  const edge = (i: number) => Math.round((i * values.length) / blocks);
  return Array.from({ length: blocks }, (_, i) => mean(values.slice(edge(i), edge(i + 1))));
}
