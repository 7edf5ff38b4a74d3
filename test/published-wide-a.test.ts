import { describe, it } from 'vitest';
import {
  adamUpdate,
  averaged,
  descend,
  dot,
  EPS,
  expectNetworkAsPublished,
  mean,
  minus,
  norm,
  norm1,
  parts,
  perTensor,
  squared,
  sum,
  type WriteUp,
  zeros,
} from './published-network.ts';
import {
  adam,
  blend,
  expectAsPublished,
  map,
  norm as matrixNorm,
  newtonSchulz,
  rms,
  type WriteUp as TensorWriteUp,
  zeros as zeroMatrix,
} from './published-tensors.ts';

/** The optimizers from A to L of the large collections that read matrices, the network, the learning rate or the first weights. */

/** McMahan et al. 2013, algorithm 1, with β 0, λ1 1e-3, λ2 0, sums of squares from 0.1. */
const ftrl: WriteUp = (start) => {
  const [z, n] = [zeros(start), start.map(() => 0.1)];
  return (g, w, lr) =>
    g.map((one, i) => {
      const sigma = (Math.sqrt(n[i]! + one ** 2) - Math.sqrt(n[i]!)) / lr;
      z[i]! += one - sigma * w[i]!;
      n[i]! += one ** 2;
      if (Math.abs(z[i]!) <= 1e-3) return 0;
      return -(z[i]! - 1e-3 * Math.sign(z[i]!)) / (Math.sqrt(n[i]!) / lr);
    });
};

/** Deng et al. 2018, algorithm 1, by its three sequences: gradients are taken between x and its average. */
const a2grad: WriteUp = (start) => {
  let [x, average, meanOf]: (readonly number[])[] = [start, start, zeros(start)];
  let [k, v] = [0, 0];
  return (g) => {
    meanOf = meanOf!.map((one, i) => (k * one + g[i]!) / (k + 1));
    v += dot(minus(g, meanOf), minus(g, meanOf));
    x = descend(x!, g, 1 / (20 / (k + 1) + 10 * Math.sqrt(v)));
    average = averaged(1 - 2 / (k + 2), average!, x);
    k += 1;
    return averaged(1 - 2 / (k + 2), average, x);
  };
};

/** Malitsky and Mishchenko 2020, algorithm 1, with their program's amplifier 0.02 and eps 1e-5. */
const adsgd: WriteUp = () => {
  let [rate, theta] = [0.2, 1];
  let last: { g: readonly number[]; w: readonly number[] } | undefined;
  return (g, w, lr) => {
    let next = rate * Math.sqrt(1 + 0.02 * theta);
    if (last !== undefined) next = Math.min(next, norm(minus(w, last.w)) / norm(minus(g, last.g))) + 1e-5;
    [theta, rate, last] = [next / rate, next, { g, w }];
    return descend(w, g, lr * rate);
  };
};

/** Kidambi et al. 2018, algorithm 3, κ = 1,000, ξ = 10. */
const accsgd: WriteUp = (start) => {
  let average: readonly number[] = start;
  const alpha = 1 - (0.7 ** 2 * 10) / 1000;
  return (g, w, lr) => {
    average = averaged(alpha, average, descend(w, g, (lr * 1000) / 0.7));
    return averaged(0.7 / (0.7 + (1 - alpha)), descend(w, g, lr), average);
  };
};

/** Wang et al. 2025, algorithm 1. */
const adagc: WriteUp = (start) => {
  const update = adamUpdate(start);
  const gamma = parts(start).map(() => Infinity);
  let t = 0;
  return (g, w, lr) => {
    t += 1;
    const byWhole = Math.min(1, 1 / (norm(g) + EPS));
    const cut = parts(g).flatMap((tensor, k) => {
      const factor = t < 100 ? byWhole : Math.min(1, (1.05 * gamma[k]!) / norm(tensor));
      const size = factor * norm(tensor);
      gamma[k] = t < 100 ? Math.min(gamma[k]!, size) : 0.98 * gamma[k]! + 0.02 * size;
      return tensor.map((one) => factor * one);
    });
    const u = update(cut);
    return w.map((one, i) => one - lr * (u[i]! + 0.1 * one));
  };
};

/** Xie et al. 2022, algorithm 2, β0 = 0.1. */
const adai: WriteUp = (start) => {
  let v: readonly number[] = zeros(start);
  const [m, stay] = [zeros(start), start.map(() => 1)];
  let t = 0;
  return (g, w, lr) => {
    t += 1;
    v = averaged(0.99, v, squared(g));
    const corrected = v.map((one) => one / (1 - 0.99 ** t));
    return w.map((one, i) => {
      const beta = Math.min(1 - 1e-3, Math.max(0, 1 - (0.1 / mean(corrected)) * corrected[i]!));
      m[i] = beta * m[i]! + (1 - beta) * g[i]!;
      stay[i]! *= beta;
      return one - (lr * m[i]!) / (1 - stay[i]!);
    });
  };
};

