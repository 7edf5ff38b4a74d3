import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../../test/arbitrary-rule.ts';
import { stream } from '../../random/index.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { call, type Expression, literal } from '../language/expression.ts';
import { printRule } from '../language/print.ts';
import { compileRule } from '../program/compile.ts';
import { decode, findSpace, positions } from '../spaces/index.ts';
import { behaviourHash, behaviourOf } from './behaviour.ts';

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
    // where g is 0, the one is ∞ and the other −∞
    ['log(sign(g)^2) * m', 'log(sign(g)^2) * gamma'],
    ['log(sign(g)^2) / (1e-8 + sign(m))', 'log(sign(g)^2) / (1e-8 + sign(gamma))'],
    ['log(0.1 * abs(w)) * log(sign(g)^2)', 'log(1e-3 * abs(w)) * log(sign(g)^2)'],
    ['noise', 'anneal'],
    ['noise', 'prev(noise)'],
    ['noise', '0'],
    ['prev(g)', 'prev(prev(g))'],
    // They step differently only if an average underflows, or two averages differ in sign at a gradient of 0.
    ['sign(g^3) / (1e-8 + sign(gamma))', 'sign(gamma) * sign(g)'],
    ['log(sign(g)^2) / (1e-8 + adam)', 'log(sign(g)^2) / (1e-8 + sign(gamma))'],
    ['log(sign(g)^2) / (1e-8 - 0.1 * w)', 'log(sign(g)^2) / (1e-8 - 1e-2 * w)'],
  ])('differs for %s and %s', (a, b) => {
    expect(hash(a)).not.toBe(hash(b));
  });

  it.each([
    ['10 * g', 'g', 10],
    ['1e-4 * w', '1e-3 * w', 0.1],
    ['acc(g, 0.9)', 'ema(g, 0.9)', 10],
    ['100 * drop(m, 0.3)', 'drop(m, 0.3)', 100],
    ['0.1 * adam + 0.01 * w', 'adam + 0.1 * w', 0.1],
    ['1e-3 * sign(g)', 'sign(g)', 1e-3],
    ['1000 * tanh(g)', 'tanh(g)', 1000],
    ['sign(10 * g)', 'sign(g)', 1],
    ['1e-3 * exp(g)', '1e-4 * exp(g)', 10],
  ])('has one shape for %s and %s, with their scales', (a, b, factor) => {
    const [one, other] = [behaviourOf(parseRule(a)), behaviourOf(parseRule(b))];
    expect(one.shape).toBe(other.shape);
    expect(one.scale / other.scale).toBeCloseTo(factor, 12);
    expect(one.hash === other.hash).toBe(factor === 1);
    expect(one.hash).toBe(hash(a));
  });

  it.each([
    ['10 * g', '1.1 * 10 * g'],
    ['10 * g', '2 * g'],
    ['exp(10 * g)', 'exp(g)'],
    ['exp(10 * g)', '10 * exp(g)'],
    ['clip(10 * g, 1e-4)', 'clip(g, 1e-4)'],
    ['m / (sqrt(v) + eps)', '10 * m / (sqrt(100 * v) + eps)'],
    ['10 * m / (sqrt(v) + 1e-7)', 'adam'],
    ['g + w', '10 * g + w'],
    ['drop(g, 0.1)', '10 * drop(g, 0.3)'],
    ['g^3', '10 * g^2'],
    ['10 * ema(g, 0.9)', 'ema(g, 0.99)'],
    ['clip(g, 1e-4)', '10 * sign(g)'],
    ['0 * g', '10 * g'],
    ['exp(g) + g^3', 'exp(g) + g'],
    ['2 * exp(g)', 'exp(g)'],
    ['1e-3 + exp(1e-3 * w)', 'exp(1e-3 * w)'],
    ['cd + exp(g)', '2 + exp(g)'],
  ])('has two shapes for %s and %s', (a, b) => {
    const [one, other] = [behaviourOf(parseRule(a)), behaviourOf(parseRule(b))];
    expect(one.shape).not.toBe(other.shape);
  });

  it('tells delays apart that are longer than the usual probe', () => {
    const delayed = (steps: number): string => `${'prev('.repeat(steps)}g${')'.repeat(steps)}`;
    const hashes = [10, 11, 12, 13, 14, 40].map((steps) => hash(`w + ${delayed(steps)}`));
    expect(new Set([...hashes, hash('w')]).size).toBe(7);
  });

  it('is the same in every process, on every machine, for every rule of the catalogue', () => {
    expect(Object.fromEntries(catalogue.map(({ name, text }) => [name, hash(text)]))).toEqual(GOLDEN);
  });

  it('scales no rule that reads the learning rate', () => {
    const of = (text: string) => behaviourOf(parseRule(text));
    expect(of('10 * lr * g').shape).not.toBe(of('lr * g').shape);
    expect(of('lr * g').scale).toBe(1);
    expect(hash('g / lr')).not.toBe(hash('100 * g'));
    expect(hash('lr * g * prev(lr)')).not.toBe(hash('lr^2 * where(t < 2, 0, g)'));
    expect(hash('w - w0')).toBe(hash('w - rec(w, self)'));
    expect(hash('w - w0 + g')).not.toBe(hash('g'));
  });

  it('tells what rules do with small gradients of a whole network', () => {
    const clipped = hash('min(1, 1 / global(norm(g))) * g');
    expect(clipped).not.toBe(hash('g / global(norm(g))'));
    expect(clipped).not.toBe(hash('min(1, 1 / norm(g)) * g'));
    expect(clipped).toBe(hash('g / max(1, global(norm(-g)))'));
    expect(hash('g * min(global(amax(g)), 1)')).not.toBe(hash('g'));
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
    expect(spelled.length).toBeGreaterThan(150);
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

/** The length of a fresh training: twelve histories of gradients and weights, one by one and many times over. */
const STEPS = 8;
const HISTORIES = 12;
const COPIES = 256;

const magnitudes = [1e-14, 1e-8, 1e-5, 1e-3, 1e-2, 1e-1, 1e-1, 1, 30, 1e4, 1e-2, 0];
const fresh = stream(6, 'fresh');
const freshSteps = Array.from({ length: STEPS }, () => ({
  gradient: magnitudes.map((magnitude) => (fresh.uniform() < 0.1 ? 0 : magnitude * fresh.normal())),
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

/** Agreement within rounding; for means over copies, within six standard errors. */
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
  adafactor: '4e2522a613b884a1',
  came: '80350048d24b61ac',
  sm3: '836db4cf12a1646f',
  'adam-mini': 'f3bed33b58599ba5',
  muon: 'd96a3f860b426110',
  'muon-moonlight': '1ff9520224a6a60c',
  adamp: '7403e51179f8fdf0',
  sgdp: '6923e735dd4973c1',
  adanorm: '9a09a8d65da56927',
  'cautious-adamw': 'dad8a2b3ce48292f',
  'cautious-lion': '7f47005b1a4e8d2e',
  fromage: '9efb22f7159f4eab',
  asgd: 'a00eb297c8a9eb81',
  'averaged-adam': '724fb19f29674e8a',
  'averaged-sgd': 'b013b09bf0e16d89',
  'schedule-free-adamw': '7a1c22a01d1e4c04',
  'schedule-free-sgd': 'baea1ed4d69d4e04',
  'clipped-adam': '31607e184ddded58',
  'clipped-sgd': '737d43ffd7b9a324',
  'dadapt-adam': '3506acb7ef6896f9',
  'dadapt-sgd': '865488688be204b4',
  dog: '5e1763fe8f12441c',
  dowg: '86b914a04ad2f689',
  ldog: '6aa4df9c2947b04c',
  'lookahead-adam': '0accb798ab3f82b1',
  'lookahead-sgd': 'fe5d96ac50227e80',
  madgrad: '36303a4ce1316c47',
  prodigy: '3246c331da04378c',
  gravity: '3e7d926e768b06ce',
  lamb: '6c103efd6e63d1dc',
  lars: '532f53bbb8750d5d',
  mars: 'aa47b33b98402b62',
  'normalized-momentum': 'd7f22b6b5a81d439',
  novograd: '593e6a19ac60e8ef',
  'rms-adam': '424005dc8822e732',
  'scaled-sign': '0276073ed1b20aa0',
  'sgd-sai': '4f9c395f1365693a',
  'stable-adamw': '0b0842169a72b52e',
  amsgrad: '9153409272197fee',
  adamax: '6c740404dc00cc12',
  yogi: '51bdbbdf4a9bc0de',
  adadelta: '161ae9cd323d25f7',
  nadam: '8b659a1d6163845f',
  radam: 'b2ae050b56ab137b',
  adan: '0dbb3357d68390b2',
  adopt: '2cc81c600ff9003e',
  ademamix: 'a0ebaf8a6727932d',
  rprop: 'f819ece1679cdaab',
  sgd: '6558bdd1d53446e5',
  momentum: '4d974a09ba1a9cbd',
  nesterov: 'ec0862972bd5579b',
  adam: '085b693fcf527bd1',
  adamw: '466e5e06945e89e3',
  rmsprop: '0e38039659010543',
  'rmsprop-torch': '1afa912b1ee51bf7',
  adagrad: '7485af00dde716aa',
  lion: '57a561f28e67f3dd',
  signsgd: 'e1a51ea7747d6838',
  powersign: '29c49f876e516634',
  'powersign-ld': '8da80e07aa85701c',
  'powersign-cd': 'f91c3c78e3b47019',
  'powersign-rd': 'd52a192dce156a27',
  addsign: '61f41adc450f0a30',
  'addsign-ld': '768766883a7d4b23',
  'addsign-cd': '56d4ea831f30840f',
  'addsign-rd': '3d6e7319025b72fa',
  'table1-1': '845abf59880adbdd',
  'table1-2': '4df9d3e3b4bb7217',
  'table1-3': 'd35227776bd80654',
  'table1-4': '29c49f876e516634',
  'table1-5': 'b5a812559d840963',
  'table1-6': '5a1668903db94e3c',
  'table1-7': '8705e70caff96b97',
  'table1-8': '937a2aed53cc53d7',
  'table1-9': '1071726f84f4062f',
  'table1-10': '5a40bc7b2b6eeb72',
  'table1-11': '53b66ced49d61b8d',
  'table1-12': 'c523140d61614f69',
  'table1-13': 'bfcd87bfe71cc33d',
  'table1-14': '7e9773d7475dc617',
  'table1-15': '19672808fbb0d490',
  'table1-16': '5cfad9a50152184d',
  optimizer1: '845abf59880adbdd',
  optimizer2: '5cfad9a50152184d',
  adabelief: 'e57720c950fd1ff1',
  adabound: 'c9faafa13b42014d',
  adamod: '16e077186625d2e1',
  adapnm: '678f923479c323c5',
  adasmooth: '5b133a4aeae93abc',
  aggmo: '0063e2c6f9b34aa3',
  aida: '3b74b48c59a8540f',
  amos: '01da1b2746882fcf',
  ano: 'ceedb842320993d8',
  apollo: 'db88f49fcaa94804',
  bcos: 'fc9424b323ae8220',
  diffgrad: '69007295183f33bb',
  exadam: 'a2d43d99ff21608e',
  fadam: 'b7b12b4ef23364b0',
  focus: '14d4f540f790dda2',
  grams: '5db0306b31d19afd',
  'grokfast-adam': 'b965b76d46c341ac',
  kate: 'b46a8cc3e030a198',
  laprop: '67fa1882d12cf7bd',
  msvag: '39ef3aadc63bfffd',
  padam: '1d5a44254ebee29a',
  pid: 'f9ac0c9a201a805e',
  pnm: 'bf6f77a5cc7306fa',
  qhadam: '77ef93bf6f24ba88',
  qhm: 'ab27a79c2108d003',
  sgdw: '8d85bbbb8a25f14d',
  'simplified-ademamix': '06c10eb292d8db51',
  spam: '6da272ccd02d2f4f',
  'stable-spam': 'a5f1461f101f5157',
  tiger: '991a0a48cc922f34',
  'rmsprop-tf': 'bca3fcafb5a0d8fc',
  'sparse-adam': 'ea3c6775ab641db3',
  ftrl: '4c661d7787b3273c',
  a2grad: '8144818b5b656dc6',
  adsgd: '71a6da06e3d4cbd1',
  accsgd: '6e909ccb517016da',
  adagc: '24ba02c600156858',
  adago: '4eb94bda0db9cad8',
  'adamuon-sign': '154523b7e36fa194',
  adatam: 'b64fc72f5a3def75',
  adai: '69e957f81bb8b99f',
  adamc: '29eb5ad91248598e',
  adamg: '4ce25a41b5c67b22',
  adams: '8ce3fabe5fdad9fd',
  'adam-sn': 'd21510d364f0ad11',
  avagrad: '03a87d9e8ff96671',
  'dadapt-adagrad': '83ae546fa3adc9f2',
  'dadapt-adan': 'aea219f666233ced',
  'dadapt-lion': 'f32109a320582ecb',
  adamuon: '8554ccf21c857cc6',
  scion: 'af31c549d5349b37',
  nero: 'f4056eabd851c6bc',
  racs: 'a8bf866928cfce98',
  tam: 'bdc5da40da6661ac',
  ranger: 'becedb2ba41ad250',
  swats: '90623e595f398ad6',
  srmm: '12d0b2e08f19dfbe',
  'schedule-free-radam': '744de299e3615610',
};
