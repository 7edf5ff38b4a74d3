import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../../test/arbitrary-rule.ts';
import { stream } from '../../random/index.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { compileRule } from '../compile.ts';
import { call, type Expression, literal } from '../expression.ts';
import { ruleKey } from '../key.ts';
import { parseRule } from '../parse.ts';
import { printRule } from '../print.ts';
import { decode, findSpace, positions } from '../spaces/index.ts';
import { behaviourHash } from './behaviour.ts';

const hash = (text: string): string => behaviourHash(parseRule(text));

describe('behaviourHash', () => {
  it.each([
    ['sign(adam)', 'sign(ema(g, 0.9))'],
    ['drop(sign(g), 0.3) + sign(adam)', 'drop(sign(g), 0.3) + sign(ema(g, 0.9))'],
    ['drop(sign(adam), 0.3)', 'drop(sign(m), 0.3)'],
    ['drop(sign(adam), 0.3) + drop(g, 0.3)', 'drop(g, 0.3) + drop(sign(m), 0.3)'],
    ['drop(g, 0.3) * w', 'drop(g * w, 0.3)'],
    ['1e-3 * drop(w, 0.5)', 'drop(1e-3 * w, 0.5)'],
    ['acc(g, 0.9)', '10 * ema(g, 0.9)'],
    ['abs(g)', 'max(g, -g)'],
    ['ema(g, 0.9) + ema(w, 0.9)', 'ema(g + w, 0.9)'],
    ['g * (w + m)', 'g * w + g * m'],
    ['prev(g * w)', 'prev(g) * prev(w)'],
    ['g * noise', 'noise * g'],
    // neither is ever finite
    ['log(sign(g)^2 - 2)', 'sqrt(-exp(sign(w)))'],
  ])('is one for %s and %s, which have two keys or one', (a, b) => {
    expect(hash(a)).toBe(hash(b));
  });

  it.each([
    ['1e-4 * w', '1e-3 * w'],
    ['clip(g, 1e-4)', '1e-4 * sign(g)'],
    ['clip(g, 1e-4)', 'clip(g, 1e-3)'],
    ['m', 'g'],
    ['m', 'ema(g, 0.9)'],
    ['ema(g, 0.9)', 'ema(g, 0.99)'],
    ['acc(g, 1)', 'acc(g, 0.9999)'],
    ['drop(g, 0.1)', 'drop(g, 0.3)'],
    ['drop(g, 0.3)', 'drop(g, 0.3000001)'],
    ['drop(g, 0.3)', 'g'],
    ['drop(g, 0.3) + drop(m, 0.3)', 'drop(g + m, 0.3)'],
    ['drop(sign(adam), 0.3) + drop(sign(m), 0.3)', '2 * drop(sign(m), 0.3)'],
    ['drop(drop(g, 0.3), 0.3)', 'drop(g, 0.3)'],
    ['drop(drop(g, 0.3), 0.3)', 'drop(g, 0.51)'],
    ['adam', 'm / (sqrt(v) + 1e-7)'],
    ['adam', 'm / (sqrt(v) + 1e-12)'],
    ['adam', 'm / sqrt(v)'],
    ['adam', 'm / sqrt(v + 1e-8)'],
    ['adam', 'm / (sqrt(ema(g^2, 0.99) / (1 - 0.99^t)) + eps)'],
    ['g', 'g + 1e-9 * w'],
    ['g', 'g + 1e-12'],
    ['g', '1.000001 * g'],
    ['g', 'min(g, 1e10)'],
    ['g', 'max(g, -1e10)'],
    ['g', 'g * sign(v)'],
    ['g', 'g + log(exp(1e-4 * w)) - 1e-4 * w'],
    ['sign(g)', 'sign(g^3)'],
    ['log(exp(1e-4 * g))', '1e-4 * g'],
    ['exp(g) * exp(m)', 'exp(g + m)'],
    ['ld * g', 'cd * g'],
    ['ld * g', 'g'],
    ['cd * g', 'rd * g'],
    ['cd(1) * g', 'cd(2) * g'],
    ['g * T', '13 * g'],
    ['g * T', '1009 * g'],
    ['g * t', 'g * min(t, 1000)'],
    ['clip(adam, 1e-5) * sign(g^3)', '1e-5 * sign(g) * sign(g^3)'],
    ['clip(adam, 1e-5) * sign(g^3)', '1e-5 * sign(m) * sign(g^3)'],
    ['log(0.1 * abs(w)) * log(sign(g)^2)', 'log(1e-3 * abs(w)) * log(sign(g)^2)'],
    ['noise', 'anneal'],
    ['noise', 'prev(noise)'],
    ['noise', '0'],
    ['prev(g)', 'prev(prev(g))'],
  ])('differs for %s and %s', (a, b) => {
    expect(hash(a)).not.toBe(hash(b));
  });

  it('tells delays apart that are longer than the usual probe', () => {
    const delayed = (steps: number): string => `${'prev('.repeat(steps)}g${')'.repeat(steps)}`;
    const hashes = [10, 11, 12, 13, 14, 40].map((steps) => hash(`w + ${delayed(steps)}`));
    expect(new Set([...hashes, hash('w')]).size).toBe(7);
  });

  it('is the same in every process, on every machine, for every rule of the catalogue', () => {
    expect(Object.fromEntries(catalogue.map(({ name, text }) => [name, hash(text)]))).toEqual(GOLDEN);
  });

  it('does not depend on what was hashed before', () => {
    const rules = fc.sample(expressions({ depth: 4 }), { seed: 3, numRuns: 200 });
    const hashes = rules.map(behaviourHash);
    expect(rules.toReversed().map(behaviourHash).toReversed()).toEqual(hashes);
  });

  it('does not depend on the spelling', () => {
    const random = stream(4, 'spelling');
    const rules = fc.sample(expressions({ depth: 4 }), { seed: 4, numRuns: 1500 });
    const spelled = rules
      .map((rule) => [rule, spell(rule, () => random.uniform() < 0.5)] as const)
      .filter(([rule, other]) => ruleKey(rule) !== ruleKey(other));
    const apart = spelled.filter(([rule, other]) => behaviourHash(rule) !== behaviourHash(other));
    expect(spelled.length).toBeGreaterThan(200);
    // The canonical form regroups the two differently, and a sum that cancels rounds to something else.
    console.info(`${spelled.length} rules in other words: ${apart.length} have another hash`);
    expect(apart.length).toBeLessThan(spelled.length / 50);
  });

  it.each([
    ['quick', {}, 20],
    ['quick', { unary: ['x', 'sign(x)', 'drop(x, 0.3)'], binary: ['x * y', 'max(x, y)'] }, 20],
    [
      'signs',
      {
        operands: ['g', 'sign(g)', 'sign(m)', '1'],
        unary: ['x', 'sign(x)', 'abs(x)'],
        binary: ['x * y', 'max(x, y)', 'min(x, y)'],
      },
      3000,
    ],
  ])('never joins two rules of %s with %j that step differently elsewhere', (name, options, least) => {
    const space = findSpace(name, options);
    const sizes = positions(space).map(({ size }) => size);
    const random = stream(5, 'strings', name);
    const groups = new Map<string, Map<string, Expression>>();
    for (let i = 0; i < 1000; i++) {
      const rule = decode(
        space,
        sizes.map((size) => random.integer(size)),
      );
      const key = behaviourHash(rule);
      groups.set(key, (groups.get(key) ?? new Map()).set(ruleKey(rule), rule));
    }
    let pairs = 0;
    for (const group of [...groups.values()].filter(({ size }) => size > 1)) {
      const traces = [...group.values()].map((rule) => [printRule(rule), freshUpdates(rule)] as const);
      for (const [i, [one, x]] of traces.entries()) {
        for (const [other, y] of traces.slice(0, i)) {
          pairs++;
          if (!agree(x, y)) expect.fail(`${one} and ${other} have one hash and step differently`);
        }
      }
    }
    console.info(`${space.name}: ${pairs} pairs of equal hash and different keys step equally`);
    expect(pairs).toBeGreaterThan(least);
  });
});

