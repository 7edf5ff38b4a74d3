import { expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/**
 * Named rules that reduce over tensors against float64 write-ups of the published formulas, for one tensor, over 1,000 gradients that vary in
 * scale over weights and time: the weights of all tensors are within 1e-5 of the way travelled.
 */
type WriteUp = (size: number) => (g: readonly number[], w: readonly number[]) => readonly number[];

const EPS = 1e-8;

const norm = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, one) => sum + one * one, 0));
const mean = (x: readonly number[]): number => x.reduce((sum, one) => sum + one, 0) / x.length;
const rms = (x: readonly number[]): number => norm(x) / Math.sqrt(x.length);
const zeros = (size: number): number[] => Array.from({ length: size }, () => 0);

/** Kingma and Ba's averages of what is handed in, corrected for their start, and the update of Adam. */
function adam(size: number, beta1 = 0.9, beta2 = 0.999, eps = EPS) {
  let t = 0;
  const [m, v] = [zeros(size), zeros(size)];
  return (g: readonly number[], squared = g) => {
    t += 1;
    for (let i = 0; i < size; i++) {
      m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
      v[i] = beta2 * v[i]! + (1 - beta2) * squared[i]! ** 2;
    }
    const corrected = v.map((one) => one / (1 - beta2 ** t));
    return {
      m,
      v: corrected,
      update: m.map((one, i) => one / (1 - beta1 ** t) / (Math.sqrt(corrected[i]!) + eps)),
    };
  };
}

/** You et al. 2017, algorithm 1, at a constant learning rate. */
const lars: WriteUp = (size) => {
  let v: readonly number[] = zeros(size);
  return (g, w) => {
    const local = (1e-3 * norm(w)) / (norm(g) + 1e-4 * norm(w));
    v = v.map((one, i) => 0.9 * one + local * (g[i]! + 1e-4 * w[i]!));
    return v;
  };
};

/** You et al. 2020, algorithm 2, φ(z) = z. */
const lamb: WriteUp = (size) => {
  const step = adam(size, 0.9, 0.999, 1e-6);
  return (g, w) => {
    const r = step(g).update.map((one, i) => one + 1e-2 * w[i]!);
    return r.map((one) => (norm(w) / norm(r)) * one);
  };
};

/** Liang et al. 2024, algorithm 1. */
const cautiousAdamw: WriteUp = (size) => {
  const step = adam(size);
  return (g, w) => {
    const { m, update } = step(g);
    const mask = m.map((one, i) => (one * g[i]! > 0 ? 1 : 0));
    const share = Math.max(mean(mask), 1e-3);
    return update.map((one, i) => (one * mask[i]!) / share + 1e-2 * w[i]!);
  };
};

const cautiousLion: WriteUp = (size) => {
  const m = zeros(size);
  return (g) => {
    const c = m.map((one, i) => 0.9 * one + 0.1 * g[i]!);
    for (let i = 0; i < size; i++) m[i] = 0.99 * m[i]! + 0.01 * g[i]!;
    const mask: number[] = c.map((one, i) => (one * g[i]! > 0 ? 1 : 0));
    return c.map((one, i) => (Math.sign(one) * mask[i]!) / Math.max(mean(mask), 1e-3));
  };
};

/** Wortsman et al. 2023, algorithm 2: the averages of Adam are corrected by their rates. */
const stableAdamw: WriteUp = (size) => {
  let t = 0;
  const [v, u] = [zeros(size), zeros(size)];
  return (g, w) => {
    t += 1;
    const [b1, b2] = [0.9, 0.999].map((b) => (b * (1 - b ** (t - 1))) / (1 - b ** t)) as [number, number];
    for (let i = 0; i < size; i++) {
      v[i] = b1 * v[i]! + (1 - b1) * g[i]!;
      u[i] = b2 * u[i]! + (1 - b2) * g[i]! ** 2;
    }
    const size2 = Math.sqrt(mean(g.map((one, i) => one ** 2 / Math.max(u[i]!, EPS ** 2))));
    return v.map((one, i) => (one / (Math.sqrt(u[i]!) + EPS) + 1e-2 * w[i]!) / Math.max(1, size2));
  };
};

/** Ginsburg et al. 2019, algorithm 1. */
const novograd: WriteUp = (size) => {
  let v: number | undefined;
  let m: readonly number[] = zeros(size);
  return (g, w) => {
    v = v === undefined ? norm(g) ** 2 : 0.98 * v + 0.02 * norm(g) ** 2;
    const root = Math.sqrt(v) + EPS;
    m = m.map((one, i) => 0.95 * one + (g[i]! / root + 1e-3 * w[i]!));
    return m;
  };
};

/** Dubey et al. 2022, algorithm 2, γ = 0.95. */
const adanorm: WriteUp = (size) => {
  const step = adam(size);
  let e = 0;
  return (g) => {
    e = 0.95 * e + 0.05 * norm(g);
    const scale = e > norm(g) ? e / norm(g) : 1;
    return step(
      g.map((one) => scale * one),
      g,
    ).update;
  };
};

