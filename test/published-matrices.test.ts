import { expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/**
 * Named rules that see tensors as matrices against float64 write-ups of the published formulas, for one tensor, over 1,000 gradients that
 * vary in scale over weights and time: the weights of all tensors are within 1e-5 of the way travelled.
 */
type WriteUp = (tensor: Shape) => (g: Matrix, w: Matrix) => Matrix;
type Matrix = readonly (readonly number[])[];

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly kind: 'matrices' | 'vectors' | 'embeddings';
}

const sum = (x: readonly number[]): number => x.reduce((total, one) => total + one, 0);
const mean = (x: readonly number[]): number => sum(x) / x.length;
const map = (x: Matrix, f: (value: number, r: number, c: number) => number): Matrix =>
  x.map((row, r) => row.map((value, c) => f(value, r, c)));
const turned = (x: Matrix): Matrix => x[0]!.map((_, c) => x.map((row) => row[c]!));
const times = (x: Matrix, y: Matrix): Matrix =>
  x.map((row) => turned(y).map((column) => sum(row.map((value, k) => value * column[k]!))));
const norm = (x: Matrix): number => Math.sqrt(sum(x.flat().map((one) => one ** 2)));
const rms = (x: Matrix): number => norm(x) / Math.sqrt(x.flat().length);
const zeros = ({ rows, columns }: Pick<Shape, 'rows' | 'columns'>): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0));
const blend = (b: number, old: Matrix, x: Matrix): Matrix =>
  map(old, (value, r, c) => b * value + (1 - b) * x[r]![c]!);

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

/** zeropower_via_newtonschulz5 of github.com/KellerJordan/Muon, in float64. */
function newtonSchulz(g: Matrix): Matrix {
  const isHigh = g.length > g[0]!.length;
  const start = isHigh ? turned(g) : g;
  const size = norm(start) + 1e-7;
  let x = map(start, (one) => one / size);
  for (let step = 0; step < 5; step++) {
    const a = times(x, turned(x));
    const square = times(a, a);
    const b = map(a, (one, r, c) => -4.775 * one + 2.0315 * square[r]![c]!);
    const product = times(b, x);
    x = map(x, (one, r, c) => 3.4445 * one + product[r]![c]!);
  }
  return isHigh ? turned(x) : x;
}

function adam(shape: Shape, beta2: number, eps: number) {
  let t = 0;
  let [m, v] = [zeros(shape), zeros(shape)];
  return (g: Matrix): Matrix => {
    t += 1;
    m = blend(0.9, m, g);
    v = blend(
      beta2,
      v,
      map(g, (one) => one ** 2),
    );
    return map(m, (one, r, c) => one / (1 - 0.9 ** t) / (Math.sqrt(v[r]![c]! / (1 - beta2 ** t)) + eps));
  };
}

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

const SHAPES: readonly Shape[] = [
  { rows: 3, columns: 5, kind: 'matrices' },
  { rows: 5, columns: 1, kind: 'vectors' },
  { rows: 6, columns: 4, kind: 'matrices' },
  { rows: 7, columns: 2, kind: 'embeddings' },
  { rows: 1, columns: 1, kind: 'vectors' },
];
const sizes = SHAPES.map(({ rows, columns }) => rows * columns);
const TENSORS = SHAPES.map((shape, i) => ({ ...shape, offset: sum(sizes.slice(0, i)), size: sizes[i]! }));
const SIZE = sum(sizes);
const STEPS = 1000;

it.each(Object.entries(writeUps))('%s steps as published', (name, writeUp) => {
  const random = stream(4, 'published matrices');
  const initial = Float32Array.from({ length: SIZE }, () => random.normal());
  const weights = initial.slice();
  const expected = Float64Array.from(initial);
  const stepper = compileRule(resolveRule(name)).start({
    size: SIZE,
    steps: STEPS,
    seed: 0,
    tensors: TENSORS,
  });
  const learningRate = 1e-2;
  const updates = TENSORS.map(writeUp);
  let way = 0;
  for (let step = 1; step <= STEPS; step++) {
    const scale = 10 ** (2 * random.uniform() - 1);
    const gradient = Float32Array.from(
      { length: SIZE },
      (_, i) => scale * (0.5 + random.normal()) * 10 ** ((i % 16) / 4 - 3),
    );
    if (step % 97 === 0) gradient[step % SIZE] = 0;
    expect(stepper.step(weights, gradient, learningRate)).toBe(true);
    const change = TENSORS.flatMap(({ offset, size, columns, rows }, k) => {
      const matrix = (x: ArrayLike<number>): Matrix =>
        Array.from({ length: rows }, (_, r) =>
          Array.from({ length: columns }, (_, c) => x[offset + r * columns + c]!),
        );
      expect(size).toBe(rows * columns);
      return updates[k]!(matrix(gradient), matrix(expected))
        .flat()
        .map((u) => learningRate * u);
    });
    for (const [i, by] of change.entries()) expected[i]! -= by;
    way += Math.hypot(...change);
    if (step % 100 !== 0) continue;
    const distance = Math.hypot(...expected.map((w, i) => w - weights[i]!));
    expect(distance / way).toBeLessThanOrEqual(1e-5);
  }
});
