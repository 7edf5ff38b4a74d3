import { expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/**
 * Named rules that read the whole network, the learning rate or the first weights, against float64 write-ups of the published formulas, over
 * 1,000 gradients that vary in scale over weights and time: the weights of all tensors are within 1e-5 of the way travelled.
 */
type WriteUp = (
  start: readonly number[],
) => (g: readonly number[], w: readonly number[], lr: number) => readonly number[];

const EPS = 1e-8;
const ROOT = Math.sqrt(0.999);

const norm = (x: readonly number[]): number => Math.sqrt(dot(x, x));
const norm1 = (x: readonly number[]): number => x.reduce((sum, one) => sum + Math.abs(one), 0);
const dot = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, one, i) => sum + one * y[i]!, 0);
const zeros = (like: readonly number[]): number[] => like.map(() => 0);

const averaged = (b: number, x: readonly number[], y: readonly number[]): readonly number[] =>
  x.map((one, i) => b * one + (1 - b) * y[i]!);

/** torch.nn.utils.clip_grad_norm_ of all gradients, at most of norm 1. */
const clip = (g: readonly number[]): readonly number[] => {
  const factor = Math.min(1, 1 / (norm(g) + 1e-6));
  return g.map((one) => one * factor);
};

const adamUpdate = (start: readonly number[]) => {
  let [m, v, t]: [readonly number[], readonly number[], number] = [zeros(start), zeros(start), 0];
  return (g: readonly number[]) => {
    t += 1;
    m = averaged(0.9, m, g);
    v = averaged(
      0.999,
      v,
      g.map((one) => one ** 2),
    );
    return m.map((one, i) => one / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + EPS));
  };
};

const descend = (w: readonly number[], by: readonly number[], rate = 1): readonly number[] =>
  w.map((one, i) => one - rate * by[i]!);

const clippedSgd: WriteUp = () => (g, w, lr) => descend(w, clip(g), lr);

const clippedAdam: WriteUp = (start) => {
  const update = adamUpdate(start);
  return (g, w, lr) => descend(w, update(clip(g)), lr);
};

/** Defazio and Jelassi 2021, algorithm 1. */
const madgrad: WriteUp = (start) => {
  let [s, v, k] = [zeros(start), zeros(start), 0];
  return (g, w, lr) => {
    const lambda = lr * Math.sqrt(k + 1);
    k += 1;
    s = s.map((one, i) => one + lambda * g[i]!);
    v = v.map((one, i) => one + lambda * g[i]! ** 2);
    const z = start.map((one, i) => one - s[i]! / (Math.cbrt(v[i]!) + 1e-6));
    return w.map((one, i) => 0.9 * one + 0.1 * z[i]!);
  };
};

/** Mishchenko and Defazio 2023, algorithm 4. */
const prodigy: WriteUp = (start) => {
  let [m, v, s]: readonly number[][] = [zeros(start), zeros(start), zeros(start)] as number[][];
  let [d, r] = [1e-6, 0];
  return (g, w, lr) => {
    const scaled = g.map((one) => d * one);
    m = averaged(0.9, m!, scaled) as number[];
    v = averaged(
      0.999,
      v!,
      scaled.map((one) => one ** 2),
    ) as number[];
    r =
      ROOT * r +
      (1 - ROOT) *
        lr *
        d ** 2 *
        dot(
          g,
          start.map((one, i) => one - w[i]!),
        );
    s = averaged(
      ROOT,
      s!,
      g.map((one) => lr * d ** 2 * one),
    ) as number[];
    const next = w.map((one, i) => one - (lr * d * m![i]!) / (Math.sqrt(v![i]!) + d * EPS));
    d = Math.max(d, r / norm1(s));
    return next;
  };
};

/** Defazio and Mishchenko 2023, D-Adapted Adam. */
const dadaptAdam: WriteUp = (start) => {
  let [m, v, s]: (readonly number[])[] = [zeros(start), zeros(start), zeros(start)];
  let [d, r] = [1e-6, 0];
  return (g, w, lr) => {
    const stepped = g.map((one) => d * lr * one);
    m = averaged(0.9, m!, stepped);
    v = averaged(
      0.999,
      v!,
      g.map((one) => one ** 2),
    );
    const a = v.map((one) => Math.sqrt(one) + EPS);
    r =
      ROOT * r +
      (1 - ROOT) *
        d *
        lr *
        dot(
          g,
          s!.map((one, i) => one / a[i]!),
        );
    s = averaged(ROOT, s!, stepped);
    d = Math.max(d, r / ((1 - ROOT) * norm1(s)));
    return descend(
      w,
      m.map((one, i) => one / a[i]!),
    );
  };
};

/** Defazio and Mishchenko 2023, SGD with D-Adaptation. */
const dadaptSgd: WriteUp = (start) => {
  let [s, z]: (readonly number[])[] = [zeros(start), start];
  let [d, r, first] = [1e-6, 0, 0];
  return (g, w, lr) => {
    first ||= norm(g);
    const lambda = (d * lr) / first;
    r += lambda * dot(g, s!);
    s = s!.map((one, i) => one + lambda * g[i]!);
    z = descend(z!, g, lambda);
    d = Math.max(d, (2 * r) / norm(s));
    return averaged(0.9, w, z);
  };
};

