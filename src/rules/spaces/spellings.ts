import { structure } from '../canonical/analysis.ts';
import { ruleKey } from '../canonical/key.ts';
import type { Expression } from '../language/expression.ts';
import type { IterationTokens } from './decode.ts';
import { binaryAllowed, pairAllowed } from './masks.ts';
import { type Composer, type Side, ways } from './sides.ts';
import type { Space } from './space.ts';

/** A rule, and a number of strings that denote it. */
export interface Spellings {
  readonly key: string;
  readonly count: number;
}

/**
 * The rule of a string, and how many strings denote it for these reasons: an iteration or a right side that nothing reads can
 * be anything; a side can be any operand and unary function that give its value; sides can be exchanged, or the binary function
 * replaced, where the value stays. Every string so counted computes the same values in the iterations that are read, so
 * the choices of the iterations multiply. Strings that come to the rule by other values are not counted.
 */
export function spellings(
  space: Space,
  composer: Composer,
  iterations: readonly IterationTokens[],
): Spellings {
  const read = iterationsRead(space, composer, iterations);
  const values = new Map(composer.operands.entries());
  let count = 1;
  let key = '';
  iterations.forEach((tokens, k) => {
    if (!read.has(k)) {
      count *= anything(space, k + 1);
      return;
    }
    const made = computed(composer, values, tokens);
    key = ruleKey(made.value);
    count *= waysTo(space, composer, { iteration: k + 1, sides: composer.sides(values), ...made });
    values.set(space.operands.length + k, made.value);
  });
  return { key, count };
}

/** The iterations, from 0, whose values the rule depends on. */
function iterationsRead(
  space: Space,
  composer: Composer,
  iterations: readonly IterationTokens[],
): ReadonlySet<number> {
  const read = new Set([iterations.length - 1]);
  for (const [k, { op1, op2, b }] of [...iterations.entries()].reverse()) {
    if (!read.has(k)) continue;
    for (const token of composer.usesRight[b] ? [op1, op2] : [op1]) read.add(token - space.operands.length);
  }
  return read;
}

interface Made {
  readonly value: Expression;
  /** Identities of the sides: the left one, and the right one where it is read. */
  readonly left: string;
  readonly right: string | undefined;
}

function computed(
  composer: Composer,
  values: ReadonlyMap<number, Expression>,
  { op1, op2, u1, u2, b }: IterationTokens,
): Made {
  const side = (operand: number, unary: number): Expression =>
    composer.images(values.get(operand) as Expression)[unary] as Expression;
  const x = side(op1, u1);
  if (!composer.usesRight[b]) return { value: composer.join(b, x, x), left: structure(x), right: undefined };
  const y = side(op2, u2);
  return { value: composer.join(b, x, y), left: structure(x), right: structure(y) };
}

/** Token choices of an iteration whose value nothing reads. */
function anything(space: Space, iteration: number): number {
  const binary = space.binary.filter((_, b) => binaryAllowed(space, iteration, b));
  const tokens = operandTokens(space, iteration);
  const pairs = tokens.reduce((sum, left) => sum + partners(space, iteration, left), 0);
  return pairs * space.unary.length ** 2 * binary.length;
}

const operandTokens = (space: Space, iteration: number): readonly number[] =>
  Array.from({ length: space.operands.length + iteration - 1 }, (_, token) => token);

const partners = (space: Space, iteration: number, left: number): number =>
  operandTokens(space, iteration).filter((right) => pairAllowed(space, iteration, left, right)).length;

interface Goal extends Made {
  readonly iteration: number;
  readonly sides: ReadonlyMap<string, Side>;
}

/** Token choices of an iteration that give its value: by the same two sides, or by any one side alone. */
function waysTo(space: Space, composer: Composer, { value, iteration, sides, left, right }: Goal): number {
  const straight = right === undefined ? [] : [[left, right]];
  const pairs = left === right ? straight : [...straight, ...straight.map((pair) => pair.toReversed())];
  let count = 0;
  for (const b of composer.usesRight.keys()) {
    if (!binaryAllowed(space, iteration, b)) continue;
    const gives = (x: Side, y: Side): boolean => same(composer.join(b, x.value, y.value), value);
    if (composer.usesRight[b]) {
      for (const [x, y] of pairs.map((pair) => pair.map((id) => sides.get(id)))) {
        if (x && y && gives(x, y)) count += ways(space, iteration, x, y);
      }
    } else {
      for (const x of sides.values()) if (gives(x, x)) count += waysAlone(space, iteration, x);
    }
  }
  return count;
}

/** In how many ways a side stands left of one that is not read. */
function waysAlone(space: Space, iteration: number, { tokens }: Side): number {
  return tokens.reduce((sum, left) => sum + partners(space, iteration, left), 0) * space.unary.length;
}

const same = (a: Expression, b: Expression): boolean => a === b || structure(a) === structure(b);
