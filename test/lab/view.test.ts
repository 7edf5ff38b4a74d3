import { describe, expect, it } from 'vitest';
import { distanceToMinimum, runTrajectory, testFunctions } from '../../src/functions/index.ts';
import {
  catalogue,
  compileRule,
  latexRule,
  operations,
  parseRule,
  resolveRule,
} from '../../src/rules/index.ts';
import { answer } from '../../web/lab/answer.ts';
import { contoursOf } from '../../web/lab/contour.ts';
import { type MathNode, mathOf } from '../../web/lab/mathml.ts';
import type { Path } from '../../web/lab/protocol.ts';
import { scaleOf, thinned } from '../../web/lab/scale.ts';
import { likenessOf, viewRule } from '../../web/lab/view.ts';
import { sampledRules } from '../sampled-rules.ts';

describe('viewRule', () => {
  it('tells of a rule what `nos rule` tells', () => {
    expect(viewRule('exp(sign(m) * sign(g)) * g')).toMatchObject({
      kind: 'rule',
      canonical: 'exp(sign(ema(g, 0.9)) * sign(g)) * g',
      names: ['powersign', 'table1-4'],
      slots: 1,
      remarks: [],
    });
    expect(viewRule('w')).toMatchObject({ remarks: ['it does not depend on the gradient'] });
  });

  it('points at the place of an error', () => {
    expect(viewRule('sign(g) * foo')).toMatchObject({ kind: 'fault', pointed: 'sign(g) * foo\n          ^' });
    expect(viewRule('adm')).toMatchObject({ kind: 'fault', message: expect.stringContaining("'adm'") });
    expect(viewRule('')).toMatchObject({ kind: 'fault' });
  });
});

it('likenessOf names what does the same, and what does at another learning rate', () => {
  expect(likenessOf(parseRule('sign(g) * abs(g)')).same).toContain('sgd');
  expect(likenessOf(parseRule('10 * g')).scaled).toContainEqual({ name: 'sgd', factor: 10 });
  expect(likenessOf(parseRule('tanh(m) - v'))).toEqual({ same: [], scaled: [] });
});

const textOf = ({ text, parts = [] }: MathNode): string => text ?? parts.map(textOf).join('');

/** Operations that are not written as a name and its arguments. */
const WRITTEN: Readonly<Record<string, string>> = {
  ...{
    add: 'g + w',
    sub: 'g - w',
    mul: 'g * w',
    div: 'g / w',
    neg: '-g',
    pow: 'g^2',
    lt: 'g < w',
    le: 'g <= w',
  },
  ...{ rec: 'rec(0, self + g)', self: 'rec(0, self + g)' },
  ...{ orth: 'orth(g); vectors: g', kinds: 'matrices: g; vectors: w', eval: 'g; eval: ema(w, 0.9)' },
};

