import { describe, expect, it } from 'vitest';
import { stream } from '../../random/index.ts';
import { behaviourHash, rejection } from '../behaviour/index.ts';
import { canonicalize } from '../canonical/canonicalize.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { printRule } from '../language/print.ts';
import { pointAt, RuleError } from '../language/rule-error.ts';
import { compileRule } from './compile.ts';
import { ruleCost } from './cost.ts';
import { interpretRule } from './interpret.ts';
import { orthogonalize } from './orth.ts';

const f = Math.fround;

const TENSORS = [
  { offset: 0, size: 6, rows: 2, columns: 3 },
  { offset: 6, size: 2 },
  { offset: 8, size: 1 },
] as const;
/** [[1, -2, 3], [4, 5, -6]], [3, 4] and [7]. */
const GRADIENT = Float32Array.of(1, -2, 3, 4, 5, -6, 3, 4, 7);

/** u of every weight at each of two equal steps. */
function updates(text: string, prepare = compileRule): readonly (readonly number[])[] {
  const stepper = prepare(parseRule(text)).start({ size: 9, steps: 2, seed: 0, tensors: TENSORS });
  return [0, 1].map(() => {
    const weights = new Float32Array(9);
    stepper.step(weights, GRADIENT, -1);
    return [...weights];
  });
}

