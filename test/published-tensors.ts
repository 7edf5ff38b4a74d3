import { expect } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/**
 * What a published formula does with one tensor, in float64: its update u, of which a step takes `w - lr * u`. A vector is a matrix of one
 * column.
 */
export type WriteUp = (tensor: Shape, start: Matrix) => (g: Matrix, w: Matrix, lr: number) => Matrix;
export type Matrix = readonly (readonly number[])[];

export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly kind: 'matrices' | 'vectors' | 'embeddings';
}

export const sum = (x: readonly number[]): number => x.reduce((total, one) => total + one, 0);
export const mean = (x: readonly number[]): number => sum(x) / x.length;
export const map = (x: Matrix, f: (value: number, r: number, c: number) => number): Matrix =>
  x.map((row, r) => row.map((value, c) => f(value, r, c)));
export const turned = (x: Matrix): Matrix => x[0]!.map((_, c) => x.map((row) => row[c]!));
export const times = (x: Matrix, y: Matrix): Matrix =>
  x.map((row) => turned(y).map((column) => sum(row.map((value, k) => value * column[k]!))));
export const norm = (x: Matrix): number => Math.sqrt(sum(x.flat().map((one) => one ** 2)));
export const rms = (x: Matrix): number => norm(x) / Math.sqrt(x.flat().length);
export const zeros = ({ rows, columns }: Pick<Shape, 'rows' | 'columns'>): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0));
export const blend = (b: number, old: Matrix, x: Matrix): Matrix =>
  map(old, (value, r, c) => b * value + (1 - b) * x[r]![c]!);

/** zeropower_via_newtonschulz5 of github.com/KellerJordan/Muon, in float64. */
export function newtonSchulz(g: Matrix): Matrix {
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

export function adam(shape: Shape, beta2: number, eps: number) {
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

/**
 * Holds a rule, by its name or text, to a write-up over 1,000 gradients that vary in scale over weights and time: the weights of all tensors
 * are within 1e-5 of the way travelled.
 */
export function expectAsPublished(rule: string, writeUp: WriteUp, learningRate = 1e-2): void {
  const random = stream(4, 'published matrices');
  const initial = Float32Array.from({ length: SIZE }, () => random.normal());
  const weights = initial.slice();
  const expected = Float64Array.from(initial);
  const stepper = compileRule(resolveRule(rule)).start({
    size: SIZE,
    steps: STEPS,
    seed: 0,
    tensors: TENSORS,
  });
  const updates = TENSORS.map((tensor) => writeUp(tensor, matrixOf(expected, tensor)));
  let way = 0;
  for (let step = 1; step <= STEPS; step++) {
    const scale = 10 ** (2 * random.uniform() - 1);
    const gradient = Float32Array.from(
      { length: SIZE },
      (_, i) => scale * (0.5 + random.normal()) * 10 ** ((i % 16) / 4 - 3),
    );
    if (step % 97 === 0) gradient[step % SIZE] = 0;
    expect(stepper.step(weights, gradient, learningRate)).toBe(true);
    const change = TENSORS.flatMap((tensor, k) =>
      updates[k]!(matrixOf(gradient, tensor), matrixOf(expected, tensor), learningRate)
        .flat()
        .map((u) => learningRate * u),
    );
    for (const [i, by] of change.entries()) expected[i]! -= by;
    way += Math.hypot(...change);
    if (step % 100 !== 0) continue;
    const distance = Math.hypot(...expected.map((w, i) => w - weights[i]!));
    expect(distance / way).toBeLessThanOrEqual(1e-5);
  }
}

/** A tensor of a flat vector. */
function matrixOf(x: ArrayLike<number>, { offset, rows, columns }: (typeof TENSORS)[number]): Matrix {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => x[offset + r * columns + c]!),
  );
}