/** Defazio 2025: the decay falls with the square of the learning rate. */
const adamc: WriteUp = (start) => {
  const update = adamUpdate(start);
  let largest = 0;
  return (g, w, lr) => {
    largest = Math.max(largest, lr);
    const decayed = w.map((one) => one * (1 - (lr ** 2 / largest) * 0.1));
    return descend(decayed, update(g), lr);
  };
};

/** Pan et al. 2024, algorithm AdamG, s(x) = 0.2·x^0.24, β1 = β3 = 0.95. */
const adamg: WriteUp = (start) => {
  let [m, v, r]: (readonly number[])[] = [zeros(start), zeros(start), zeros(start)];
  let t = 0;
  return (g, w, lr) => {
    t += 1;
    v = averaged(0.999, v!, squared(g));
    r = averaged(
      0.95,
      r!,
      v.map((one) => 0.2 * one ** 0.24),
    );
    m = averaged(
      0.95,
      m!,
      g.map((one, i) => r![i]! * one),
    );
    const u = m.map((one, i) => one / (1 - 0.95 ** t) / (Math.sqrt(v![i]! / (1 - 0.999 ** t)) + EPS));
    return descend(w, u, Math.min(lr, 1 / Math.sqrt(t)));
  };
};

/** Xie et al. 2020: the decay is divided by the root of the mean of the network's second moments. */
const adams: WriteUp = (start) => {
  const update = adamUpdate(start);
  let v: readonly number[] = zeros(start);
  let t = 0;
  return (g, w, lr) => {
    t += 1;
    v = averaged(0.999, v, squared(g));
    const decay = 5e-4 / (Math.sqrt(mean(v) / (1 - 0.999 ** t)) + EPS);
    const u = update(g);
    return w.map((one, i) => one - lr * u[i]! - lr * decay * one);
  };
};

/** Savarese et al. 2021: rates of the second moments before, of RMS 1. */
const avagrad: WriteUp = (start) => {
  let [m, v]: (readonly number[])[] = [zeros(start), zeros(start)];
  return (g, w, lr) => {
    m = averaged(0.9, m!, g);
    const rates = v!.map((one) => 1 / (Math.sqrt(one) + 0.1));
    const size = norm(rates) / Math.sqrt(rates.length);
    v = averaged(0.999, v!, squared(g));
    return descend(
      w,
      m.map((one, i) => (rates[i]! / size) * one),
      lr,
    );
  };
};

/** dadapt_adagrad.py of github.com/facebookresearch/dadaptation, without momentum. */
const dadaptAdagrad: WriteUp = (start) => {
  let [s, alpha]: (readonly number[])[] = [zeros(start), start.map(() => 1e-6)];
  let [d, weighted] = [1e-6, 0];
  return (g, _, lr) => {
    const rate = d * lr;
    alpha = alpha!.map((one, i) => one + g[i]! ** 2);
    s = s!.map((one, i) => one + rate * g[i]!);
    weighted += rate ** 2 * sum(g.map((one, i) => one ** 2 / Math.sqrt(alpha![i]!)));
    const sums = sum(s.map((one, i) => one ** 2 / Math.sqrt(alpha![i]!)));
    d = Math.max(d, (sums - weighted) / norm1(s));
    return start.map((one, i) => one - s![i]! / Math.sqrt(alpha![i]!));
  };
};

/** dadapt_adan.py of the same, without decay. */
const dadaptAdan: WriteUp = (start) => {
  let [s, m, turns, v]: (readonly number[])[] = [zeros(start), zeros(start), zeros(start), zeros(start)];
  let [d, weighted] = [1e-6, 0];
  let last: readonly number[] | undefined;
  return (g, w, lr) => {
    const rate = d * lr;
    const turn = minus(g, last ?? g);
    last = g;
    const scaled = (x: readonly number[]): number[] => x.map((one) => rate * one);
    m = averaged(0.98, m!, scaled(g));
    turns = averaged(0.92, turns!, scaled(turn));
    v = averaged(0.99, v!, squared(g.map((one, i) => one + 0.92 * turn[i]!)));
    const root = v.map((one) => Math.sqrt(one) + EPS);
    s = averaged(0.99, s!, scaled(g));
    weighted = 0.99 * weighted + 0.01 * rate ** 2 * sum(g.map((one, i) => one ** 2 / root[i]!));
    const sums = sum(s.map((one, i) => one ** 2 / root[i]!));
    d = Math.max(d, (sums / (1 - 0.99) - weighted) / norm1(s));
    return w.map((one, i) => one - (m![i]! + 0.92 * turns![i]!) / root[i]!);
  };
};

