import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../../test/arbitrary-rule.ts';
import { stream } from '../../random/index.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { type Expression, leaf } from '../language/expression.ts';
import { printRule } from '../language/print.ts';
import { compileRule } from './compile.ts';
import type { CompiledRule } from './compiled.ts';
import { ruleCost } from './cost.ts';
import { interpretRule } from './interpret.ts';

const EDGES = [0, -0, 1, -1, 1e-45, -1e-40, 1e-20, 3e38, -3e38, 1e10, Infinity, -Infinity, Number.NaN];
const edge = fc.oneof(fc.constantFrom(...EDGES), fc.float(), fc.double({ min: -3, max: 3 }));

const SIZE = 8;
const STEPS = 4;
const TENSORS = [
  { offset: 0, size: 1 },
  { offset: 4, size: 4 },
  { offset: 1, size: 3 },
];

/** All weights and verdicts of a training over the given gradients. */
function train(rule: CompiledRule, initial: readonly number[], gradients: readonly (readonly number[])[]) {
  const stepper = rule.start({ size: SIZE, steps: STEPS, seed: 3, tensors: TENSORS });
  const weights = Float32Array.from(initial);
  return gradients.map((gradient) => {
    const finite = stepper.step(weights, Float32Array.from(gradient), 0.1);
    return { finite, weights: weights.slice() };
  });
}

const vector = fc.array(edge, { minLength: SIZE, maxLength: SIZE });
const vectors = fc.array(vector, { minLength: STEPS, maxLength: STEPS });

describe('the compiled step and the interpreter', () => {
  it('agree to the bit on random rules of every operation, on every kind of number', () => {
    const property = (e: Expression, initial: number[], gradients: number[][]): void => {
      // toEqual tells 0 from −0 and takes NaN as equal to NaN.
      expect(train(compileRule(e), initial, gradients)).toEqual(train(interpretRule(e), initial, gradients));
    };
    fc.assert(fc.property(expressions({ depth: 5 }), vector, vectors, property), { seed: 1, numRuns: 3000 });
  });

  it('run rules of 1,000 nodes, wide or deep', () => {
    const wide = Array.from({ length: 140 }, (_, i) => `${i + 1} * tanh(g + ${i})`).join(' + ');
    const deep = `${'tanh('.repeat(400)}g${')'.repeat(400)}`;
    for (const text of [wide, deep]) {
      const e = parseRule(text);
      const [first] = train(compileRule(e), Array(SIZE).fill(1), [Array(SIZE).fill(0.5)]);
      expect([first]).toEqual(train(interpretRule(e), Array(SIZE).fill(1), [Array(SIZE).fill(0.5)]));
      expect(first?.finite).toBe(true);
    }
  });
});

/** u of one weight at each step, for λ = 1 and w = 0: the step is −u then. */
function directions(
  text: string,
  gradients: readonly number[],
  steps = gradients.length,
  prepare = compileRule,
): number[] {
  const stepper = prepare(parseRule(text)).start({ size: 1, steps, seed: 0 });
  return gradients.map((gradient) => {
    const weights = new Float32Array(1);
    stepper.step(weights, Float32Array.of(gradient), 1);
    return 0 - (weights[0] as number);
  });
}

const f = Math.fround;