/** Of a fresh training: twelve histories of gradients and weights, one by one and many times over. */
const STEPS = 8;
const HISTORIES = 12;
const COPIES = 256;

const magnitudes = [1e-14, 1e-8, 1e-5, 1e-3, 1e-2, 1e-1, 1e-1, 1, 30, 1e4, 1e-2, 0];
const fresh = stream(6, 'fresh');
const freshSteps = Array.from({ length: STEPS }, () => ({
  gradient: magnitudes.map((magnitude) => magnitude * fresh.normal()),
  weights: magnitudes.map((_, i) => (i % 4 === 3 ? 1e3 : 0.3) * fresh.normal()),
}));

/** The mean and the variance of the updates, history by history and step by step, over `copies` weights each. */
interface Updates {
  readonly copies: number;
  readonly means: readonly number[];
  readonly variances: readonly number[];
}

/** The updates of the compiled step, as they are trained with. Those of a random rule differ from weight to weight. */
function freshUpdates(rule: Expression): Updates {
  const copies = /noise|drop/.test(printRule(rule)) ? COPIES : 1;
  const size = HISTORIES * copies;
  // So large that the update is nearly all of the new weight.
  const learningRate = 2 ** 30;
  const stepper = compileRule(rule).start({ size, steps: STEPS, seed: 1 });
  const means: number[] = [];
  const variances: number[] = [];
  for (const { gradient, weights } of freshSteps) {
    const copied = (values: readonly number[]) =>
      Float32Array.from({ length: size }, (_, i) => values[Math.floor(i / copies)]!);
    const updated = copied(weights);
    stepper.step(updated, copied(gradient), learningRate);
    for (let h = 0; h < HISTORIES; h++) {
      const own = [...updated.subarray(h * copies, (h + 1) * copies)];
      const mean = own.reduce((sum, value) => sum + value, 0) / copies;
      means.push(mean);
      variances.push(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / copies);
    }
  }
  return { copies, means, variances };
}

