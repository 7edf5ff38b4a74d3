import { describe, expect, it } from 'vitest';
import { sampledRules } from '../../test/sampled-rules.ts';
import { nativeMachine } from '../graph/index.ts';
import { stream } from '../random/index.ts';
import {
  canonicalize,
  compileRule,
  counted,
  type Expression,
  lowerKinds,
  orthogonalize,
  parseRule,
  placesOf,
  printRule,
  resolveRule,
  runnable,
} from '../rules/index.ts';
import { nativeKernel, openNativeRule } from './native-rule.ts';

const hasCompiler = await nativeMachine().then(
  () => true,
  () => false,
);

const SPECIAL = [0, -0, 1e-45, -1e-40, 1.1754944e-38, 3.4e38, -3.4e38, 1, -1, 1e-20, -1e20];
const SIZE = 257;
const TENSORS = [
  { offset: 0, size: 100, rows: 20, columns: 5 },
  { offset: 100, size: 1 },
  { offset: 101, size: 156, rows: 12, columns: 13, kind: 'embeddings' },
] as const;

const KINDS = [
  'matrices: m; vectors: g; embeddings: drop(m, 0.3)',
  'g / norm(g); vectors: acc(g, 0.9) + prev(rms(w))',
  'matrices: rec(0, max(self, amax(g))) * w + drop(g, 0.5); vectors: drop(g, 0.5)',
];

const SHAPES = [
  'rowsum(g) + rowmean(w) * colnorm(g) - colrms(w)',
  'rowamax(g) * colamax(w) + mean(rowmean(g))',
  'rows / columns * g + rowmean(colmean(g)) + colsum(rownorm(w))',
  'g / sqrt(ema(rowmean(g^2), 0.9) * ema(colmean(g^2), 0.9) / mean(ema(rowmean(g^2), 0.9)))',
  'rec(0, max(self, rowamax(g))) * drop(g, 0.3) + prev(colsum(w))',
  'rec(0, min(rowamax(self), colamax(self)) + g^2)',
  'matrices: orth(ema(g, 0.9)); vectors: g',
  'matrices: sqrt(max(1, rows / columns)) * orth(0.05 * g + 0.95 * ema(g, 0.95)) + 0.1 * w; vectors: m; embeddings: g / rownorm(g)',
  'matrices: orth(g / rowrms(g)) * norm(orth(w)); vectors: g',
];

const REDUCTIONS = [
  'norm(w) / norm(m / (sqrt(v) + eps)) * g',
  '(g * m > 0) * m / max(mean(g * m > 0), 1e-3)',
  'g / (amax(w) + amax(g)) + sum(w) * rms(g) - sum(1)',
  'rec(0, where(t < 2, norm(g), 0.9 * self + 0.1 * norm(g))) * g + prev(mean(w))',
  'norm(g - mean(g)) * drop(g, 0.3) + mean(rms(noise) * g)',
  'rec(0, 0.5 * mean(self) + g) / amax(g / rms(g))',
  'sum(g) + mean(w)',
  'amax(g) * norm(w)',
  'min(1, 1 / global(norm(g))) * g',
  'm; eval: acc(w, 1) / t',
  'g; vectors: m; eval: rec(w, 0.9 * self + 0.1 * w)',
  'g / norm(g); eval: w - mean(w) + global(amax(w)) * lr',
  'norm(g - global(mean(g))) / global(rms(w)) * m + global(amax(g * norm(g)))',
  'rec(0, max(self, global(sum(g * w)))) + ema(global(norm(g)) * norm(w), 0.9) * g + prev(global(sum(1)))',
  'g / global(amax(w - global(amax(g)))) + drop(global(sum(noise)), 0.3)',
];

const VECTOR = placesOf({ size: SIZE });

const bitsOf = (array: Float32Array): Uint32Array => new Uint32Array(array.buffer.slice(0));