describe('mathOf', () => {
  it('reads the LaTeX of every named rule, and of random ones', () => {
    for (const rule of [...catalogue.map(({ text }) => parseRule(text)), ...sampledRules(100)]) {
      const latex = latexRule(rule);
      expect(mathOf(latex), latex).toBeDefined();
    }
  });

  it('reads the LaTeX of every operation', () => {
    for (const { name, arity = 0, parameters } of operations.values() as Iterable<{
      readonly name: string;
      readonly arity?: number;
      readonly parameters: readonly { readonly fallback?: number }[];
    }>) {
      const args = [
        ...Array(arity).fill('g'),
        ...parameters.filter((one) => one.fallback === undefined).map(() => '0.5'),
      ];
      const latex = latexRule(
        parseRule(
          WRITTEN[name] ??
            name
              .replace(/^global (\w+)$/, 'global($1(g))')
              .replace(/^\w+$/, (word) => (args.length > 0 ? `${word}(${args.join(', ')})` : word)),
        ),
      );
      expect(mathOf(latex), latex).toBeDefined();
    }
  });

  it('puts every part in its place', () => {
    expect(mathOf('\\frac{g}{\\sqrt{\\hat v} + 10^{-8}}')).toEqual({
      tag: 'mrow',
      parts: [
        {
          tag: 'mfrac',
          parts: [
            { tag: 'mi', text: 'g' },
            {
              tag: 'mrow',
              parts: [
                {
                  tag: 'msqrt',
                  parts: [
                    {
                      tag: 'mover',
                      parts: [
                        { tag: 'mi', text: 'v' },
                        { tag: 'mo', text: '^' },
                      ],
                    },
                  ],
                },
                { tag: 'mo', text: '+' },
                {
                  tag: 'msup',
                  parts: [
                    { tag: 'mn', text: '10' },
                    {
                      tag: 'mrow',
                      parts: [
                        { tag: 'mo', text: '−' },
                        { tag: 'mn', text: '8' },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(textOf(mathOf('\\operatorname{ema}_{0.9}\\left(g\\right)')!)).toBe('ema0.9(g)');
  });

  it('gives up on what it does not know', () => {
    expect(mathOf('\\unknown{g}')).toBeUndefined();
    expect(mathOf('\\frac{g}')).toBeUndefined();
  });
});

describe('the worker', () => {
  it('follows a rule to the bits of the compiled step', () => {
    for (const { name, bounds } of testFunctions.entries) {
      const start = [bounds[0][0] / 2, bounds[1][1] / 2] as const;
      const [path] = answer({
        ...{ kind: 'descend', testFunction: name, start, steps: 50, seed: 7 },
        rules: [{ index: 0, text: 'adam + drop(g, 0.3)', learningRate: 0.01 }],
      }) as readonly [Path];
      const testFunction = testFunctions.find(name);
      const rule = compileRule(resolveRule('adam + drop(g, 0.3)'));
      const expected = runTrajectory({ testFunction, rule, learningRate: 0.01, steps: 50, seed: 7, start });
      expect([...path.points]).toEqual(expected.points.flat());
      expect([...path.excess]).toEqual(expected.values.map((value) => value - testFunction.least));
      expect(path.distance).toBe(distanceToMinimum(testFunction, expected.points.at(-1)!));
    }
  });
});

describe('contoursOf', () => {
  it('has the proportions of the function, and a line wherever half a decade ends', () => {
    const { width, height, pixels } = contoursOf(testFunctions.find('ill-conditioned'), 80);
    expect([width, height]).toEqual([80, 60]);
    // Along x from the minimum at 2.5/4 of the width: ½ x² is 10^(k/2) at the lines.
    const opacities = Array.from({ length: 80 }, (_, i) => pixels[(30 * 80 + i) * 4 + 3]!);
    expect(new Set(opacities).size).toBeGreaterThan(3);
    expect(opacities[79]!).toBeLessThan(opacities[52]!);
  });
});

describe('a chart', () => {
  it('has round ticks, on linear and logarithmic axes', () => {
    expect(scaleOf({ label: '' }, [0, 300], [0, 100]).ticks).toEqual([0, 100, 200, 300]);
    expect(scaleOf({ label: '', log: true }, [2e-3, 500], [0, 100]).ticks).toEqual([0.01, 0.1, 1, 10, 100]);
    const { at } = scaleOf({ label: '', log: true }, [1, 100], [0, 200]);
    expect([1, 10, 100].map(at)).toEqual([0, 100, 200]);
    expect(scaleOf({ label: '' }, [], [0, 100]).ticks.length).toBeGreaterThan(1);
    expect(scaleOf({ label: '' }, [3, 3], [0, 100]).at(3)).toBe(0);
  });

  it('keeps the last point of a line that it thins out', () => {
    const points = Array.from({ length: 5_001 }, (_, i) => [i, i] as const);
    expect(thinned(points).length).toBeLessThan(420);
    expect(thinned(points).at(-1)).toEqual([5_000, 5_000]);
  });
});
