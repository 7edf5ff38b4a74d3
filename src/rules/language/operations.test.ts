import { describe, expect, it } from 'vitest';
import { rangeOf } from '../canonical/analysis.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { elements as javascript } from '../program/javascript.ts';
import type { ElementOperation, StepOperation } from './operation.ts';
import { type Known, lowered, operationOf, operations } from './operations.ts';
import { printRule } from './print.ts';

const VALUES = [
  0,
  -0,
  1,
  -1,
  0.3,
  -2.5,
  1e-3,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
  88,
  -104,
  Infinity,
  -Infinity,
  Number.NaN,
].map(Math.fround);
const elements = [...operations.values()].filter((o): o is Known<'element'> => o.kind === 'element');
const triples = VALUES.flatMap((z) => VALUES.map((x, i) => [z, x, VALUES.at(5 - i)!] as const));
const pairs = VALUES.flatMap((x) => VALUES.map((y) => [x, y] as const));

/** Finite parameters that the operation takes. */
const parametersOf = (o: Known<'element'>): readonly number[] => o.parameters.map(() => 0.1);

describe.each(elements.map((o) => [o.name, o] as const))('%s', (_, operation) => {
  const parameters = parametersOf(operation);
  const names = ['x', 'y', 'z'].slice(0, operation.arity);
  const compiled = new Function(...names, `return ${javascript[operation.name](names, parameters)};`) as (
    ...args: readonly number[]
  ) => number;
  const inputs = [VALUES.map((x) => [x] as const), pairs, triples][operation.arity - 1]!;

  it('means the same in JavaScript text as in float64 rounded once', () => {
    for (const args of inputs) {
      expect([args, compiled(...args)]).toEqual([args, Math.fround(operation.float64(args, parameters))]);
    }
  });

  it('has the facts that it declares', () => {
    const f = (...args: readonly number[]): number => operation.float64(args, parameters);
    const { facts } = operation;
    for (const [x, y] of pairs) {
      if (facts.commutative) expect(f(x, y)).toBe(f(y, x));
      if (facts.odd) expect(f(-x) + 0).toBe(-f(x) + 0);
      if (facts.even) expect(f(-x)).toBe(f(x));
      if (facts.keepsSign && Number.isFinite(f(x))) expect(Math.sign(f(x)) + 0).toBe(Math.sign(x) + 0);
      if (facts.idempotent)
        expect(operation.arity === 1 ? f(f(x)) : f(x, x)).toBe(operation.arity === 1 ? f(x) : x);
      if (facts.threeValued === 'always' && !Number.isNaN(x)) expect([-1, 0, 1]).toContain(f(x));
    }
    if (facts.zero) expect(f(0) + 0).toBe(0);
  });
});