describe('reductions of rows and columns', () => {
  it.each([
    ['rowsum(g)', [2, 2, 2, 3, 3, 3, 3, 4, 7]],
    ['colsum(g)', [5, 3, -3, 5, 3, -3, 7, 7, 7]],
    ['rowmean(g)', [2 / 3, 2 / 3, 2 / 3, 1, 1, 1, 3, 4, 7]],
    ['colmean(g)', [2.5, 1.5, -1.5, 2.5, 1.5, -1.5, 3.5, 3.5, 7]],
    ['rownorm(g)^2', [14, 14, 14, 77, 77, 77, 9, 16, 49]],
    ['colnorm(g)^2', [17, 29, 45, 17, 29, 45, 25, 25, 49]],
    ['rowrms(g)^2', [14 / 3, 14 / 3, 14 / 3, 77 / 3, 77 / 3, 77 / 3, 9, 16, 49]],
    ['colrms(g)^2', [8.5, 14.5, 22.5, 8.5, 14.5, 22.5, 12.5, 12.5, 49]],
    ['rowamax(g)', [3, 3, 3, 6, 6, 6, 3, 4, 7]],
    ['colamax(g)', [4, 5, 6, 4, 5, 6, 4, 4, 7]],
    ['rowsum(g) * colsum(g)', [10, 6, -6, 15, 9, -9, 21, 28, 49]],
    ['sum(rowsum(g))', [15, 15, 15, 15, 15, 15, 7, 7, 7]],
    ['rowsum(colsum(g))', [5, 5, 5, 5, 5, 5, 7, 7, 7]],
    ['colmean(rowsum(g))', [2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 3.5, 3.5, 7]],
    ['100 * rows + columns', [203, 203, 203, 203, 203, 203, 201, 201, 101]],
    ['rowsum(g - colmean(g))', [-0.5, -0.5, -0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0]],
  ])('of %s', (text, expected) => {
    expect(updates(text)[0]).toBeAllclose(expected, { rtol: 1e-6 });
    expect(updates(text, interpretRule)).toEqual(updates(text));
  });

  it.each([
    [
      'acc(rowsum(g), 0.5) + prev(colsum(g))',
      [3 + 5, 3 + 3, 3 - 3, 4.5 + 5, 4.5 + 3, 4.5 - 3, 4.5 + 7, 6 + 7, 10.5 + 7],
    ],
    ['rec(0, max(self, rowamax(g)) + 1)', [5, 5, 5, 8, 8, 8, 5, 6, 9]],
    [
      'rec(0, min(rowamax(self), colamax(self)) + g^2)',
      [1 + 9, 4 + 9, 9 + 9, 16 + 16, 25 + 25, 36 + 36, 18, 32, 98],
    ],
  ])('keep what they keep: %s', (text, expected) => {
    expect(updates(text)[1]).toBeAllclose(expected, { rtol: 1e-6 });
    expect(updates(text, interpretRule)).toEqual(updates(text));
  });

  it('keep a number per row and per column', () => {
    const text =
      'ema(rowmean(g^2), 0.9) * acc(colamax(g), 0.9) + ema(mean(rowmean(g)), 0.9) * rec(0, self + rowsum(colsum(g)))';
    expect(ruleCost(parseRule(text))).toMatchObject({
      slots: 0,
      slotsPerTensor: 2,
      slotsPerRow: 1,
      slotsPerColumn: 1,
    });
  });

  it.each([
    ['rowsum(2 * g)', '2 * rowsum(g)'],
    ['rowmean(rowmean(g))', 'rowmean(g)'],
    ['colsum(norm(g))', 'colsum(1) * norm(g)'],
    ['rownorm(rowsum(g))', 'abs(rowsum(g)) * sqrt(rowsum(1))'],
    ['colamax(-abs(g))', 'colamax(g)'],
    ['rows * columns', 'colsum(1) * rowsum(1)'],
    ['mean(rowmean(g))', 'mean(rowmean(g))'],
  ])('have a canonical form: of %s it is %s', (text, form) => {
    expect(printRule(canonicalize(parseRule(text)))).toBe(form);
    expect(printRule(canonicalize(parseRule(form)))).toBe(form);
  });

  it('add in one order: eight partial sums, joined in pairs', () => {
    const [rows, columns] = [37, 29];
    const random = stream(5, 'order of sums');
    const values = Float32Array.from(
      { length: rows * columns },
      () => random.normal() * 10 ** (8 * random.uniform()),
    );
    const ordered = (part: readonly number[]): number => {
      const s = (k: number) => part.filter((_, i) => i % 8 === k).reduce((total, value) => total + value, 0);
      return f(s(0) + s(4) + (s(2) + s(6)) + (s(1) + s(5) + (s(3) + s(7))));
    };
    for (const [text, of] of [
      ['rowsum(g)', (i: number) => values.slice(Math.floor(i / columns) * columns).slice(0, columns)],
      ['colsum(g)', (i: number) => values.filter((_, k) => k % columns === i % columns)],
    ] as const) {
      for (const prepare of [compileRule, interpretRule]) {
        const weights = new Float32Array(rows * columns);
        prepare(parseRule(text))
          .start({
            size: rows * columns,
            steps: 1,
            seed: 0,
            tensors: [{ offset: 0, size: rows * columns, rows }],
          })
          .step(weights, values, -1);
        expect([...weights]).toEqual([...weights.keys()].map((i) => ordered([...of(i)])));
      }
    }
  });

  it('behave as what they do to a matrix and to a vector', () => {
    const hash = (text: string) => behaviourHash(parseRule(text));
    expect(hash('rowmean(g)')).not.toBe(hash('colmean(g)'));
    expect(hash('g / rownorm(g)')).toBe(hash('matrices: g / rownorm(g); vectors: g / abs(g)'));
    expect(hash('mean(rowmean(g))')).toBe(hash('mean(g)'));
    expect(hash('sign(orth(g)); vectors: g'.replace(/^/, 'matrices: '))).not.toBe(
      hash('matrices: sign(g); vectors: g'),
    );
    expect(rejection(parseRule('matrices: orth(g); vectors: 0'))).toBeUndefined();
    expect(rejection(parseRule('matrices: -orth(g); vectors: 0'))).toContain('descends');
  });
});