describe('the meaning of a rule', () => {
  it('is w ← w − λ·u, each operation rounded to float32', () => {
    const weights = Float32Array.of(1, 2);
    const stepper = compileRule(parseRule('g^3')).start({ size: 2, steps: 1, seed: 0 });
    expect(stepper.step(weights, Float32Array.of(0.1, -3), 0.3)).toBe(true);
    const u = f(f(f(0.1) * f(0.1)) * f(0.1));
    expect([...weights]).toEqual([f(1 - f(f(0.3) * u)), f(2 - f(f(0.3) * -27))]);
  });

  it('keeps running averages, sums and previous values from 0', () => {
    expect(directions('acc(g, 0.5)', [1, 2, 4])).toEqual([1, 2.5, 5.25]);
    expect(directions('ema(g, 0.75)', [4, 4, 4])).toEqual([1, 1.75, 2.3125]);
    expect(directions('prev(g)', [1, 2, 4])).toEqual([0, 1, 2]);
    expect(directions('prev(prev(g)) + prev(g)', [1, 2, 4, 8])).toEqual([0, 1, 3, 6]);
    expect(directions('prev(acc(g, 1))', [1, 2, 4])).toEqual([0, 1, 3]);
  });

  it('corrects m, v and gamma for their start: a constant gradient is its own average', () => {
    expect(directions('m', [3, 3, 3])).toBeAllclose([3, 3, 3], { rtol: 1e-6 });
    expect(directions('v', [3, 3, 3])).toBeAllclose([9, 9, 9], { rtol: 1e-6 });
    expect(directions('gamma', [3, 3, 3])).toBeAllclose([27, 27, 27], { rtol: 1e-6 });
    expect(directions('adam', [3, 1e-3])).toBeAllclose([1, 0.670306], { rtol: 1e-5 });
  });

  it('counts steps from 1 and decays over T of them', () => {
    expect(directions('t', [0, 0, 0])).toEqual([1, 2, 3]);
    expect(directions('T', [0, 0], 7)).toEqual([7, 7]);
    expect(directions('ld', [0, 0, 0, 0])).toEqual([1, 0.75, 0.5, 0.25]);
    expect(directions('cd', [0, 0, 0, 0])).toBeAllclose([1, 0.853553, 0.5, 0.146447], { rtol: 1e-5 });
    expect(directions('cd(1)', [0, 0, 0, 0])).toBeAllclose([1, 0.5, 0, 0.5], { atol: 1e-7 });
    expect(directions('rd(2)', [0, 0, 0, 0])).toBeAllclose([1, 0.5, 1, 0.5], { rtol: 1e-6 });
  });

  it.each([
    ['(1 + ld * sign(g) * sign(m)) * g', [1, -1]], // AddSign is plain SGD once its decay is over.
    ['exp(cd * sign(g) * sign(m)) * g', [1, -1]],
    ['exp(rd * sign(g) * sign(m)) * g', [Math.E, -1 / Math.E]],
    ['cd(1)', [1, 1]],
    ['rd(0.5)', [0.5, 0.5]],
  ])('keeps the decay of %s where it is after step T, also without making code', (text, [up, down]) => {
    const gradients = [...Array.from({ length: 40 }, () => 1), -1];
    const after = directions(text, gradients, 10).slice(10);
    expect(after).toBeAllclose([...after.slice(1).map(() => up as number), down as number], { rtol: 1e-6 });
    expect(directions(text, gradients, 10, interpretRule).slice(10)).toEqual(after);
  });

  it('computes functions of the step in float64: 1 − 0.999 is 0.001', () => {
    expect(directions('1 - 0.999^t', [0])).toEqual([f(1 - 0.999)]);
    expect(directions('(1 - 0.999^t) * 1e6 - 1000', [0])).toBeAllclose([0], { atol: 1e-4 });
  });

  it('treats sign, clip and drop as the language says at 0, NaN and infinity', () => {
    const one = (text: string, gradient: number): number | undefined => directions(text, [gradient])[0];
    expect(one('1 / sign(g)', -0)).toBe(Infinity);
    expect(one('sign(g)', Number.NaN)).toBeNaN();
    expect(one('sign(g)', -Infinity)).toBe(-1);
    expect(one('clip(g, 0.5)', Number.NaN)).toBeNaN();
    expect(one('clip(g, 0.5)', -Infinity)).toBe(-0.5);
    const dropped = directions('drop(g, 0.5)', Array(64).fill(Number.NaN));
    expect(dropped.filter((u) => u === 0).length).toBeGreaterThan(16);
    expect(dropped.filter(Number.isNaN).length).toBeGreaterThan(16);
  });

  it('chooses without a trace of what is not chosen', () => {
    expect(directions('where(g > 0, log(g), 1 / 0 * g - 1 / 0 * g)', [1, Math.E])).toBeAllclose([0, 1], {
      rtol: 1e-6,
    });
    expect(directions('where(g < 0, sqrt(g), g)', [4, -4])).toEqual([4, Number.NaN]);
    expect(directions('where(t < 3, g, 1 / (t - 2))', [7, 8, 9, 9])).toEqual([7, 8, 1, 0.5]);
    expect(directions('(g < 1) + 2 * (g <= 1)', [0, 1, 2, Number.NaN])).toEqual([3, 2, 0, 0]);
    expect(directions('where(g, 1, 2)', [0, -0, 1e-45, Number.NaN])).toEqual([2, 2, 1, 1]);
  });

  it('keeps the averages of both branches going', () => {
    expect(directions('where(t < 3, 0, acc(g, 1))', [1, 2, 4])).toEqual([0, 0, 7]);
  });

  it('goes on from the last value of a recurrence', () => {
    expect(directions('rec(0, max(self, g))', [1, 3, 2, 4])).toEqual([1, 3, 3, 4]);
    expect(directions('rec(2, self * g)', [3, 5, 0.5])).toEqual([6, 30, 15]);
    expect(directions('rec(g, self + g)', [1, 2, 4])).toEqual([2, 4, 8]);
    expect(directions('prev(rec(2, self * g))', [3, 5, 0.5])).toEqual([0, 6, 30]);
    expect(directions('rec(0, rec(0, self * 2 + 1) + self)', [0, 0, 0])).toEqual([1, 4, 11]);
    expect(directions('rec(1, acc(self, 1))', [0, 0, 0])).toEqual([1, 2, 4]);
  });

  it('takes coefficients that depend on the step', () => {
    expect(directions('ema(g, 1 - 1 / t)', [4, 2, 9])).toBeAllclose([4, 3, 5], { rtol: 1e-6 });
    expect(directions('acc(g, ld)', [1, 1, 1, 1])).toEqual([1, 1.75, 1.875, 1.46875]);
  });

  it('is false as soon as one new weight is not finite', () => {
    for (const [gradient, finite] of [
      [0, true],
      [3e38, true],
      [Infinity, false],
      [Number.NaN, false],
    ] as const) {
      const stepper = compileRule(parseRule('g')).start({ size: 3, steps: 1, seed: 0 });
      expect(stepper.step(new Float32Array(3), Float32Array.of(1, gradient, 1), 1)).toBe(finite);
    }
  });

  it('is one for one key: literals that are one float32 step alike', () => {
    for (const [one, other] of [
      ['clip(g, 0.1)', 'clip(g, 0.1000000001)'],
      ['acc(g, 0.9)', 'acc(g, 0.9000000001)'],
      ['drop(0.1 * g, 0.5)', 'drop(0.1000000001 * g, 0.5)'],
    ] as const) {
      expect(ruleKey(parseRule(other))).toBe(ruleKey(parseRule(one)));
      const gradients = [0.3, 1.7, -2.3, 0.1];
      expect(directions(other, gradients)).toEqual(directions(one, gradients));
    }
  });

  it('may be a constant', () => {
    expect(directions('2', [1, 1])).toEqual([2, 2]);
    expect(directions('ld', [1, 1])).toEqual([1, 0.5]);
  });

  it('refuses weights of another size', () => {
    const stepper = compileRule(leaf('g')).start({ size: 3, steps: 1, seed: 0 });
    expect(() => stepper.step(new Float32Array(2), new Float32Array(2), 1)).toThrow(/expected 3/);
    for (const bad of [{ size: 0.5 }, { steps: -1 }, { seed: 1.5 }]) {
      const options = { size: 3, steps: 1, seed: 0, ...bad };
      expect(() => compileRule(leaf('g')).start(options)).toThrow(/: expected a non-negative integer/);
    }
  });
});