/** Within rounding; of means over copies, within six standard errors. */
function agree(x: Updates, y: Updates): boolean {
  return x.means.every((a, i) => {
    const b = y.means[i]!;
    if (Object.is(a, b) || Math.abs(a) === Infinity) return Object.is(a, b);
    const error = 6 * Math.sqrt(x.variances[i]! / x.copies + y.variances[i]! / y.copies);
    return Math.abs(a - b) <= error + 1e-4 * Math.max(Math.abs(a), Math.abs(b)) + 1e-3;
  });
}

/** The same rule in other words that the canonical form does not join, and that compute the same to the bit. */
function spell(e: Expression, coin: () => boolean): Expression {
  if (e.kind !== 'call') return e;
  const args = e.args.map((arg) => spell(arg, coin));
  const [x, y] = args as [Expression, Expression];
  const minus = (value: Expression): Expression => call('neg', [value]);
  const [l = 0] = e.parameters;
  if (!coin()) return call(e.name, args, e.parameters);
  switch (e.name) {
    case 'min':
      return minus(call('max', [minus(x), minus(y)]));
    case 'max':
      return minus(call('min', [minus(x), minus(y)]));
    case 'abs':
      return call('max', [x, minus(x)]);
    case 'clip':
      return call('max', [literal(-l), call('min', [literal(l), x])]);
    case 'prev':
      return x.kind === 'call' && x.name === 'mul'
        ? call(
            'mul',
            x.args.map((arg) => call('prev', [arg])),
          )
        : call('neg', [call('prev', [minus(x)])]);
    default:
      return call(e.name, args, e.parameters);
  }
}

/** Another seed of the probes, or another meaning of a name, makes other hashes: whatever was kept by them is void then. */
const GOLDEN = {
  sgd: 'bb971606aa3c7fae',
  momentum: '9524facba380adac',
  nesterov: 'e4cc8678e107e4f2',
  adam: '4c43f3fe864aadc1',
  adamw: '6cd48650e7db5da2',
  rmsprop: 'cdbf23576617e17c',
  'rmsprop-torch': 'f29a4203aa8d8e5e',
  adagrad: '24c3e4cd3bea28e4',
  lion: 'b2d3d018b0b1c03a',
  signsgd: '0130dd61fdbb09e5',
  powersign: '7153070b60c1a5e9',
  'powersign-ld': '7d770fa0f1638f02',
  'powersign-cd': 'af14fbee9d4555f4',
  'powersign-rd': '0084661454e1d44c',
  addsign: 'af240b5fa0bfcb71',
  'addsign-ld': '676267a9b8b4da93',
  'addsign-cd': '27ef4c1603334368',
  'addsign-rd': 'b1b92255d04fe3b4',
  'table1-1': '54167e84314f9d06',
  'table1-2': '4bd8d94509807b00',
  'table1-3': '818439a74dece59e',
  'table1-4': '7153070b60c1a5e9',
  'table1-5': '93df85a03421a468',
  'table1-6': '104adec5a83e6450',
  'table1-7': '3db08e8281345676',
  'table1-8': 'd75d7cafecdeb889',
  'table1-9': '2560e4ecdd43093d',
  'table1-10': 'fccc182ca8a5fcc8',
  'table1-11': '4eb37ddbe2ca1fda',
  'table1-12': 'cdc0e445e9e4b9cd',
  'table1-13': '609c91ecea5456f8',
  'table1-14': '21dfa68957742143',
  'table1-15': 'a38284f8a0c9a8a7',
  'table1-16': '926972db7a03f735',
  optimizer1: '54167e84314f9d06',
  optimizer2: '926972db7a03f735',
};