describe('orth', () => {
  it.each([
    [3, 3],
    [4, 7],
    [9, 2],
    [1, 5],
    [6, 1],
  ])('is the published five steps, of a matrix of %d x %d', (rows, columns) => {
    const random = stream(rows, 'orth', columns);
    const x = Float64Array.from({ length: rows * columns }, () => random.normal());
    const expected = published(matrixOf(x, rows, columns)).flat();
    expect([...orthogonalize(x, rows, columns)]).toBeAllclose(expected, { rtol: 1e-12, atol: 1e-13 });
    const single = orthogonalize(Float32Array.from(x), rows, columns);
    expect([...single]).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
  });

  it('brings singular values near 1', () => {
    const random = stream(8, 'orth');
    const x = Float64Array.from({ length: 64 }, () => random.normal());
    const y = matrixOf(orthogonalize(x, 8, 8), 8, 8);
    const gram = times(y, turned(y));
    const largest = Math.sqrt(Math.max(...gram.map((row) => row.reduce((sum, v) => sum + Math.abs(v), 0))));
    expect(largest).toBeLessThan(1.7);
    for (const [i, row] of gram.entries()) expect(Math.sqrt(row[i]!)).toBeGreaterThan(0.5);
  });

  it('is one, compiled and interpreted, of each matrix', () => {
    const text = 'matrices: orth(ema(g, 0.9)) * sqrt(max(1, rows / columns)) + norm(orth(g)) * w; vectors: g';
    expect(updates(text, interpretRule)).toEqual(updates(text));
    const [first] = updates('matrices: orth(g); vectors: g');
    expect(first!.slice(0, 6)).toEqual([...orthogonalize(GRADIENT.slice(0, 6), 2, 3)]);
    expect(first!.slice(6)).toEqual([3, 4, 7]);
    expect(printRule(canonicalize(parseRule('matrices: orth(-g); vectors: g')))).toBe(
      'matrices: -orth(g); vectors: g',
    );
  });

  it.each([
    ['orth(g)', 0, "'orth' of vectors"],
    ['0.1 * orth(g); embeddings: g', 6, "'orth' of vectors"],
    ['matrices: g; vectors: g + orth(m)', 26, "'orth' of vectors"],
    ['matrices: orth(norm(g)); vectors: g', 10, 'one number per tensor'],
    ['matrices: orth(rowmean(g)); vectors: g', 10, 'one number per row'],
    ['matrices: orth(t); vectors: g', 10, 'one number per step'],
    ['matrices: orth(); vectors: g', 15, 'wrong number of arguments'],
  ])('is refused in %s', (text, position, message) => {
    try {
      parseRule(text);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      expect([error.position, error.message]).toEqual([position, expect.stringContaining(message)]);
      expect(pointAt(error).split('\n')).toHaveLength(2);
    }
  });

  it('wants a matrix of whoever builds a rule of their own', () => {
    const rule = parseRule('matrices: orth(g); vectors: g');
    const orth = rule.kind === 'call' ? rule.args[0]! : rule;
    expect(() => compileRule(orth).start({ size: 2, steps: 1, seed: 0 })).toThrow(
      'tensors: expected a matrix for orth, got a vector at 0',
    );
  });
});

type Matrix = readonly (readonly number[])[];

const matrixOf = (x: ArrayLike<number>, rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => x[r * columns + c]!));
const turned = (x: Matrix): Matrix => x[0]!.map((_, c) => x.map((row) => row[c]!));
const times = (x: Matrix, y: Matrix): Matrix =>
  x.map((row) => turned(y).map((column) => row.reduce((sum, v, k) => sum + v * column[k]!, 0)));
const combined = (a: number, x: Matrix, b: number, y: Matrix): Matrix =>
  x.map((row, r) => row.map((v, c) => a * v + b * y[r]![c]!));

/** zeropower_via_newtonschulz5 of github.com/KellerJordan/Muon. */
function published(g: Matrix): Matrix {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  let x = g.length > g[0]!.length ? turned(g) : g;
  const norm = Math.sqrt(x.flat().reduce((sum, v) => sum + v * v, 0));
  x = x.map((row) => row.map((v) => v / (norm + 1e-7)));
  for (let step = 0; step < 5; step++) {
    const gram = times(x, turned(x));
    const polynomial = combined(b, gram, c, times(gram, gram));
    x = combined(a, x, 1, times(polynomial, x));
  }
  return g.length > g[0]!.length ? turned(x) : x;
}