/** u of every weight at each of three steps. */
function draws(text: string, seed: number, size: number): number[] {
  const stepper = compileRule(parseRule(text)).start({ size, steps: 3, seed });
  return [1, 2, 3].flatMap(() => {
    const weights = new Float32Array(size);
    stepper.step(weights, new Float32Array(size).fill(1), 1);
    return [...weights].map((w) => 0 - w);
  });
}

describe('random draws', () => {
  it('depend on the seed, the step, the subexpression and the element, and on nothing else', () => {
    const noise = draws('noise', 1, 10);
    expect(draws('noise', 1, 10)).toEqual(noise);
    expect(new Set(noise).size).toBe(30);
    expect(draws('noise', 2, 10)).not.toEqual(noise);
    // More weights, or more operations around it, do not change an element's draws.
    expect(draws('noise', 1, 7)).toEqual([0, 10, 20].flatMap((from) => noise.slice(from, from + 7)));
    expect(draws('noise + 0.5 * sign(w)', 1, 10)).toEqual(noise);
    expect(draws('drop(g, 0.5)', 1, 100)).not.toEqual(draws('drop(2 * g, 0.5) / 2', 1, 100));
  });

  it('are one for equal subexpressions', () => {
    expect(new Set(draws('drop(g, 0.3) - drop(g, 0.3)', 1, 50))).toEqual(new Set([0]));
    expect(new Set(draws('drop(g, 0.3) * (1 - drop(g, 0.3))', 1, 50))).toEqual(new Set([0]));
  });

  it('have their distributions', () => {
    const noise = draws('noise', 5, 20_000);
    const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length;
    const variance = noise.reduce((sum, x) => sum + x * x, 0) / noise.length;
    expect(mean).toBeCloseTo(0, 1.5);
    expect(variance).toBeCloseTo(1, 1.5);
    const kept = draws('drop(g, 0.3)', 5, 20_000).reduce((sum, x) => sum + x, 0);
    expect(kept / 60_000).toBeCloseTo(0.7, 2);
  });

  it('anneal with variance 1/t^0.55', () => {
    const all = draws('anneal', 5, 20_000);
    const variance = [0, 1, 2].map((k) => {
      const row = all.slice(20_000 * k, 20_000 * (k + 1));
      return row.reduce((sum, x) => sum + x * x, 0) / row.length;
    });
    expect(variance).toBeAllclose([1, 2 ** -0.55, 3 ** -0.55], { rtol: 0.03 });
  });
});

