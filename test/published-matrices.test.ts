import { it } from 'vitest';
import {
  adam,
  blend,
  expectAsPublished,
  type Matrix,
  map,
  mean,
  newtonSchulz,
  norm,
  rms,
  type Shape,
  sum,
  times,
  turned,
  type WriteUp,
  zeros,
} from './published-tensors.ts';

/** Named rules that see tensors as matrices against float64 write-ups of the published formulas. */

/** Shazeer and Stern 2018: the second moment of a matrix is kept as the sums of its rows and columns, that of a vector whole. */
function secondMoment({ rows, columns, kind }: Shape) {
  let [r, c, v] = [zeros({ rows, columns: 1 }), zeros({ rows: 1, columns }), zeros({ rows, columns })];
  return (squared: Matrix, b: number): Matrix => {
    r = blend(
      b,
      r,
      squared.map((row) => [sum(row)]),
    );
    c = blend(b, c, [turned(squared).map(sum)]);
    v = blend(b, v, squared);
    if (kind === 'vectors') return v;
    const total = sum(r.flat());
    return map(times(r, c), (value) => value / total);
  };
}

const adafactor: WriteUp = (shape) => {
  const moment = secondMoment(shape);
  let t = 0;
  return (g, w) => {
    t += 1;
    const v = moment(
      map(g, (one) => one ** 2 + 1e-30),
      1 - t ** -0.8,
    );
    const u = map(g, (one, r, c) => one / Math.sqrt(v[r]![c]!));
    const scale = Math.max(1e-3, rms(w)) / Math.max(1, rms(u));
    return map(u, (one) => scale * one);
  };
};

const came: WriteUp = (shape) => {
  const [moment, residual] = [secondMoment(shape), secondMoment(shape)];
  let m = zeros(shape);
  return (g) => {
    const v = moment(
      map(g, (one) => one ** 2 + 1e-30),
      0.999,
    );
    const u = map(g, (one, r, c) => one / Math.sqrt(v[r]![c]!));
    const clipped = map(u, (one) => one / Math.max(1, rms(u)));
    m = blend(0.9, m, clipped);
    if (shape.kind === 'vectors') return m;
    const s = residual(
      map(clipped, (one, r, c) => (one - m[r]![c]!) ** 2 + 1e-16),
      0.9999,
    );
    return map(m, (one, r, c) => one / Math.sqrt(s[r]![c]!));
  };
};

/** Anil et al. 2019, SM3-II: a cover of the weights by rows and columns, each with the largest of what it covers. */
const sm3: WriteUp = ({ rows, columns }) => {
  let [ofRows, ofColumns] = [Array<number>(rows).fill(0), Array<number>(columns).fill(0)];
  return (g) => {
    const v = map(g, (one, r, c) => Math.min(ofRows[r]!, ofColumns[c]!) + one ** 2);
    ofRows = v.map((row) => Math.max(...row));
    ofColumns = turned(v).map((column) => Math.max(...column));
    return map(g, (one, r, c) => (one === 0 ? 0 : one / Math.sqrt(v[r]![c]!)));
  };
};

/** A second moment per block: the outputs of a matrix, the words of a table, a whole vector. */
const adamMini: WriteUp = (shape) => {
  let t = 0;
  let m = zeros(shape);
  const v = Array<number>(shape.rows).fill(0);
  return (g) => {
    t += 1;
    m = blend(0.9, m, g);
    const whole = mean(g.flat().map((one) => one ** 2));
    for (const [r, row] of g.entries()) {
      const block = shape.kind === 'vectors' ? whole : mean(row.map((one) => one ** 2));
      v[r] = 0.999 * v[r]! + 0.001 * block;
    }
    return map(m, (one, r) => one / (1 - 0.9 ** t) / (Math.sqrt(v[r]! / (1 - 0.999 ** t)) + 1e-8));
  };
};

const muon: WriteUp = (shape) => {
  const step = adam(shape, 0.95, 1e-10);
  let buffer = zeros(shape);
  return (g, w) => {
    if (shape.kind !== 'matrices') {
      return map(step(g), (one, r, c) => (3e-4 / 0.02) * (one + 0.01 * w[r]![c]!));
    }
    buffer = blend(0.95, buffer, g);
    const scale = Math.sqrt(Math.max(1, shape.rows / shape.columns));
    return map(newtonSchulz(blend(0.05, g, buffer)), (one, r, c) => scale * one + 0.01 * w[r]![c]!);
  };
};

const moonlight: WriteUp = (shape) => {
  const step = adam(shape, 0.95, 1e-10);
  let buffer = zeros(shape);
  return (g, w) => {
    if (shape.kind === 'vectors' || shape.kind === 'embeddings') {
      return map(step(g), (one, r, c) => one + 0.1 * w[r]![c]!);
    }
    buffer = map(buffer, (one, r, c) => 0.95 * one + g[r]![c]!);
    const o = newtonSchulz(map(g, (one, r, c) => one + 0.95 * buffer[r]![c]!));
    return map(
      o,
      (one, r, c) => 0.2 * Math.sqrt(Math.max(shape.rows, shape.columns)) * one + 0.1 * w[r]![c]!,
    );
  };
};

/** Heo et al. 2021: `_projection` of github.com/clovaai/AdamP, with delta 0.1. */
function projected(shape: Shape, perturb: Matrix, g: Matrix, w: Matrix): Matrix {
  if (shape.kind === 'vectors') return perturb;
  const views: readonly ((x: Matrix) => Matrix)[] = [(x) => x, (x) => [x.flat()]];
  for (const view of views) {
    const [vg, vw] = [view(g), view(w)];
    const cosines = vg.map((row, r) => {
      const size = Math.max(norm([row]) * norm([vw[r]!]), 1e-8);
      return Math.abs(sum(row.map((one, c) => one * vw[r]![c]!))) / size;
    });
    if (Math.max(...cosines) < 0.1 / Math.sqrt(vw[0]!.length)) {
      const unit = vw.map((row) => row.map((one) => one / (norm([row]) + 1e-8)));
      const along = view(perturb).map((row, r) => sum(row.map((one, c) => one * unit[r]![c]!)));
      const rest = view(perturb).map((row, r) => row.map((one, c) => one - unit[r]![c]! * along[r]!));
      const flat = rest.flat();
      return map(perturb, (_, r, c) => flat[r * shape.columns + c]!);
    }
  }
  return perturb;
}

const adamp: WriteUp = (shape) => {
  const step = adam(shape, 0.999, 1e-8);
  return (g, w) => projected(shape, step(g), g, w);
};

const sgdp: WriteUp = (shape) => {
  let buffer = zeros(shape);
  return (g, w) => {
    buffer = map(buffer, (one, r, c) => 0.9 * one + g[r]![c]!);
    return projected(shape, buffer, g, w);
  };
};

const writeUps: Readonly<Record<string, WriteUp>> = {
  adafactor,
  came,
  sm3,
  'adam-mini': adamMini,
  muon,
  'muon-moonlight': moonlight,
  adamp,
  sgdp,
};

it.each(Object.entries(writeUps))('%s steps as published', (name, writeUp) => {
  expectAsPublished(name, writeUp);
});
