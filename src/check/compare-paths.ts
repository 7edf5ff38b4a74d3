import * as z from 'zod';
import * as f from '../fields.ts';
import type { Precision } from './float64.ts';
import { placeOf } from './trajectory.ts';

/** Where weights went: after every step, all tensors flat and joined. */
export type Weights = readonly (readonly number[])[];

/** Where weights should go. */
export interface ReferencePath {
  readonly starts: readonly number[];
  readonly weights: Weights;
  /** Whether a weight is known at a step; all are unless given. What is not known is not compared. */
  readonly known?: readonly (readonly boolean[])[];
}

/** The first place where weights part from where they should go; of that step, the one that is farthest off. */
export const differenceSchema = z.strictObject({
  step: f.count('the first step at which it shows, from 1'),
  tensor: f.count('the tensor, from 0'),
  index: f.count('index of the weight that is farthest off then, in the flat tensor'),
  found: f.figure('the weight that it has'),
  expected: f.figure('the weight that it should have'),
  share: f.figure('how far that is off, as a share of the way that the weight should have gone so far'),
});

export type WeightDifference = f.DataOf<typeof differenceSchema>;

interface PathComparison {
  /** The largest share of the way by which a weight is off, at any step; 0 where rounding explains it. */
  readonly largest: number;
  /** How many values were compared. */
  readonly compared: number;
  readonly difference: WeightDifference | null;
}

/** What one rounding of a weight may move it, as a share of it. */
const ROUNDING: Readonly<Record<Precision, number>> = { float64: 2 ** -52, float32: 2 ** -23 };

/**
 * Compares weights with where they should go. They agree if each is off by at most `bound` times the way that it should have gone, all
 * steps added up, beyond one rounding of the weight per step.
 */
export function comparePaths(
  found: Weights,
  { starts, weights, known }: ReferencePath,
  bound: number,
  precision: Precision,
): PathComparison {
  const ways = starts.map(() => 0);
  const largestWeights = starts.map(Math.abs);
  let [largest, compared] = [0, 0];
  let difference: WeightDifference | null = null;
  for (const [s, expectedRow] of weights.entries()) {
    let worst: WeightDifference | undefined;
    for (const [i, expected] of expectedRow.entries()) {
      const before = s === 0 ? starts[i]! : weights[s - 1]![i]!;
      ways[i]! += Math.abs(expected - before);
      largestWeights[i] = Math.max(largestWeights[i]!, Math.abs(expected));
      if (known?.[s]?.[i] === false) continue;
      compared += 1;
      const rounding = (s + 1) * ROUNDING[precision] * largestWeights[i]!;
      const value = found[s]![i]!;
      const share = shareOf(value, expected, { rounding, way: ways[i]! });
      largest = Math.max(largest, share);
      if (share > bound && !(share <= (worst?.share ?? 0))) {
        worst = { step: s + 1, ...placeOf(i), found: value, expected, share };
      }
    }
    difference ??= worst ?? null;
  }
  return { largest, compared, difference };
}

interface Scale {
  readonly rounding: number;
  readonly way: number;
}

function shareOf(found: number, expected: number, { rounding, way }: Scale): number {
  if (Object.is(found, expected)) return 0;
  const off = Math.max(0, Math.abs(found - expected) - rounding);
  if (off === 0) return 0;
  const share = off / way;
  return Number.isNaN(share) ? Infinity : share;
}
