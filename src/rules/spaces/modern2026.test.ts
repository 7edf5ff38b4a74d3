import { describe, expect, it } from 'vitest';
import { ordinaryUpdates } from '../behaviour/behaviour.ts';
import { distance } from '../behaviour/distance.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { resolveRule } from '../catalogue/catalogue.ts';
import { decode } from './decode.ts';
import { distinctRules } from './distinct.ts';
import { encode } from './encode.ts';
import { findSpace } from './find.ts';

const LION = '0.9 * prev(ema(g, 0.99)) + 0.1 * g';
const CHANGE = '0.9 * where(t < 2, 0, g - prev(g))';
const SLOW = '5 * t / T * ema(g, exp(-1 / (9.4912 + 9990 * t / T)))';
const YOGI = 'rec(1e-6, self - 1e-3 * sign(self - g^2) * g^2)';

const average = (x: string): string => `ema(${x}, 0.9) / (1 - 0.9^t)`;
const squares = (x: string): string => `ema((${x})^2, 0.999) / (1 - 0.999^t)`;
const overRoot = (x: string, y: string): string => `(${x}) / (sqrt(abs(${y})) + eps)`;
const adamOf = (x: string): string => overRoot(average(x), squares(x));
const masked = (x: string, y: string): string => `where(0 < ${x} * ${y}, ${x}, 0)`;
const through = (x: string, mask: string): string => `${x} * (${mask}) / max(mean(${mask}), 1e-3)`;
const asLargeAs = (x: string, y: string): string => `(${x}) * max(rms(${y}), 1e-3) / max(rms(${x}), eps)`;

/** Optimizers by the fewest iterations that reach them. */
const members: Readonly<Record<1 | 2 | 3, Readonly<Record<string, string>>>> = {
  1: {
    sgd: 'g',
    adam: 'adam',
    adamw: 'adam + 1e-2 * w',
    rmsprop: 'rmsprop',
    adagrad: overRoot('g', 'acc(g^2, 1)'),
    adamax: 'm / (rec(0, max(0.999 * self, abs(g))) + eps)',
    signsgd: 'sign(g)',
    lion: `sign(${LION})`,
    'Lion with decoupled decay': `sign(${LION}) + 1e-2 * w`,
    Signum: 'sign(m)',
    "Nesterov's momentum": '0.9 * m + 0.1 * g',
    'AMSGrad, the maximum of corrected averages': overRoot('m', 'rec(0, max(self, v))'),
    'Yogi without corrections': overRoot('m', YOGI),
    AdaBelief: overRoot('m', squares('g - ema(g, 0.9)')),
    LaProp: average('rmsprop'),
    Grams: 'sign(g) * abs(adam)',
    'normalized momentum': asLargeAs('m', '1'),
  },
  2: {
    powersign: 'exp(sign(g) * sign(m)) * g',
    'NAdam at constant momentum': overRoot('0.9 * m + 0.1 * g', 'v'),
    'Adan 0.9, 0.9, 0.999': adamOf(`(g + ${CHANGE})`),
    'MARS 0.9, 0.999 without its bound': adamOf(`(g + 0.5 * (${CHANGE}))`),
    ademamix: `(m + ${SLOW}) / (sqrt(abs(v)) + eps)`,
    'AMSGrad with decoupled decay': `${overRoot('m', 'rec(0, max(self, v))')} + 1e-2 * w`,
    'AdaBelief with decoupled decay': `${overRoot('m', squares('g - ema(g, 0.9)'))} + 1e-2 * w`,
    'Cautious Adam': through('adam', '0 < m * g'),
    'Cautious AdamW, its size not kept': `${masked('adam', 'g')} + 1e-2 * w`,
    'AdamW with cautious decay': `adam + ${masked('(1e-2 * w)', 'adam')}`,
    'cautious-lion': through(`sign(${LION})`, `0 < (${LION}) * g`),
    'stable-adamw': '(adam + 1e-2 * w) / max(rms(rmsprop), 1)',
    lamb: asLargeAs('adam + 1e-2 * w', 'w'),
    'LARS without decay': average(asLargeAs('g', 'w')),
    'Adam-mini, a block per tensor': overRoot('m', squares('rms(g)')),
    'the bounded, relative step of Adafactor': 'rmsprop / max(rms(rmsprop), 1) * rms(w)',
  },
  3: {
    addsign: '(1 + sign(g) * sign(m)) * g',
    'cautious-adamw': `${through('adam', '0 < m * g')} + 1e-2 * w`,
    'LARS with decay': average(asLargeAs('g + 1e-4 * w', 'w')),
    'NovoGrad of the mean square': average(overRoot('g', squares('rms(g)'))),
    'MARS 0.9, 0.999, bounded by its RMS': adamOf(
      `((g + 0.5 * (${CHANGE})) / max(rms(g + 0.5 * (${CHANGE})), 1))`,
    ),
  },
};

const levels = [1, 2, 3] as const;

describe.each(levels)('modern2026/%i', (iterations) => {
  const space = findSpace('modern2026', { iterations });

  it.each(Object.entries(members[iterations]))('has %s, and no smaller one does', (_, text) => {
    const rule = parseRule(text);
    const tokens = encode(space, rule);
    expect(tokens).toBeDefined();
    expect(ruleKey(decode(space, tokens!))).toBe(ruleKey(rule));
    if (iterations > 1) {
      const smaller = findSpace('modern2026', { iterations: iterations - 1 });
      expect(encode(smaller, rule)).toBeUndefined();
    }
  });

  it('has rules of more than nine keys in ten strings', () => {
    expect(distinctRules(space, { samples: 1000, seed: 1 })).toBeGreaterThan(950);
  });
});

const named = levels.flatMap((level) =>
  Object.entries(members[level]).filter(([name]) => /^[a-z0-9-]+$/.test(name)),
);

it.each(named)('what stands there as %s steps as the rule of that name', (name, text) => {
  const [own, published] = [parseRule(text), resolveRule(name)].map(ordinaryUpdates);
  expect(distance(own!, published!)).toBeLessThan(1e-3);
});