describe.each(catalogue.map(({ name, text }) => [name, text] as const))('%s', (_, text) => {
  it('steps 50 times on a convex bowl and stays finite, compiled and interpreted alike', () => {
    const rule = parseRule(text);
    expect(printRule(parseRule(printRule(rule)))).toBe(printRule(rule));
    const source = stream(1, 'bowl');
    const initial = Float32Array.from({ length: 20 }, () => source.normal());
    const [a, b] = [initial.slice(), initial.slice()];
    const [compiled, interpreted] = [compileRule(rule), interpretRule(rule)].map((made) =>
      made.start({ size: 20, steps: 50, seed: 1 }),
    ) as [never, never];
    const loss = (w: Float32Array): number => w.reduce((sum, x) => sum + x * x, 0);
    for (let step = 0; step < 50; step++) {
      expect(stepOn(compiled, a)).toBe(true);
      expect(stepOn(interpreted, b)).toBe(true);
    }
    expect(a).toEqual(b);
    expect(loss(a)).toBeLessThanOrEqual(loss(initial));
  });
});

const stepOn = (stepper: ReturnType<CompiledRule['start']>, weights: Float32Array): boolean =>
  stepper.step(
    weights,
    weights.map((w) => w / 10),
    1e-2,
  );

describe('weights to read out', () => {
  const read = (text: string, prepare = compileRule) => {
    const stepper = prepare(parseRule(text)).start({ size: 5, steps: 3, seed: 0, tensors: KINDS_OF_TENSORS });
    const weights = Float32Array.of(1, 2, 3, 4, 5);
    return [1, 2, 3].map(() => {
      const finite = stepper.step(weights, new Float32Array(5).fill(1), 0.5);
      return [finite, ...stepper.readout(weights)];
    });
  };
  const KINDS_OF_TENSORS = [
    { offset: 0, size: 2, rows: 1, columns: 2 },
    { offset: 2, size: 3 },
  ];

  it.each([
    ['g; eval: w - 1', [1, -0.5, 0.5, 1.5, 2.5], [1, -1, 0, 1, 2]],
    ['g; eval: acc(w, 1)', [1, 0.5, 1.5, 2.5, 3.5], [1, 0.5, 2.5, 4.5, 6.5]],
    ['g; eval: w0', [1, 1, 2, 3, 4], [1, 1, 2, 3, 4]],
    ['g; eval: prev(w)', [1, 0, 0, 0, 0], [1, 0.5, 1.5, 2.5, 3.5]],
    ['acc(w, 1) - acc(w, 1) + g; eval: rec(w, self + g)', [1, 2, 3, 4, 5], [1, 3, 4, 5, 6]],
    ['g; eval: mean(w) + lr', [1, 1.5, 1.5, 4, 4], [1, 1, 1, 3.5, 3.5]],
    ['g; eval: global(sum(w))', [1, 12.5, 12.5, 12.5, 12.5], [1, 10, 10, 10, 10]],
    ['g; eval: amax(w - w0)', [1, 0.5, 0.5, 0.5, 0.5], [1, 1, 1, 1, 1]],
    ['g; vectors: 2 * g; eval: w', [1, 0.5, 1.5, 2, 3], [1, 0, 1, 1, 2]],
    ['g; vectors: 2 * g; eval: acc(w, 1)', [1, 0.5, 1.5, 2, 3], [1, 0.5, 2.5, 3, 5]],
    ['g; eval: 0.25', [1, 0.25, 0.25, 0.25, 0.25], [1, 0.25, 0.25, 0.25, 0.25]],
    [
      'g; eval: 1 / 0',
      [0, Infinity, Infinity, Infinity, Infinity],
      [0, Infinity, Infinity, Infinity, Infinity],
    ],
  ])('are those of %s after each step', (text, first, second) => {
    const found = read(text);
    expect(read(text, interpretRule)).toEqual(found);
    // Weights 0, 1, 2 and 3, of which the last stands for the fifth too.
    expect(found.slice(0, 2).map((row) => row.slice(0, 5).map(Number))).toEqual([first, second]);
  });

  it('share the states of the rule, and cost one of their own only if they are none', () => {
    const slots = (text: string) => ruleCost(parseRule(text)).slots;
    expect(slots('ema(w, 0.9); eval: rec(w, self + g)')).toBe(2);
    expect(slots('rec(w, self + g) - w; eval: rec(w, self + g)')).toBe(1);
    expect(slots('m; eval: w - ema(g, 0.9)')).toBe(2);
    expect(slots('g; eval: ema(w, 0.9)')).toBe(1);
  });
});