/** Steps of the rule in JavaScript and in C from the same numbers: weights after each, and whether all were finite. */
async function bothSteps(e: Expression) {
  const options = { size: SIZE, steps: 9, seed: 3, tensors: TENSORS };
  const parts = [];
  for (const part of lowerKinds(canonicalize(e))) {
    const kernel = await nativeKernel(part, placesOf(options));
    if (kernel === undefined) return undefined;
    parts.push({ ...part, kernel });
  }
  const steppers = [compileRule(e), runnable(parts)].map((rule) => rule.start(options));
  return steppers.map((stepper) => {
    const random = stream(1, 'native rule');
    const draw = () => (random.integer(3) === 0 ? SPECIAL[random.integer(SPECIAL.length)]! : random.normal());
    const weights = Float32Array.from({ length: SIZE }, draw);
    return Array.from({ length: 5 }, (_, step) => {
      const gradient = Float32Array.from({ length: SIZE }, () => draw() * 10 ** -step);
      const finite = stepper.step(weights, gradient, 0.01);
      weights.forEach((w, i) => {
        if (!Number.isFinite(w)) weights[i] = 1;
      });
      return [finite, bitsOf(weights), bitsOf(stepper.readout(weights).slice())];
    });
  });
}

describe.skipIf(!hasCompiler)('nativeKernel', () => {
  it('has the bits of the step in JavaScript', async () => {
    const named = [
      'sgd',
      'momentum',
      'adam',
      'rmsprop',
      'min(g, -0)',
      'max(w, min(g, m)) / (eps + abs(v))',
      'where(g * m > 0, m, w <= 0)',
      'where(w, where(t < 3, g, 1 / g), g) + (g < w)',
      'rec(g, max(self / 2, abs(g))) - rec(1, 0.9 * self + w)',
      'ema(g, 1 - 1 / t)',
      'adopt',
      ...REDUCTIONS,
    ];
    const random = ['g + drop(m, 0.3)', 'sign(g) * noise + clip(w, 0.1)'];
    const compiled: string[] = [];
    for (const e of [...named, ...random].map(resolveRule).concat([...sampledRules(2)])) {
      const steps = await bothSteps(e);
      if (steps === undefined) continue;
      compiled.push(printRule(e));
      expect(steps[1], printRule(e)).toEqual(steps[0]);
    }
    expect(compiled.length).toBeGreaterThan(18);
  });

  it('has them of rules per kind of tensors, and of rows, columns and matrices', async () => {
    for (const e of [...KINDS, ...SHAPES].map(resolveRule)) {
      const [javascript, native] = (await bothSteps(e))!;
      expect(native, printRule(e)).toEqual(javascript);
    }
  });

  it('leaves to JavaScript what its library computes', async () => {
    for (const text of ['exp(g)', 'log(abs(g))', 'tanh(g)', 'cos(g)', 'abs(g)^m', 'powersign'])
      expect(
        await nativeKernel(lowerKinds(canonicalize(resolveRule(text)))[0]!, VECTOR),
        text,
      ).toBeUndefined();
  });

  it('refuses arrays of another length', async () => {
    const kernel = (await nativeKernel(lowerKinds(canonicalize(parseRule('acc(g, 0.9)')))[0]!, VECTOR))!;
    const of = (length: number) => new Float32Array(length);
    const context = {
      slots: [of(SIZE)],
      scalars: [],
      draws: [],
      bounds: [0, SIZE],
      tensors: counted(VECTOR),
      orthogonalize,
    };
    expect(kernel(of(SIZE), of(SIZE), 1, context)).toBe(true);
    expect(() => kernel(of(SIZE - 1), of(SIZE), 1, context)).toThrow(RangeError);
  });
});

describe('openNativeRule', () => {
  it('is ready at once for few weights', async () => {
    const { rule, ready } = openNativeRule(parseRule('g'), [{ offset: 0, size: 4 }]);
    await ready;
    const weights = Float32Array.of(1, 2, 3, 4);
    rule.start({ size: 4, steps: 1, seed: 0 }).step(weights, Float32Array.of(1, 1, 1, 1), 1);
    expect(weights).toEqual(Float32Array.of(0, 1, 2, 3));
  });

  it.skipIf(!hasCompiler)('takes the steps of the rule before and after it is compiled', async () => {
    const size = 100_000;
    const { rule, ready } = openNativeRule(parseRule('adam'), [{ offset: 0, size }]);
    const options = { size, steps: 4, seed: 0 };
    const [native, javascript] = [rule.start(options), compileRule(parseRule('adam')).start(options)];
    const [a, b] = [new Float32Array(size).fill(1), new Float32Array(size).fill(1)];
    for (const step of [0, 1, 2]) {
      if (step === 1) await ready;
      const gradient = Float32Array.from({ length: size }, (_, i) => Math.sin(i + step));
      expect([native.step(a, gradient, 0.1), javascript.step(b, gradient, 0.1)]).toEqual([true, true]);
    }
    expect(bitsOf(a)).toEqual(bitsOf(b));
  });
});