/** dadapt_lion.py of the same, which keeps its numerator. */
const dadaptLion: WriteUp = (start) => {
  let [s, m]: (readonly number[])[] = [zeros(start), zeros(start)];
  let [d, numerator] = [1e-6, 0];
  const root = Math.sqrt(0.99);
  return (g, w, lr) => {
    const rate = d * lr;
    const signs = m!.map((one, i) => Math.sign(0.9 * one + 0.1 * g[i]!));
    m = averaged(
      0.99,
      m!,
      g.map((one) => rate * one),
    );
    numerator = root * numerator + (1 - root) * rate * dot(signs, s!);
    s = averaged(
      root,
      s!,
      signs.map((one) => rate * one),
    );
    d = Math.max(d, numerator / ((1 - root) * norm1(s)));
    return descend(w, signs, rate);
  };
};

const networks: Readonly<
  Record<string, readonly [WriteUp, learningRate?: number, follows?: boolean | 'gradients']>
> = {
  ftrl: [ftrl],
  a2grad: [perTensor(a2grad)],
  adsgd: [adsgd, 1, true],
  accsgd: [accsgd],
  adagc: [adagc],
  adai: [adai],
  adamc: [adamc],
  adamg: [adamg, 1],
  adams: [adams],
  avagrad: [avagrad],
  'dadapt-adagrad': [dadaptAdagrad, 1, 'gradients'],
  'dadapt-adan': [dadaptAdan, 1, true],
  'dadapt-lion': [dadaptLion, 1, true],
};

describe('of the network', () => {
  it.each(Object.entries(networks))('%s steps as published', (name, [writeUp, learningRate, follows]) =>
    expectNetworkAsPublished(name, writeUp, learningRate, follows),
  );
});

/** Zhang et al. 2025, algorithm 1, v² from 1e-6. */
const adago: TensorWriteUp = (shape) => {
  const step = adam(shape, 0.95, 1e-10);
  let m = zeroMatrix(shape);
  let v = 1e-6;
  return (g, _, lr) => {
    if (shape.kind !== 'matrices') return map(step(g), (one) => (3e-4 / 0.05) * one);
    m = blend(0.95, m, g);
    const size = Math.min(matrixNorm(g), 10);
    v += size ** 2;
    const rate = Math.max(5e-4, (lr * size) / Math.sqrt(v));
    return map(newtonSchulz(m), (one) => (rate / lr) * one);
  };
};

/** Si et al. 2025, algorithm 1. */
const adamuon: TensorWriteUp = (shape) => {
  const step = adam(shape, 0.95, 1e-10);
  let [m, v] = [zeroMatrix(shape), zeroMatrix(shape)];
  return (g, w) => {
    if (shape.kind !== 'matrices') return map(step(g), (one, r, c) => one + 0.1 * w[r]![c]!);
    m = map(m, (one, r, c) => 0.95 * one + g[r]![c]!);
    const o = newtonSchulz(map(m, Math.sign));
    v = blend(
      0.95,
      v,
      map(o, (one) => one ** 2),
    );
    const adapted = map(o, (one, r, c) => one / (Math.sqrt(v[r]![c]!) + EPS));
    return map(adapted, (one, r, c) => (0.2 / rms(adapted)) * one + 0.1 * w[r]![c]!);
  };
};

/** Malviya et al. 2024: how far a gradient counts depends on its angle to the momentum. */
const adatam: TensorWriteUp = (shape) => {
  let [m, v] = [zeroMatrix(shape), zeroMatrix(shape)];
  let s = 0;
  return (g) => {
    const along = sum(m.flatMap((row, r) => row.map((one, c) => one * g[r]![c]!)));
    const sizes = matrixNorm(m) * matrixNorm(g);
    s = 0.9 * s + 0.1 * (sizes > 0 ? along / sizes : 0);
    m = map(m, (one, r, c) => 0.9 * one + (EPS + (1 + s) / 2) * g[r]![c]!);
    v = blend(
      0.999,
      v,
      map(g, (one) => one ** 2),
    );
    return map(m, (one, r, c) => one / (Math.sqrt(v[r]![c]!) + EPS));
  };
};

/** Nguyen and Nguyen 2024: one second moment for each subset, of its squared norm. */
const adamSn: TensorWriteUp = (shape) => {
  const step = adam(shape, 0.999, EPS);
  let m = zeroMatrix(shape);
  let v: readonly number[] = m.map(() => 0);
  let t = 0;
  return (g) => {
    if (shape.kind !== 'matrices') return step(g);
    t += 1;
    m = blend(0.9, m, g);
    v = averaged(
      0.999,
      v,
      g.map((row) => dot(row, row)),
    );
    return map(m, (one, r) => one / (1 - 0.9 ** t) / (Math.sqrt(v[r]! / (1 - 0.999 ** t)) + EPS));
  };
};

describe('of tensors', () => {
  it.each(Object.entries({ adago, 'adamuon-sign': adamuon, adatam, 'adam-sn': adamSn }))(
    '%s steps as published',
    expectAsPublished,
  );
});
