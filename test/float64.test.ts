import { describe, expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { parseRule } from '../src/rules/canonical/parse-rule.ts';
import { compileRule } from '../src/rules/program/compile.ts';
import { type Float64Step, startFloat64 } from './float64.ts';
import { plainRules } from './plain-rules.ts';

/** The steps of one weight. */
function steps(text: string, gradients: readonly number[]): Float64Step[] {
  const stepper = startFloat64(parseRule(text), { size: 1, steps: gradients.length, seed: 0 });
  return gradients.map((gradient) => stepper.step([0.5], [gradient]));
}

const values = (text: string, gradients: readonly number[]): number[] =>
  steps(text, gradients).map((step) => step.values[0] as number);
const errors = (text: string, gradients: readonly number[]): number[] =>
  steps(text, gradients).map((step) => step.errors[0] as number);
const finite = (text: string, gradients: readonly number[]): number[] =>
  steps(text, gradients).map((step) => step.finite[0] as number);

describe('the float64 reference', () => {
  it('computes what the expression says, states included', () => {
    expect(values('w * g - t / T', [1, 2])).toEqual([0, 0]);
    expect(values('acc(g, 0.5) + prev(g)', [1, 2, 4])).toEqual([1, 3.5, 7.25]);
    expect(values('m', [3, 5])).toBeAllclose([3, (0.9 * 0.3 + 0.5) / 0.19], { rtol: 1e-14 });
  });

  it('agrees with the compiled step over 20 steps of every rule of the catalogue', () => {
    for (const { text } of plainRules) {
      const rule = parseRule(text);
      const options = { size: 40, steps: 20, seed: 7, learningRate: 1 };
      const [compiled, reference] = [compileRule(rule).start(options), startFloat64(rule, options)];
      const source = stream(1, 'gradients', text);
      for (let step = 0; step < 20; step++) {
        const gradient = Float32Array.from({ length: 40 }, () => source.normal());
        const weights = new Float32Array(40).fill(2 ** -100);
        const expected = reference.step(weights, gradient);
        expect(compiled.step(weights, gradient, 1)).toBe(true);
        expect(weights.map((w) => -w)).toBeAllclose(expected.values, { rtol: 1e-4, atol: 1e-6 });
      }
    }
  });

  it('remembers that a value was not finite', () => {
    expect(finite('1 / (1 / g)', [1, 0, 1])).toEqual([1, 0, 1]);
    expect(finite('acc(1 / (1 / g), 0.5)', [1, 0, 1])).toEqual([1, 0, 0]);
    expect(finite('clip(log(abs(g)), 1)', [0.5, 0])).toEqual([1, 0]);
    expect(finite('g + 1', [Infinity])).toEqual([0]);
  });

  it('bounds what rounding can have done: little where a rule is well conditioned', () => {
    for (const text of ['g', 'adam', 'exp(sign(g) * sign(m)) * g', 'sqrt(abs(g)) / (m + 1)']) {
      for (const error of errors(text, [0.3, 0.7, 1.3])) expect(error).toBeLessThan(2e-12);
    }
  });

  it('bounds what rounding can have done: all of it where terms cancel or an edge is near', () => {
    expect(errors('(1e20 + g) - 1e20', [1])[0]).toBeGreaterThan(1e3);
    expect(errors('sign(0.1 * g - 0.3)', [3])[0]).toBeGreaterThanOrEqual(1);
    expect(errors('sign(g)', [0])[0]).toBe(0);
    expect(errors('sqrt(0.3 - 0.1 * g)', [3])[0]).toBe(Infinity);
  });
});
