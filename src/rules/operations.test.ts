import { describe, expect, it } from 'vitest';
import { rangeOf } from './analysis.ts';
import type { ElementOperation } from './operation.ts';
import { lowered, operationOf, operations } from './operations.ts';
import { parseRule } from './parse.ts';
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
const elements = [...operations.values()].filter((o): o is ElementOperation => o.kind === 'element');
const pairs = VALUES.flatMap((x) => VALUES.map((y) => [x, y] as const));

/** Finite parameters that the operation takes. */
const parametersOf = (o: ElementOperation): readonly number[] => o.parameters.map(() => 0.1);

describe.each(elements.map((o) => [o.name, o] as const))('%s', (_, operation) => {
  const parameters = parametersOf(operation);
  const names = ['x', 'y'].slice(0, operation.arity);
  const compiled = new Function(...names, `return ${operation.javascript(names, parameters)};`) as (
    ...args: readonly number[]
  ) => number;
  const inputs = operation.arity === 1 ? VALUES.map((x) => [x] as const) : pairs;

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
  });

  it('decay as the paper says', () => {
    const at = (name: string, t: number, ...parameters: readonly number[]) => {
      const operation = operationOf({ name });
      return operation.kind === 'step' ? operation.value(t, 100, parameters) : Number.NaN;
    };
    expect([at('ld', 1), at('ld', 51)]).toEqual([1, 0.5]);
    expect([at('cd', 1, 0.5), at('cd', 51, 0.5), at('cd', 101, 0.5)]).toBeAllclose([1, 0.5, 0]);
    expect([at('rd', 1, 1), at('rd', 51, 1), at('rd', 51, 2)]).toBeAllclose([1, 0.5, 1]);
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
