import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../../test/arbitrary-rule.ts';
import { stream } from '../../random/index.ts';
import { call, type Expression } from '../language/expression.ts';
import { operationOf } from '../language/operations.ts';
import { printRule } from '../language/print.ts';
import { compileRule } from '../program/compile.ts';
import { canonicalize } from './canonicalize.ts';
import { ruleKey } from './key.ts';
import { parseRule } from './parse-rule.ts';

const key = (text: string): string => ruleKey(parseRule(text));

describe('ruleKey', () => {
  it('is 16 hexadecimal digits, the same for ever', () => {
    expect(key('g')).toBe('cd0aa9856147b6c5');
    expect(key('adam')).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['g + (w + m)', '(m + g) + w'],
    ['m / (sqrt(v) + eps)', 'adam'],
    ['exp(sign(g) * sign(m)) * g', 'g * exp(sign(ema(g, 0.9)) * sign(g))'],
    // one float32
    ['1e-4 * g', '1.00000000001e-4 * g'],
    ['clip(g, 0.1)', 'clip(g, 0.10000000001)'],
    ['g - 1', 'g - 0.99999999'],
  ])('is one for %s and %s', (a, b) => {
    expect(key(a)).toBe(key(b));
  });

  it.each([
    ['g', 'w'],
    ['g - w', 'w - g'],
    ['ema(g, 0.9)', 'acc(g, 0.9)'],
    ['clip(g, 1e-4)', 'clip(g, 1e-3)'],
    ['drop(g, 0.1)', 'drop(g, 0.3)'],
    ['cd', 'cd(1)'],
    // float64 arithmetic sees the difference
    ['0.9^t * g', '0.900000000001^t * g'],
    // a chain of products, and a call of pow
    ['g^3', 'g^3.00000001'],
    ['ema(g, 0.9)', 'ema(g, 0.9000000000001)'],
  ])('differs for %s and %s', (a, b) => {
    expect(key(a)).not.toBe(key(b));
  });

  it.each([
    ['drop(clip(g, 0.1), 0.3) * w', 'w * drop(clip(g, 0.10000000001), 0.3)'],
    ['acc(1e-4 * g, 0.9) + ema(noise, 0.5)', 'ema(noise, 0.5) + acc(1.00000000001e-4 * g, 0.90000000001)'],
    ['drop(m + w, 0.5) - anneal', '-(anneal - drop(w + m, 0.5))'],
  ])('gives %s and %s the same weights, to the bit', (a, b) => {
    expect(key(a)).toBe(key(b));
    expect(trained(a)).toEqual(trained(b));
  });

  it('is one for numbers that are 0 in float32, as the weights are, to the sign of a zero', () => {
    for (const [a, b] of [
      ['1e-320', '-1e-320'],
      ['norm(1e-320)', '-norm(1e-320)'],
    ] as const) {
      const stepped = [a, b].map((text) => {
        const weights = Float32Array.of(-0, 0);
        compileRule(parseRule(text)).start({ size: 2, steps: 1, seed: 1 }).step(weights, weights, 0.1);
        return weights;
      });
      expect(key(a)).toBe(key(b));
      expect(stepped[0]).toEqual(stepped[1]);
    }
  });

  it('does not depend on the writing, nor on which object is asked', () => {
    fc.assert(
      fc.property(expressions({ depth: 4 }), (e) => {
        expect(ruleKey(parseRule(printRule(e)))).toBe(ruleKey(e));
        expect(ruleKey(canonicalize(e))).toBe(ruleKey(e));
      }),
      { seed: 6, numRuns: 1000 },
    );
  });

  it('does not depend on the order and grouping of sums, products, minima and maxima', () => {
    const numbers = fc.constantFrom(0, 1, -1, 2, 0.5, 4);
    const random = stream(8, 'shuffle');
    const rules = fc.sample(expressions({ depth: 4, numbers }), { seed: 8, numRuns: 2000 });
    const different = rules.filter(
      (rule) => ruleKey(shuffled(rule, () => random.uniform() < 0.5)) !== ruleKey(rule),
    );
    // A square of a product is not multiplied out: (x * y) * (x * y) and x * (y * x * y) stay two keys.
    expect(different.length).toBeLessThan(5);
  });
});

/** Weights after three steps. */
function trained(text: string): Float32Array {
  const random = stream(9, 'weights');
  const numbers = () => Float32Array.from({ length: 32 }, () => random.normal());
  const weights = numbers();
  const stepper = compileRule(parseRule(text)).start({ size: 32, steps: 3, seed: 1 });
  for (let step = 0; step < 3; step++) stepper.step(weights, numbers(), 0.1);
  return weights;
}

/** The same rule with arguments exchanged and regrouped at random, wherever the operations allow it. */
function shuffled(e: Expression, coin: () => boolean): Expression {
  if (e.kind !== 'call') return e;
  const { commutative, associative } = operationOf(e).facts;
  const args = e.args.map((arg) => shuffled(arg, coin));
  const [x, y] = commutative && coin() ? args.toReversed() : args;
  if (associative && x?.kind === 'call' && x.name === e.name && coin()) {
    return call(e.name, [x.args[0] as Expression, call(e.name, [x.args[1] as Expression, y as Expression])]);
  }
  return call(e.name, commutative ? [x as Expression, y as Expression] : args, e.parameters);
}
