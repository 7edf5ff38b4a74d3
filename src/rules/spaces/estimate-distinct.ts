import { type Stream, stream } from '../../random/index.ts';
import { mean } from '../../statistics/index.ts';
import type { OnProgress } from './count-distinct.ts';
import type { IterationTokens } from './decode.ts';
import { binaryAllowed, pairAllowed } from './masks.ts';
import { Composer } from './sides.ts';
import type { Space } from './space.ts';
import { type Spellings, spellings } from './spellings.ts';

/** What random strings say of the distinct rules of a space too large to count. */
export interface DistinctEstimate {
  readonly samples: number;
  /** At most this share of the strings are distinct rules, within `error`. */
  readonly atMost: number;
  /** Half of the 95 % interval around `atMost`. */
  readonly error: number;
  /** Probability that two random strings denote the same rule. */
  readonly coincidence: number;
  /** Half of the 95 % interval around `coincidence`. */
  readonly coincidenceError: number;
}

export interface EstimateOptions {
  /** Random strings; two or more. */
  readonly samples: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/**
 * Bounds the share of distinct rules among the strings of any space, from random strings.
 *
 * With c(s) strings that denote the rule of a string s, the strings of one rule add 1 to Σ 1/c(s). So the share of distinct
 * rules is the mean of 1/c(s) over all strings, which a sample estimates without bias. c(s) itself cannot be counted,
 * but {@link spellings} counts a part of these strings, c'(s) ≤ c(s): the mean of 1/c'(s) bounds the share **from above**. Its
 * error is 1.96 standard errors of that mean. How far the share lies below, the sample cannot tell: rules that come
 * about in entirely different ways do not meet in it.
 *
 * The probability that two random strings denote one rule is estimated without bias by the share of equal pairs in the
 * sample; its error is 1.96 standard errors of that U-statistic (twice the deviation of every string's share of equals,
 * by √samples; Hoeffding 1948). Where no two are equal, it is 3 by the number of pairs.
 */
export async function estimateDistinct(
  space: Space,
  { samples, seed, onProgress = () => undefined }: EstimateOptions,
): Promise<DistinctEstimate> {
  const composer = new Composer(space);
  const draw = drawing(space, stream(seed, 'distinct rules'));
  const drawn: Spellings[] = [];
  while (drawn.length < samples) {
    drawn.push(spellings(space, composer, draw()));
    if (drawn.length % 20 === 0) await onProgress(drawn.length / samples);
  }
  const shares = meanAndError(drawn.map(({ count }) => 1 / count));
  const times = new Map<string, number>();
  for (const { key } of drawn) times.set(key, (times.get(key) ?? 0) + 1);
  const equals = meanAndError(drawn.map(({ key }) => ((times.get(key) as number) - 1) / (samples - 1)));
  return {
    samples,
    atMost: shares.mean,
    error: 1.96 * shares.error,
    coincidence: equals.mean,
    coincidenceError: equals.mean > 0 ? 2 * 1.96 * equals.error : 6 / (samples * (samples - 1)),
  };
}

/** The mean, and its standard error. */
function meanAndError(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { mean: center, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Draws strings of the space, each equally likely: constraints tie together only the two operands of an iteration. */
function drawing(space: Space, random: Stream): () => readonly IterationTokens[] {
  const choices = Array.from({ length: space.iterations }, (_, k) => ({
    pairs: pairsOf(space, k + 1),
    binary: [...space.binary.keys()].filter((b) => binaryAllowed(space, k + 1, b)),
  }));
  const among = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
  return () =>
    choices.map(({ pairs, binary }) => {
      const [op1, op2] = among(pairs);
      const u1 = random.integer(space.unary.length);
      const u2 = random.integer(space.unary.length);
      return { op1, op2, u1, u2, b: among(binary) };
    });
}

function pairsOf(space: Space, iteration: number): readonly (readonly [number, number])[] {
  const tokens = Array.from({ length: space.operands.length + iteration - 1 }, (_, token) => token);
  return tokens.flatMap((left) =>
    tokens
      .filter((right) => pairAllowed(space, iteration, left, right))
      .map((right) => [left, right] as const),
  );
}
