import { expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/**
 * Named rules of the large collections against float64 write-ups of the published formulas, for one tensor, over 1,000 gradients that vary in scale
 * over weights and time: the weights of all tensors are within 1e-5 of the way travelled.
 */
type WriteUp = (size: number) => (g: readonly number[], w: readonly number[], t: number) => readonly number[];

const EPS = 1e-8;

const sum = (x: readonly number[]): number => x.reduce((total, one) => total + one, 0);
const dot = (x: readonly number[], y: readonly number[]): number => sum(x.map((one, i) => one * y[i]!));
const norm = (x: readonly number[]): number => Math.sqrt(dot(x, x));
const mean = (x: readonly number[]): number => sum(x) / x.length;
const rms = (x: readonly number[]): number => norm(x) / Math.sqrt(x.length);
const amax = (x: readonly number[]): number => Math.max(...x.map(Math.abs));
const scaled = (x: readonly number[], by: number): number[] => x.map((one) => by * one);
const squared = (x: readonly number[]): number[] => x.map((one) => one * one);
const zeros = (size: number): number[] => Array.from({ length: size }, () => 0);

/** A running average from 0: what it is after a value, and divided by what the zero start takes from it. */
function average(beta: number) {
  let state: readonly number[] | undefined;
  let t = 0;
  return (x: readonly number[]) => {
    t += 1;
    state = x.map((one, i) => beta * (state?.[i] ?? 0) + (1 - beta) * one);
    return { plain: state, corrected: scaled(state, 1 / (1 - beta ** t)) };
  };
}

/** A sum that forgets: momentum. */
function momentum(beta: number) {
  let state: readonly number[] | undefined;
  return (x: readonly number[]) => {
    state = x.map((one, i) => beta * (state?.[i] ?? 0) + one);
    return state;
  };
}

const overRoot = (x: readonly number[], v: readonly number[], eps = EPS): number[] =>
  x.map((one, i) => one / (Math.sqrt(v[i]!) + eps));

/** Of Adam: both averages, corrected, and its update. */
function adam(beta1 = 0.9, beta2 = 0.999, eps = EPS) {
  const [first, second] = [average(beta1), average(beta2)];
  return (g: readonly number[]) => {
    const [m, v] = [first(g), second(squared(g))];
    return { m, v, update: overRoot(m.corrected, v.corrected, eps) };
  };
}

const adabelief: WriteUp = () => {
  const [first, second] = [average(0.9), average(0.999)];
  return (g) => {
    const m = first(g);
    const s = second(squared(g.map((one, i) => one - m.plain[i]!)));
    return overRoot(m.corrected, s.corrected, 1e-16);
  };
};

const adabound: WriteUp = () => {
  const step = adam();
  return (g, _, t) => {
    const { m, v } = step(g);
    const [low, high] = [100 * (1 - 1 / (1e-3 * t + 1)), 100 * (1 + 1 / (1e-3 * t))];
    const size = Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
    return m.plain.map(
      (one, i) => one * Math.max(low, Math.min(high, size / (Math.sqrt(v.plain[i]!) + EPS))),
    );
  };
};

const adamod: WriteUp = () => {
  const [step, smooth] = [adam(), average(0.999)];
  return (g) => {
    const { m, v } = step(g);
    const rates = v.corrected.map((one) => 1 / (Math.sqrt(one) + EPS));
    const bounds = smooth(rates).plain;
    return m.corrected.map((one, i) => one * Math.min(rates[i]!, bounds[i]!));
  };
};

/** Xie et al. 2021, β0 = 1: the momentum of the odd steps and that of the even ones. */
function positiveNegative() {
  let [now, before]: number[][] = [[], []];
  return (g: readonly number[]): number[] => {
    const fresh: number[] = g.map((one, i) => 0.81 * (before![i] ?? 0) + 0.19 * one);
    [before, now] = [now, fresh];
    return fresh.map((one, i) => (2 * one - (before![i] ?? 0)) / Math.sqrt(5));
  };
}

const pnm: WriteUp = () => positiveNegative();

const adapnm: WriteUp = (size) => {
  const [direction, second] = [positiveNegative(), average(0.999)];
  const largest = zeros(size);
  return (g, _, t) => {
    for (const [i, one] of second(squared(g)).plain.entries()) largest[i] = Math.max(largest[i]!, one);
    return direction(g).map(
      (one, i) => one / (1 - 0.9 ** t) / (Math.sqrt(largest[i]! / (1 - 0.999 ** t)) + EPS),
    );
  };
};

/** Zhou et al. 2019, n = 10, φ the maximum over the tensor. */
const adashift: WriteUp = (size) => {
  const gradients: (readonly number[])[] = [];
  const weights = Array.from({ length: 10 }, (_, i) => 0.9 ** i);
  let v = 0;
  return (g, _, t) => {
    gradients.unshift(g);
    if (t <= 10) return zeros(size);
    const [old] = gradients.splice(10);
    v = 0.999 * v + 0.001 * amax(old!) ** 2;
    const m = g.map((_, i) => sum(gradients.map((one, k) => weights[k]! * one[i]!)) / sum(weights));
    return scaled(m, 1 / (Math.sqrt(v / (1 - 0.999 ** (t - 10))) + 1e-10));
  };
};

/** Lu 2022, equations 7 and 8: the window is the whole training. */
const adasmooth: WriteUp = (size) => {
  let [start, last]: (readonly number[])[] = [];
  const [path, e] = [zeros(size), zeros(size)];
  return (g, w) => {
    start ??= w;
    for (let i = 0; i < size; i++) {
      path[i]! += Math.abs(w[i]! - (last ?? w)[i]!);
      const ratio = path[i]! > 0 ? Math.abs(w[i]! - start[i]!) / path[i]! : 1;
      const c = (0.99 - 0.5) * ratio + (1 - 0.99);
      e[i] = c ** 2 * g[i]! ** 2 + (1 - c ** 2) * e[i]!;
    }
    last = w;
    return g.map((one, i) => one / Math.sqrt(e[i]! + 1e-6));
  };
};

const aggmo: WriteUp = () => {
  const velocities = [0, 0.9, 0.99].map(momentum);
  return (g) => {
    const all = velocities.map((next) => next(g));
    return g.map((_, i) => mean(all.map((one) => one[i]!)));
  };
};

/** Zhang et al. 2022, algorithm 1, K = 2. */
const aida: WriteUp = (size) => {
  const first = average(0.9);
  const v = zeros(size);
  return (g, _, t) => {
    const m = first(g);
    let [a, b]: (readonly number[])[] = [g, m.plain];
    for (let k = 0; k < 2; k++) {
      const inner = dot(a!, b!);
      [a, b] = [scaled(a!, inner / dot(a!, a!)), scaled(b!, inner / dot(b!, b!))];
    }
    for (let i = 0; i < size; i++) v[i] = 0.999 * v[i]! + 0.001 * (b![i]! - a![i]!) ** 2 + 1e-16;
    return overRoot(m.corrected, scaled(v, 1 / (1 - 0.999 ** t)), 1e-16);
  };
};

/** Tian and Parikh 2022, algorithm 1, ξ = 0.01, η̃ = 0.5, c and d as they recommend. */
const amos: WriteUp = () => {
  const [rate, scale] = [0.01, 0.5];
  let [v, b] = [0, 0];
  return (g, w, t) => {
    const size = mean(squared(g));
    v = 0.999 * v + 0.001 * size;
    const inverse = (1 - 0.999 ** t) / (v + 1e-18);
    const c = (1 + 0.25 * Math.sqrt(rate) * b) ** -0.5;
    const d = 1 / (1 + 0.25 * Math.sqrt(rate * scale) * b);
    const gamma = c * rate ** 2 * inverse * size;
    b = b * (1 + gamma) + gamma;
    return g.map((one, i) => (d * ((gamma / 2) * w[i]! + rate * scale * Math.sqrt(inverse) * one)) / rate);
  };
};

const ano: WriteUp = (size) => {
  const first = average(0.92);
  const v = zeros(size);
  return (g, _, t) => {
    for (let i = 0; i < size; i++) v[i] = 0.99 * v[i]! + 0.01 * Math.sign(g[i]! ** 2 - v[i]!) * g[i]! ** 2;
    const m = first(g).plain;
    return overRoot(
      g.map((one, i) => Math.abs(one) * Math.sign(m[i]!)),
      scaled(v, 1 / (1 - 0.99 ** t)),
    );
  };
};

/** Ma 2020, algorithm 1. */
const apollo: WriteUp = (size) => {
  const m = zeros(size);
  const diagonal = zeros(size);
  let direction: readonly number[] = zeros(size);
  return (g, _, t) => {
    const alpha = (1 - 0.9) / (1 - 0.9 ** t);
    const change = g.map((one, i) => one - m[i]!);
    for (let i = 0; i < size; i++) m[i]! += alpha * change[i]!;
    const length = sum(direction.map((one) => one ** 4)) ** 0.25 + 1e-4;
    const unit = scaled(direction, 1 / length);
    const curvature = dot(diagonal, squared(unit));
    const delta = -alpha * dot(scaled(change, 1 / length), unit) - curvature;
    for (let i = 0; i < size; i++) diagonal[i]! += delta * unit[i]! ** 2;
    direction = m.map((one, i) => one / Math.max(Math.abs(diagonal[i]!), 1));
    return direction;
  };
};

/** Jiang and Xiao 2025, algorithm 4 (c), β = 0.9. */
const bcos: WriteUp = () => {
  let m: readonly number[] | undefined;
  const beta = 0.9;
  return (g, w) => {
    const before = m ?? g;
    m = before.map((one, i) => beta * one + (1 - beta) * g[i]!);
    return m.map((one, i) => {
      const [old, now] = [before[i]!, g[i]!];
      const v =
        (3 * beta ** 2 - 2 * beta ** 3) * old ** 2 +
        (1 - beta) ** 2 * now ** 2 +
        2 * beta * (1 - beta) ** 2 * old * now;
      return one / (Math.sqrt(v) + 1e-6) + 0.1 * w[i]!;
    });
  };
};

const diffgrad: WriteUp = (size) => {
  const step = adam();
  let last: readonly number[] = zeros(size);
  return (g) => {
    const friction = g.map((one, i) => 1 / (1 + Math.exp(-Math.abs(last[i]! - one))));
    last = g;
    return step(g).update.map((one, i) => friction[i]! * one);
  };
};

const exadam: WriteUp = () => {
  const step = adam();
  return (g, _, t) => {
    const { m, v } = step(g);
    return g.map((one, i) => {
      const [m0, v0] = [m.plain[i]!, v.plain[i]!];
      const d1 = 1 + (v0 / (v0 + EPS)) * 0.999 ** t;
      const d2 = 1 + (m0 ** 2 / (m0 ** 2 + EPS)) * 0.9 ** t;
      const direction = (m0 / (1 - 0.9 ** t)) * d1 + (one / (1 - 0.9 ** t)) * d1;
      return direction / (Math.sqrt((v0 / (1 - 0.999 ** t)) * d2) + EPS);
    });
  };
};

/** Hwang 2024, algorithm 1. */
const fadam: WriteUp = (size) => {
  const fisher = zeros(size);
  const first = average(0.9);
  return (g, w, t) => {
    const beta = (0.999 * (1 - 0.999 ** (t - 1))) / (1 - 0.999 ** t);
    for (let i = 0; i < size; i++) fisher[i] = beta * fisher[i]! + (1 - beta) * g[i]! ** 2;
    const eps = Math.min(rms(g), 1) * EPS;
    const natural = (x: readonly number[]): number[] => {
      const divided = overRoot(x, fisher, eps);
      return scaled(divided, 1 / Math.max(1, rms(divided)));
    };
    const m = first(natural(g)).plain;
    const decay = natural(w);
    return m.map((one, i) => one + 0.1 * decay[i]!);
  };
};

const focus: WriteUp = () => {
  const [first, center] = [average(0.9), average(0.999)];
  return (g, w, t) => {
    const around = center(w).corrected;
    return first(g).plain.map(
      (one, i) => Math.sign(one) + (t === 1 ? 0 : 0.1 * Math.sign(w[i]! - around[i]!)),
    );
  };
};

const grams: WriteUp = () => {
  const step = adam();
  return (g) => step(g).update.map((one, i) => Math.sign(g[i]!) * Math.abs(one));
};

const grokfastAdam: WriteUp = () => {
  const step = adam(0.9, 0.99);
  let slow: readonly number[] | undefined;
  return (g) => {
    slow = g.map((one, i) => 0.98 * (slow ?? g)[i]! + 0.02 * one);
    return step(g.map((one, i) => one + 2 * slow![i]!)).update;
  };
};

const kate: WriteUp = (size) => {
  const [b, m] = [zeros(size), zeros(size)];
  return (g) =>
    g.map((one, i) => {
      b[i]! += one ** 2 + 1e-8;
      m[i]! += one ** 2 / b[i]!;
      return (Math.sqrt(m[i]!) * one) / b[i]!;
    });
};

const laprop: WriteUp = () => {
  const [first, second] = [average(0.9), average(0.999)];
  return (g) => first(overRoot(g, second(squared(g)).corrected, 1e-15)).corrected;
};

/** Balles and Hennig 2018, algorithm 1 of the appendix, whose t is 0 at the first step. */
const msvag: WriteUp = () => {
  const [first, second] = [average(0.9), average(0.9)];
  return (g, _, t) => {
    const [m, v] = [first(g).corrected, second(squared(g)).corrected];
    const rho = Math.min(((1 - 0.9) * (1 + 0.9 ** t)) / ((1 + 0.9) * (1 - 0.9 ** t)), 0.9999);
    return m.map((one, i) => {
      if (one === 0) return 0;
      const noise = Math.max(0, (v[i]! - one ** 2) / (1 - rho));
      return (one ** 2 / (one ** 2 + rho * noise)) * one;
    });
  };
};

const padam: WriteUp = () => {
  const step = adam();
  return (g) => {
    const { m, v } = step(g);
    return m.corrected.map((one, i) => one / (Math.sqrt(v.corrected[i]!) + EPS) ** 0.5);
  };
};

const pid: WriteUp = (size) => {
  const [integral, derivative] = [momentum(0.9), average(0.9)];
  let last: readonly number[] | undefined;
  return (g) => {
    const change = last === undefined ? zeros(size) : g.map((one, i) => one - last![i]!);
    last = g;
    const [sums, changes] = [integral(g), derivative(change).plain];
    return g.map((one, i) => one + 5 * sums[i]! + 10 * changes[i]!);
  };
};

const qhadam: WriteUp = () => {
  const step = adam(0.995, 0.999);
  return (g) => {
    const { m, v } = step(g);
    return overRoot(
      g.map((one, i) => 0.3 * one + 0.7 * m.corrected[i]!),
      v.corrected,
    );
  };
};

const qhm: WriteUp = () => {
  const first = average(0.999);
  return (g) => first(g).plain.map((one, i) => 0.7 * one + 0.3 * g[i]!);
};

const rmspropTf: WriteUp = (size) => {
  let v: readonly number[] = zeros(size).map(() => 1);
  return (g) => {
    v = v.map((one, i) => 0.9 * one + 0.1 * g[i]! ** 2);
    return g.map((one, i) => one / Math.sqrt(v[i]! + 1e-10));
  };
};

/** Adam where there is a gradient, and nothing elsewhere. */
const sparseAdam: WriteUp = (size) => {
  const [m, v] = [zeros(size), zeros(size)];
  return (g, _, t) =>
    g.map((one, i) => {
      if (one === 0) return 0;
      m[i] = 0.9 * m[i]! + 0.1 * one;
      v[i] = 0.999 * v[i]! + 0.001 * one ** 2;
      return ((m[i]! / (Math.sqrt(v[i]!) + EPS)) * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
    });
};

const sgdw: WriteUp = () => {
  const velocity = momentum(0.9);
  return (g, w) => velocity(g).map((one, i) => one + 0.01 * w[i]!);
};

const simplifiedAdemamix: WriteUp = () => {
  const [slow, second] = [momentum(0.99), average(0.95)];
  return (g) =>
    overRoot(
      slow(g).map((one, i) => one + 10 * g[i]!),
      second(squared(g)).corrected,
    );
};

/** Huang et al. 2025, algorithm 1: Adam that cuts spikes, restarted every 500 steps and warmed up again for 50. */
const spam: WriteUp = (size) => {
  let [m, v]: (readonly number[])[] = [zeros(size), zeros(size)];
  return (g, _, t) => {
    const since = t % 500;
    if (since === 0) [m, v] = [zeros(size), zeros(size)];
    const cut = g.map((one, i) => {
      const isSpike = since >= 20 && one ** 2 > 5000 * v![i]!;
      return isSpike ? Math.sign(one) * Math.sqrt(5000 * v![i]!) : one;
    });
    m = cut.map((one, i) => 0.9 * m![i]! + 0.1 * one);
    v = cut.map((one, i) => 0.999 * v![i]! + 0.001 * one ** 2);
    const death = t < 500 || since >= 50 ? 0 : (0.99 * (1 + Math.cos((Math.PI * (since + 1)) / 51))) / 2;
    const size2 = ((1 - death) * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
    return scaled(overRoot(m, v, 1e-6), size2);
  };
};

/** Huang et al. 2025, algorithm 1, with γ1 = 0.7, γ2 = 0.9, θ = 0.999 and a restart every 1,000 steps. */
const stableSpam: WriteUp = (size) => {
  let [m, v]: (readonly number[])[] = [zeros(size), zeros(size)];
  let steps = 0;
  const [largest, norms, squares] = [average(0.999), average(0.7), average(0.9)];
  return (g, _, t) => {
    if (t % 1000 === 0) [m, v, steps] = [zeros(size), zeros(size), 0];
    steps += 1;
    const bound = largest([amax(g)]).corrected[0]!;
    const despiked = g.map((one) => (Math.abs(one) > bound ? (one / amax(g)) * bound : one));
    const length = norm(despiked);
    const wanted = norms([length]).corrected[0]! / (Math.sqrt(squares([length ** 2]).corrected[0]!) + EPS);
    const steady = scaled(despiked, wanted / length);
    m = steady.map((one, i) => 0.9 * m![i]! + 0.1 * one);
    v = steady.map((one, i) => 0.999 * v![i]! + 0.001 * one ** 2);
    return overRoot(scaled(m, 1 / (1 - 0.9 ** steps)), scaled(v, 1 / (1 - 0.999 ** steps)));
  };
};

const tiger: WriteUp = () => {
  const first = average(0.965);
  return (g, w) => first(g).plain.map((one, i) => Math.sign(one) + 0.01 * w[i]!);
};

/** It has no name in the catalogue: ten gradients are much to keep. */
const TEN_BEFORE = `${'prev('.repeat(10)}g${')'.repeat(10)}`;
const ADASHIFT = `where(t > 10, acc(g - 0.9^10 * ${TEN_BEFORE}, 0.9) * 0.1 / (1 - 0.9^10) / (sqrt(ema(amax(${TEN_BEFORE})^2, 0.999) / (1 - 0.999^(t - 10))) + 1e-10), 0)`;

const writeUps: Readonly<Record<string, WriteUp>> = {
  adabelief,
  adabound,
  adamod,
  adapnm,
  [ADASHIFT]: adashift,
  adasmooth,
  aggmo,
  aida,
  amos,
  ano,
  apollo,
  bcos,
  diffgrad,
  exadam,
  fadam,
  focus,
  grams,
  'grokfast-adam': grokfastAdam,
  kate,
  laprop,
  msvag,
  padam,
  pid,
  pnm,
  qhadam,
  qhm,
  'rmsprop-tf': rmspropTf,
  'sparse-adam': sparseAdam,
  sgdw,
  'simplified-ademamix': simplifiedAdemamix,
  spam,
  'stable-spam': stableSpam,
  tiger,
};

const SIZES = [5, 17, 2, 8];
const TENSORS = SIZES.map((size, i) => ({ offset: sum(SIZES.slice(0, i)), size }));
const SIZE = sum(SIZES);
const STEPS = 1000;
/** What steps by less than a thousandth is trained at a higher rate, so that it is not the rounding of the weights that is measured. */
const learningRateOf = (name: string): number => (['adamod', 'msvag'].includes(name) ? 1 : 1e-2);

it.each(Object.entries(writeUps))('%s steps as published', (name, writeUp) => {
  const random = stream(3, 'published collection');
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
        step,
      ).map((u) => learningRate * u),
    );
    for (const [i, by] of change.entries()) expected[i]! -= by;
    way += Math.hypot(...change);
    if (step % 100 !== 0) continue;
    const distance = Math.hypot(...expected.map((w, i) => w - weights[i]!));
    expect(distance / way).toBeLessThanOrEqual(1e-5);
  }
});