/** Yuan et al. 2024, algorithm 2, γ = 0.025. */
const mars: WriteUp = (size) => {
  const step = adam(size, 0.95, 0.99);
  let last: readonly number[] = zeros(size);
  return (g, w) => {
    const c = g.map((one, i) => one + 0.025 * (0.95 / (1 - 0.95)) * (one - last[i]!));
    last = g;
    const clipped = c.map((one) => (norm(c) > 1 ? one / norm(c) : one));
    return step(clipped).update.map((one, i) => one + 1e-2 * w[i]!);
  };
};

/** Bernstein et al. 2020, algorithm 1, η = 0.01. */
const fromage: WriteUp = () => (g, w) =>
  w.map((one, i) => (one - (one - ((0.01 * norm(w)) / norm(g)) * g[i]!) / Math.sqrt(1 + 0.01 ** 2)) / 0.01);

/** Xu et al. 2024, algorithm 1. */
const sgdSai: WriteUp = (size) => {
  let snr: number | undefined;
  let m: readonly number[] = zeros(size);
  return (g) => {
    const deviation = Math.sqrt(g.reduce((sum, one) => sum + (one - mean(g)) ** 2, 0) / (size - 1));
    snr ??= norm(g) / (deviation + EPS);
    m = m.map((one, i) => 0.9 * one + 0.1 * g[i]!);
    return m.map((one) => snr! * one);
  };
};

/** Bahrami and Zadeh 2021, algorithm 1, β = 0.9. */
const gravity: WriteUp = (size) => {
  let t = 0;
  let v: readonly number[] = zeros(size);
  return (g) => {
    t += 1;
    const beta = (0.9 * t + 1) / (t + 2);
    const m = 1 / Math.max(...g.map(Math.abs));
    v = v.map((one, i) => beta * one + (1 - beta) * (g[i]! / (1 + (g[i]! / m) ** 2)));
    return v;
  };
};

const rmsAdam: WriteUp = (size) => {
  const step = adam(size);
  return (g) => {
    const { update } = step(g);
    return update.map((one) => one / rms(update));
  };
};

const scaledSign: WriteUp = () => (g) => g.map((one) => Math.sign(one) * mean(g.map(Math.abs)));

const normalizedMomentum: WriteUp = (size) => {
  let m: readonly number[] = zeros(size);
  return (g) => {
    m = m.map((one, i) => 0.9 * one + 0.1 * g[i]!);
    return m.map((one) => one / norm(m));
  };
};

const writeUps: Readonly<Record<string, WriteUp>> = {
  lars,
  lamb,
  'cautious-adamw': cautiousAdamw,
  'cautious-lion': cautiousLion,
  'stable-adamw': stableAdamw,
  novograd,
  adanorm,
  mars,
  fromage,
  'sgd-sai': sgdSai,
  gravity,
  'rms-adam': rmsAdam,
  'scaled-sign': scaledSign,
  'normalized-momentum': normalizedMomentum,
};

const SIZES = [5, 17, 2, 8];
const TENSORS = SIZES.map((size, i) => ({ offset: SIZES.slice(0, i).reduce((sum, n) => sum + n, 0), size }));
const SIZE = SIZES.reduce((sum, n) => sum + n, 0);
const STEPS = 1000;
/** LARS steps by thousandths of the weights. */
const learningRateOf = (name: string): number => (name === 'lars' ? 1 : 1e-2);

it.each(Object.entries(writeUps))('%s steps as published', (name, writeUp) => {
  const random = stream(3, 'published reductions');
  const initial = Float32Array.from({ length: SIZE }, () => random.normal());
  const weights = initial.slice();
  const expected = Float64Array.from(initial);
  const stepper = compileRule(resolveRule(name)).start({
    size: SIZE,
    steps: STEPS,
    seed: 0,
    tensors: TENSORS,
  });
  const learningRate = learningRateOf(name);
  const updates = SIZES.map(writeUp);
  let way = 0;
  for (let step = 1; step <= STEPS; step++) {
    const scale = 10 ** (2 * random.uniform() - 1);
    const gradient = Float32Array.from(
      { length: SIZE },
      (_, i) => scale * (0.5 + random.normal()) * 10 ** ((i % 16) / 4 - 3),
    );
    if (step % 97 === 0) gradient[step % SIZE] = 0;
    expect(stepper.step(weights, gradient, learningRate)).toBe(true);
    const change = TENSORS.flatMap(({ offset, size }, k) =>
      updates[k]!(
        [...gradient.subarray(offset, offset + size)],
        [...expected.subarray(offset, offset + size)],
      ).map((u) => learningRate * u),
    );
    for (const [i, by] of change.entries()) expected[i]! -= by;
    way += Math.hypot(...change);
    if (step % 100 !== 0) continue;
    const distance = Math.hypot(...expected.map((w, i) => w - weights[i]!));
    expect(distance / way).toBeLessThanOrEqual(1e-5);
  }
});
