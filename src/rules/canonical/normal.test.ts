import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../../test/arbitrary-rule.ts';
import { isStepScalar } from '../language/parts.ts';
import { printRule } from '../language/print.ts';
import { structure } from './analysis.ts';
import { normalize } from './canonicalize.ts';
import { type Core, type Normal, toExpression } from './normal.ts';
import { parseRule } from './parse-rule.ts';

/** A normal form as short data: `[coefficient, core]`, a core as a list of terms, of powers, or a call. */
function show({ coefficient, core }: Normal): unknown {
  return core.kind === 'one'
    ? coefficient
    : coefficient === 1
      ? showCore(core)
      : [coefficient, showCore(core)];
}

function showCore(core: Core): unknown {
  switch (core.kind) {
    case 'one':
      return 1;
    case 'sum':
      return { sum: core.terms.map(show) };
    case 'product':
      return { product: core.factors.map(({ base, exponent }) => [show(base), exponent]) };
    case 'operation':
      return core.args.length === 0 ? core.name : { [core.name]: core.args.map(show) };
  }
}

describe('normalize', () => {
  it.each([
    ['3', 3],
    ['g', 'g'],
    ['-2 * g', [-2, 'g']],
    [
      'g * w * g',
      {
        product: [
          ['g', 2],
          ['w', 1],
        ],
      },
    ],
    [
      'w * ld * 4 * w^3',
      [
        4,
        {
          product: [
            ['ld', 1],
            ['w', 4],
          ],
        },
      ],
    ],
    [
      '(g * w)^2 * 3',
      [
        3,
        {
          product: [
            [
              {
                product: [
                  ['g', 1],
                  ['w', 1],
                ],
              },
              2,
            ],
          ],
        },
      ],
    ],
    ['w - g', [-1, { sum: ['g', [-1, 'w']] }]],
    ['g + 2 * w + g + 1 + T', { sum: [1, 'T', [2, 'g'], [2, 'w']] }],
    ['exp(-g) / (2 * w)', [0.5, { div: [{ exp: [[-1, 'g']] }, 'w'] }]],
    ['sqrt(g)^4', { product: [['g', 2]] }],
    ['1e-30 * (1e-30 * g)', [1e-30, { product: [[[1e-30, 'g'], 1]] }]],
  ])('%s', (text, data) => {
    expect(show(normalize(parseRule(text)))).toEqual(data);
  });

  it('is the normal form of the expression that it is written as', () => {
    fc.assert(
      fc.property(expressions({ depth: 4 }), (e) => {
        const normal = normalize(e);
        const again = normalize(toExpression(normal));
        expect(printRule(toExpression(again))).toBe(printRule(toExpression(normal)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('carries the text of the expression, and whether it is a function of the step alone', () => {
    fc.assert(
      fc.property(expressions({ depth: 4 }), (e) => {
        const { core } = normalize(e);
        expect([core.text, core.isStep]).toEqual([structure(core.expression), isStepScalar(core.expression)]);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('remembers what it is asked to', () => {
    const rule = parseRule('exp(sign(g) * sign(m)) * g');
    const known = new Map();
    const normal = normalize(rule, known);
    expect(known.get(rule)).toBe(normal);
    expect(normalize(rule, known)).toBe(normal);
  });
});