describe('reductions', () => {
  const tensors = [
    { offset: 0, size: 2 },
    { offset: 2, size: 3 },
  ];
  const gradient = Float32Array.of(3, -4, 1, 2, 2);

  /** u of every weight after each of two equal steps. */
  const updates = (text: string, prepare = compileRule): number[] => {
    const stepper = prepare(parseRule(text)).start({ size: 5, steps: 2, seed: 0, tensors });
    const first = new Float32Array(5);
    stepper.step(first, gradient, -1);
    const second = new Float32Array(5);
    stepper.step(second, gradient, -1);
    return [...second];
  };

  it.each([
    ['sum(g)', [-1, -1, 5, 5, 5]],
    ['mean(g)', [-0.5, -0.5, f(5 / 3), f(5 / 3), f(5 / 3)]],
    ['norm(g)', [5, 5, 3, 3, 3]],
    ['rms(g)', [f(Math.sqrt(12.5)), f(Math.sqrt(12.5)), f(Math.sqrt(3)), f(Math.sqrt(3)), f(Math.sqrt(3))]],
    ['amax(g)', [4, 4, 2, 2, 2]],
    ['sum(1)', [2, 2, 3, 3, 3]],
    ['g - mean(g)', [3.5, -3.5, f(1 - f(5 / 3)), f(2 - f(5 / 3)), f(2 - f(5 / 3))]],
    ['sum((norm(g) < 4) * g)', [0, 0, 5, 5, 5]],
    ['norm(g / norm(g)) * 2', [2, 2, 2, 2, 2]],
    ['acc(norm(g), 0.5) * sign(g)', [7.5, -7.5, 4.5, 4.5, 4.5]],
    ['prev(amax(g)) + prev(g)', [7, 0, 3, 4, 4]],
    ['rec(0, where(t < 2, norm(g), 3 * self))', [15, 15, 9, 9, 9]],
    [
      'rec(0, 0.5 * mean(self) + g)',
      [2.75, -4.25, f(f(0.5 * f(5 / 3)) + 1), f(f(0.5 * f(5 / 3)) + 2), f(f(0.5 * f(5 / 3)) + 2)],
    ],
  ])('of %s are taken tensor by tensor', (text, expected) => {
    expect(updates(text)).toEqual(expected);
    expect(updates(text, interpretRule)).toEqual(expected);
  });

  it('keep one number per tensor of a reduced value', () => {
    expect(ruleCost(parseRule('m + ema(norm(g), 0.9) + rec(0, max(self, amax(g)))'))).toMatchObject({
      slots: 1,
      slotsPerTensor: 2,
    });
    expect(ruleCost(parseRule('rec(w, self + norm(g)) + prev(ld)'))).toMatchObject({
      slots: 2,
      slotsPerTensor: 0,
    });
    expect(ruleCost(parseRule('norm(g) * rec(1, 0.9 * self)')).slots).toBe(1);
  });

  it('add in one order: eight partial sums, joined in pairs', () => {
    const size = 1003;
    const random = stream(5, 'order of sums');
    const values = Float32Array.from({ length: size }, () => random.normal() * 10 ** (8 * random.uniform()));
    const s = (k: number) => values.filter((_, i) => i % 8 === k).reduce((total, value) => total + value, 0);
    const expected = f(s(0) + s(4) + (s(2) + s(6)) + (s(1) + s(5) + (s(3) + s(7))));
    for (const prepare of [compileRule, interpretRule]) {
      const weights = new Float32Array(size);
      prepare(parseRule('sum(g)')).start({ size, steps: 1, seed: 0 }).step(weights, values, -1);
      expect(weights[7]).toBe(expected);
    }
  });

  it('let NaN and infinity through', () => {
    const of = (text: string, ...values: number[]) => {
      const weights = new Float32Array(values.length);
      const stepper = compileRule(parseRule(text)).start({ size: values.length, steps: 1, seed: 0 });
      stepper.step(weights, Float32Array.from(values), -1);
      return weights[0];
    };
    expect(of('amax(g)', 1, Number.NaN, 3)).toBeNaN();
    expect(of('amax(g)', 1, -Infinity, 3)).toBe(Infinity);
    expect(of('norm(g)', 3e38, 3e38)).toBe(Infinity);
    expect(of('rms(g)', 3e38, 3e38)).toBe(f(3e38));
    expect(of('sum(g)', Infinity, -Infinity)).toBeNaN();
  });

  it.each([
    ['global(sum(g))', [4, 4, 4, 4, 4]],
    ['global(mean(g))', [0.8, 0.8, 0.8, 0.8, 0.8].map(f)],
    ['global(norm(g))', Array(5).fill(f(Math.sqrt(34)))],
    ['global(rms(g))', Array(5).fill(f(Math.sqrt(34 / 5)))],
    ['global(amax(g))', [4, 4, 4, 4, 4]],
    ['global(sum(1)) - sum(1)', [3, 3, 2, 2, 2]],
    ['global(sum(norm(g)))', [19, 19, 19, 19, 19]],
    ['global(sum(g - mean(g) + global(amax(g))))', [20, 20, 20, 20, 20]],
    ['norm(g) / global(amax(norm(g) - 2))', [f(5 / 3), f(5 / 3), 1, 1, 1]],
    ['global(amax(global(sum(g)) * g)) + prev(global(sum(g)))', [20, 20, 20, 20, 20]],
    ['acc(global(sum(g)), 0.5) * sign(g)', [6, -6, 6, 6, 6]],
    ['rec(0, where(t < 2, global(sum(w)) + 1, 3 * self))', [3, 3, 3, 3, 3]],
    ['global(sum(w - g)) + acc(norm(g), 1)', [6, 6, 2, 2, 2]],
  ])('of %s are taken over all tensors', (text, expected) => {
    expect(updates(text)).toEqual(expected);
    expect(updates(text, interpretRule)).toEqual(expected);
  });

  it('over all tensors are those of a tensor where there is one, and add tensor by tensor', () => {
    const size = 1003;
    const random = stream(5, 'order of sums');
    const values = Float32Array.from({ length: size }, () => random.normal() * 10 ** (8 * random.uniform()));
    const of = (
      text: string,
      spans?: Parameters<CompiledRule['start']>[0]['tensors'],
      prepare = compileRule,
    ) => {
      const weights = new Float32Array(size);
      prepare(parseRule(text)).start({ size, steps: 1, seed: 0, tensors: spans }).step(weights, values, -1);
      return weights[7]!;
    };
    const spans = [0, 100, 101, 400].map((offset, i, all) => ({
      offset,
      size: (all[i + 1] ?? size) - offset,
    }));
    for (const name of ['sum', 'mean', 'norm', 'rms', 'amax']) {
      expect(of(`global(${name}(g))`)).toBe(of(`${name}(g)`));
      expect(of(`global(${name}(g))`, spans)).toBe(of(`global(${name}(g))`, spans, interpretRule));
    }
    const exact = (values: Float32Array): number => {
      const s = (k: number) =>
        values.filter((_, i) => i % 8 === k).reduce((total, value) => total + value, 0);
      return s(0) + s(4) + (s(2) + s(6)) + (s(1) + s(5) + (s(3) + s(7)));
    };
    const parts = spans.map(({ offset, size: length }) => exact(values.subarray(offset, offset + length)));
    expect(of('global(sum(g))', spans)).toBe(f(parts.reduce((total, part) => total + part, 0)));
  });

  it('keep one number for all of what is reduced over all', () => {
    expect(
      ruleCost(parseRule('m + ema(global(norm(g)), 0.9) + rec(0, self + norm(g) * global(sum(g)))')),
    ).toMatchObject({
      slots: 1,
      slotsPerTensor: 1,
      slotsPerNetwork: 1,
    });
  });

  it('refuse tensors that are not all the weights, each once', () => {
    const start =
      (...spans: [number, number][]) =>
      () =>
        compileRule(parseRule('norm(g)')).start({
          size: 5,
          steps: 1,
          seed: 0,
          tensors: spans.map(([offset, size]) => ({ offset, size })),
        });
    expect(start([0, 2], [3, 2])).toThrow('tensors: expected one at 2, got 2 weights at 3');
    expect(start([0, 2])).toThrow('tensors: expected 5 weights in all, got 2');
    expect(start([0, 5], [5, 0])).toThrow(RangeError);
    expect(start([0, 3], [2, 3])).toThrow(RangeError);
  });
});