/** Ivgi et al. 2023: the distance over the gradients. */
const dog: WriteUp = (start) => {
  let [r, sum] = [1e-6 * (1 + norm(start)), 0];
  return (g, w, lr) => {
    r = Math.max(r, norm(w.map((one, i) => one - start[i]!)));
    sum += dot(g, g);
    return descend(w, g, (lr * r) / Math.sqrt(sum + EPS));
  };
};

/** Khaled et al. 2023: gradients weighted by the distance. */
const dowg: WriteUp = (start) => {
  let [r, sum] = [1e-6 * (1 + norm(start)), 0];
  return (g, w, lr) => {
    r = Math.max(r, norm(w.map((one, i) => one - start[i]!)));
    sum += r ** 2 * dot(g, g);
    return descend(w, g, (lr * r ** 2) / Math.sqrt(sum + EPS));
  };
};

/** Zhang et al. 2019, algorithm 1, k = 5, α = 0.5. */
const lookahead =
  (inner: (start: readonly number[]) => (g: readonly number[]) => readonly number[]): WriteUp =>
  (start) => {
    const update = inner(start);
    let [slow, t] = [start, 0];
    return (g, w, lr) => {
      const fast = descend(w, update(g), lr);
      t += 1;
      if (t % 5 > 0) return fast;
      slow = averaged(0.5, slow, fast);
      return slow;
    };
  };

/** A rule for every tensor by itself. */
const perTensor =
  (writeUp: WriteUp): WriteUp =>
  (start) => {
    const steps = TENSORS.map((tensor) => writeUp(part(start, tensor)));
    return (g, w, lr) => TENSORS.flatMap((tensor, k) => steps[k]!(part(g, tensor), part(w, tensor), lr));
  };

const part = (x: readonly number[], { offset, size }: { offset: number; size: number }): readonly number[] =>
  x.slice(offset, offset + size);

/**
 * `follows`: the rule descends on a function, with noise, and the write-up is given the weights that it has come to: it reads how far they
 * are from the first ones, which are so small that float32 tells that.
 */
const writeUps: Readonly<Record<string, readonly [WriteUp, learningRate: number, follows?: boolean]>> = {
  'clipped-sgd': [clippedSgd, 1e-2],
  'clipped-adam': [clippedAdam, 1e-2],
  madgrad: [madgrad, 1e-2],
  prodigy: [prodigy, 1, true],
  'dadapt-adam': [dadaptAdam, 1, true],
  'dadapt-sgd': [dadaptSgd, 1, true],
  dog: [dog, 1, true],
  ldog: [perTensor(dog), 1, true],
  dowg: [dowg, 1, true],
  'lookahead-sgd': [lookahead(() => (g) => g), 1e-2],
  'lookahead-adam': [lookahead(adamUpdate), 1e-2],
};

const SIZES = [5, 17, 2, 8];
const TENSORS = SIZES.map((size, i) => ({ offset: SIZES.slice(0, i).reduce((sum, n) => sum + n, 0), size }));
const SIZE = SIZES.reduce((sum, n) => sum + n, 0);
const STEPS = 1000;

it.each(Object.entries(writeUps))(
  '%s steps as published',
  (name, [writeUp, learningRate, follows = false]) => {
    const random = stream(3, 'published wholes');
    const initial = Float32Array.from({ length: SIZE }, () => (follows ? 1e-6 : 1) * random.normal());
    const weights = initial.slice();
    let expected: readonly number[] = [...initial];
    const stepper = compileRule(resolveRule(name)).start({
      size: SIZE,
      steps: STEPS,
      seed: 0,
      tensors: TENSORS,
    });
    const update = writeUp(expected);
    let way = 0;
    for (let step = 1; step <= STEPS; step++) {
      const scale = 10 ** (2 * random.uniform() - 1);
      const gradient = Float32Array.from({ length: SIZE }, (_, i) =>
        follows
          ? 10 ** ((i % 16) / 8 - 2) * (weights[i]! - 1 + 0.1 * random.normal())
          : scale * (0.5 + random.normal()) * 10 ** ((i % 16) / 4 - 3),
      );
      if (step % 97 === 0) gradient[step % SIZE] = 0;
      // A schedule that falls to a half.
      const rate = learningRate * (1 - step / (2 * STEPS));
      const before = [...weights];
      expect(stepper.step(weights, gradient, rate)).toBe(true);
      const next = update([...gradient], follows ? before : expected, rate);
      const change = next.map((w, i) => w - (follows ? before : expected)[i]!);
      way += norm(change);
      expected = expected.map((w, i) => w + change[i]!);
      if (step % 100 === 0)
        expect(norm(expected.map((w, i) => w - weights[i]!)) / way).toBeLessThanOrEqual(1e-5);
    }
    expect(way).toBeGreaterThan(0);
  },
);