describe('operations', () => {
  it('take the signs of zeros and NaN as the language says', () => {
    const of = (name: string, ...args: readonly number[]) =>
      (operationOf({ name }) as ElementOperation).float64(args, [0.1]);
    expect(of('sign', -0)).toBe(0);
    expect(of('sign', Number.NaN)).toBeNaN();
    expect(of('clip', Number.NaN)).toBeNaN();
    expect(of('min', Number.NaN, 1)).toBeNaN();
    expect(of('clip', -7)).toBe(-0.1);
    expect([of('lt', Number.NaN, 1), of('le', 1, Number.NaN), of('lt', -0, 0), of('le', 0, -0)]).toEqual([
      0, 0, 0, 1,
    ]);
    expect([of('where', -0, 1, 2), of('where', Number.NaN, 1, 2), of('where', 0, Number.NaN, 2)]).toEqual([
      2, 1, 2,
    ]);
  });

  it('decay as the paper says', () => {
    const at = (name: string, t: number, ...parameters: readonly number[]) => {
      const operation = operationOf({ name });
      return operation.kind === 'step' ? operation.value(t, 100, parameters, 0) : Number.NaN;
    };
    expect([at('ld', 1), at('ld', 51)]).toEqual([1, 0.5]);
    expect([at('cd', 1, 0.5), at('cd', 51, 0.5), at('cd', 101, 0.5)]).toBeAllclose([1, 0.5, 0]);
    expect([at('rd', 1, 1), at('rd', 51, 1), at('rd', 51, 2)]).toBeAllclose([1, 0.5, 1]);
  });

  describe.each([1, 7, 10, 100])('decays over %i steps', (T) => {
    const steps = [1, 2, T, T + 1, T + 2, 2 * T + 1, 5 * T + 3, 1e9, Number.MAX_SAFE_INTEGER];
    const at = (name: string, t: number, ...parameters: readonly number[]) =>
      (operationOf({ name }) as StepOperation).value(t, T, parameters, 0);

    // Python's write-up of the three in TensorFlow 1.15, contrib/opt/python/training/sign_decay_test.py.
    const published = {
      ld: (step: number) => (T - Math.min(step, T)) / T,
      cd: (step: number, n: number) => 0.5 * (1 + Math.cos((Math.PI * 2 * n * Math.min(step, T)) / T)),
      rd: (step: number, n: number) => 0.5 * (1 + Math.cos((Math.PI * ((n * Math.min(step, T)) % T)) / T)),
    };

    it.each(steps)('are TensorFlow’s at step %d, before and after the last', (t) => {
      expect(at('ld', t)).toBeCloseTo(published.ld(t - 1), 12);
      for (const n of [0.5, 1, 2, 5, 0.3, 1.75]) {
        expect(at('cd', t, n)).toBeCloseTo(published.cd(t - 1, n), 12);
        expect(at('rd', t, n)).toBeCloseTo(published.rd(t - 1, n), 12);
      }
    });

    it('stay between 0 and 1, and where they are once the steps are over', () => {
      const ends = [at('ld', T + 1), at('cd', T + 1, 0.5), at('rd', T + 1, 1)];
      expect(ends).toEqual([0, 0, 1]);
      for (const t of steps.filter((step) => step > T)) {
        expect([at('ld', t), at('cd', t, 0.5), at('rd', t, 1)]).toEqual(ends);
      }
    });

    it('are to the bit what they were up to step T', () => {
      for (let t = 1; t <= T + 1; t++) {
        expect(at('ld', t)).toBe(1 - (t - 1) / T);
        expect(at('cd', t, 0.3)).toBe(0.5 * (1 + Math.cos((2 * Math.PI * 0.3 * (t - 1)) / T)));
        expect(at('rd', t, 1.75)).toBe(0.5 * (1 + Math.cos((Math.PI * ((1.75 * (t - 1)) % T)) / T)));
      }
    });
  });

  it.each([
    ['g^3', 'g * g * g'],
    ['g^1', 'g'],
    ['g^0', '1'],
    ['g^-2', '1 / (g * g)'],
    ['g^65', 'g^65'],
    ['g^0.5', 'g^0.5'],
    ['rmsprop', 'g / (sqrt(v) + eps)'],
  ])('lower %s to %s', (text, expected) => {
    expect(printRule(lowered(parseRule(text)))).toBe(expected);
  });

  it.each([
    ['1 - 0.5^t', 0.5, 1],
    ['exp(sign(g))', Math.exp(-1), Math.E],
    ['v', 0, Infinity],
    ['clip(g, 0.5) - 2', -2.5, -1.5],
    ['1 / (1 + g^2)', 0, 1],
    ['abs(tanh(g)) + g^-2', 0, Infinity],
    ['g * w', -Infinity, Infinity],
    ['acc(abs(w), 0.9)', 0, Infinity],
    ['drop(1, 0.3)', 0, 1],
    ['max(g, 3)', 3, Infinity],
  ])('keep %s in [%d, %d]', (text, low, high) => {
    const rule = parseRule(text);
    expect(rangeOf(rule.kind === 'leaf' ? lowered(rule) : rule)).toEqual({ low, high });
  });
});
