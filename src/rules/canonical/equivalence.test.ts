import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../../test/arbitrary-rule.ts';
import { type Float64Step, startFloat64 } from '../../../test/float64.ts';
import { shapelessRules } from '../../../test/plain-rules.ts';
import { stream } from '../../random/index.ts';
import type { Expression } from '../language/expression.ts';
import { printRule } from '../language/print.ts';
import { decode, findSpace, positions, spaces } from '../spaces/index.ts';
import { canonicalize } from './canonicalize.ts';
import { parseRule } from './parse-rule.ts';

/** Every pair of these magnitudes of g and w, with both signs, and three random pairs. */
const MAGNITUDES = [0, 1e-30, 1e-8, 0.7, 30, 1e8, 1e30];
const STEPS = 3;
const SEED = 11;
const RTOL = 1e-9;

interface Inputs {
  readonly weights: Float64Array;
  readonly gradients: readonly Float64Array[];
}

function inputs(seed: number): Inputs {
  const random = stream(seed, 'equivalence');
  const pairs = MAGNITUDES.flatMap((g) => MAGNITUDES.map((w) => [g, w] as const));
  const signed = (magnitude: number): number =>
    (random.uniform() < 0.5 ? -1 : 1) * magnitude * (1 + random.uniform());
  return {
    weights: Float64Array.from(pairs, ([, w]) => signed(w)),
    gradients: Array.from({ length: STEPS }, () => Float64Array.from(pairs, ([g]) => signed(g))),
  };
}

/** How the values of a rule and of its canonical form compare, counted over weights and steps. */
interface Tally {
  compared: number;
  /** The original has an intermediate value that is not finite: nothing is promised. */
  overflowed: number;
  /** Rounding alone can move the original by more than the tolerance: a cancelled difference, a sign at its edge. */
  rounded: number;
  /** The same of the canonical form alone: regrouping made a difference cancel, or a product overflow. */
  regrouped: number;
}

const tally = (): Tally => ({ compared: 0, overflowed: 0, rounded: 0, regrouped: 0 });

/** Steps both and counts; throws at the first value that differs. */
function compare(rule: Expression, { weights, gradients }: Inputs, counts: Tally): void {
  const options = { size: weights.length, steps: STEPS, seed: SEED };
  const original = startFloat64(rule, options);
  const canonical = startFloat64(canonicalize(rule), options);
  gradients.forEach((gradient, step) => {
    const expected = original.step(weights, gradient);
    const received = canonical.step(weights, gradient);
    for (let i = 0; i < weights.length; i++) {
      const outcome = compareElement(expected, received, i);
      if (outcome !== 'differ') counts[outcome]++;
      else
        throw new Error(
          describeDifference(
            rule,
            { step, g: gradient[i], w: weights[i] },
            expected.values[i],
            received.values[i],
          ),
        );
    }
  });
}

function compareElement(expected: Float64Step, received: Float64Step, i: number): keyof Tally | 'differ' {
  const value = expected.values[i] as number;
  const canonical = received.values[i] as number;
  if (!expected.finite[i]) return 'overflowed';
  if ((expected.errors[i] as number) > RTOL * Math.abs(value)) return 'rounded';
  if (Math.abs(canonical - value) <= RTOL * Math.abs(value)) return 'compared';
  const uncertain = (received.errors[i] as number) > RTOL * Math.max(Math.abs(value), Math.abs(canonical));
  return !received.finite[i] || uncertain ? 'regrouped' : 'differ';
}

const describeDifference = (rule: Expression, at: object, expected?: number, received?: number): string =>
  `${printRule(rule)} is ${expected}, its canonical form ${printRule(canonicalize(rule))} is ${received}, at ${JSON.stringify(at)}`;

/** Compares many rules; says what share could not be compared and why, and bounds it. */
function compareAll(name: string, rules: readonly Expression[]): void {
  const counts = tally();
  rules.forEach((rule, i) => {
    compare(rule, inputs(i % 16), counts);
  });
  const total = counts.compared + counts.overflowed + counts.rounded + counts.regrouped;
  const share = (n: number): string => `${((100 * n) / total).toFixed(3)} %`;
  console.info(
    `${name}: of ${total} values of ${rules.length} rules, excluded ${share(counts.overflowed)} for intermediates that are not ` +
      `finite, ${share(counts.rounded)} within rounding of an edge, ${share(counts.regrouped)} for regrouped terms`,
  );
  expect(counts.compared / total).toBeGreaterThan(0.4);
  expect(counts.regrouped / total).toBeLessThan(0.001);
}

/** Rules of random tokens: every prefix of them is allowed, as no constraint is asked for. */
function randomRules(name: string, iterations: number, count: number): readonly Expression[] {
  const space = findSpace(name, { iterations });
  const random = stream(SEED, 'tokens', name, iterations);
  const sizes = positions(space).map(({ size }) => size);
  return Array.from({ length: count }, () =>
    decode(
      space,
      sizes.map((size) => random.integer(size)),
    ),
  );
}

describe('the canonical form in float64 has the value of the original to 1e-9', () => {
  it('for random expressions', () => {
    compareAll('expressions', fc.sample(expressions({ depth: 4 }), { seed: SEED, numRuns: 1200 }));
  });

  it.each(spaces.entries.flatMap(({ name }) => [1, 2, 3].map((iterations) => [name, iterations] as const)))(
    'for random rules of the space %s with %i iterations',
    (name, iterations) => {
      compareAll(`${name}/${iterations}`, randomRules(name, iterations, 80));
    },
  );

  it('for every rule of the catalogue that does not see the shapes of tensors', () => {
    compareAll(
      'catalogue',
      shapelessRules.map(({ text }) => parseRule(text)),
    );
  });

  it('finds a rewrite that is wrong for tiny values', () => {
    const rule = parseRule('log(exp(g))');
    const options = { size: 1, steps: 1, seed: SEED };
    const expected = startFloat64(rule, options).step([0], [1e-30]);
    const received = startFloat64(parseRule('g'), options).step([0], [1e-30]);
    expect(compareElement({ ...expected, errors: new Float64Array(1) }, received, 0)).toBe('differ');
  });
});
