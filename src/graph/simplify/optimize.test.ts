import { describe, expect, it } from 'vitest';
import { printTensor } from '../../../test/graph/print-tensor.ts';
import { stream } from '../../random/index.ts';
import {
  add,
  addAll,
  concat,
  div,
  evaluateFloat64,
  exp,
  expand,
  fill,
  input,
  matmul,
  mul,
  neg,
  pad,
  reshape,
  scalar,
  slice,
  sub,
  type Tensor,
  tanh,
  transpose,
} from '../index.ts';
import { topologicalOrder } from '../topology.ts';
import { optimize } from './optimize.ts';
import { simplifications } from './simplifications.ts';

const x = input('x', [4, 6]);
const y = input('y', [4, 6]);
const row = input('row', [6]);
const a = input('a', [3, 4]);
const b = input('b', [3, 6]);
const c = input('c', [5, 4]);
const d = input('d', [5, 6]);
const tA = { transposeA: true };

const cases: readonly (readonly [string, Tensor, string])[] = [
  ['x + 0', add(x, scalar(0)), 'x'],
  ['0 + x', add(fill(0, [4, 6]), x), 'x'],
  ['x − 0', sub(x, scalar(0)), 'x'],
  ['0 − x stays', sub(scalar(0), x), 'sub([0], x)'],
  ['x·1', mul(x, scalar(1)), 'x'],
  ['1·x', mul(fill(1, [6]), x), 'x'],
  ['x / 1', div(x, scalar(1)), 'x'],
  ['1 / x stays', div(scalar(1), x), 'div([1], x)'],
  ['x·0 stays: x may be infinite', mul(x, scalar(0)), 'mul(x, [0])'],
  ['row + 0 of a larger shape stays', add(row, fill(0, [4, 6])), 'add(row, expand([0], shape: [4 6]))'],
  ['−(−x)', neg(neg(x)), 'x'],
  ['a + (−b)', add(x, neg(y)), 'sub(x, y)'],
  ['(−a) + b', add(neg(x), y), 'sub(y, x)'],
  ['repeated operand', mul(x, expand(row, [4, 6])), 'mul(x, row)'],
  [
    'both operands repeated',
    mul(expand(row, [4, 6]), expand(row, [4, 6])),
    'mul(row, expand(row, shape: [4 6]))',
  ],
  ['reshape twice', reshape(reshape(x, [24]), [6, 4]), 'reshape(x, shape: [6 4])'],
  ['reshape there and back', reshape(reshape(x, [24]), [4, 6]), 'x'],
  [
    'transpose twice',
    transpose(transpose(input('z', [2, 3, 4]), [2, 0, 1]), [0, 2, 1]),
    'transpose(z, permutation: [2 1 0])',
  ],
  ['transpose there and back', transpose(transpose(x, [1, 0]), [1, 0]), 'x'],
  ['slice of one part', slice(concat([x, y], 0), 0, 5, 7), 'slice(y, axis: 0, start: 1, end: 3)'],
  ['slice of a whole part', slice(concat([x, y], 0), 0, 4, 8), 'y'],
  [
    'slice across parts stays',
    slice(concat([x, y], 0), 0, 3, 5),
    'slice(concat(x, y, axis: 0), axis: 0, start: 3, end: 5)',
  ],
  ['slice twice', slice(slice(x, 1, 1, 5), 1, 1, 3), 'slice(x, axis: 1, start: 2, end: 4)'],
  ['concat of all slices', concat([slice(x, 1, 0, 2), slice(x, 1, 2, 6)], 1), 'x'],
  [
    'concat of slices out of order stays',
    concat([slice(x, 0, 2, 4), slice(x, 0, 0, 2)], 0),
    'concat(splitPart(x, axis: 0, lengths: [2 2], part: 1), splitPart(x, axis: 0, lengths: [2 2], part: 0), axis: 0)',
  ],
  ['sum with zeros', addAll([fill(0, [4, 6]), x, fill(0, [4, 6])]), 'x'],
  ['sum of zeros', addAll([fill(0, [6]), fill(0, [6])]), 'expand([0], shape: [6])'],
  ['pads side by side', addAll([pad(x, 0, 4, 0), pad(y, 0, 0, 4)]), 'concat(y, x, axis: 0)'],
  [
    'pads with a gap',
    addAll([pad(x, 0, 1, 6), pad(y, 0, 6, 1)]),
    'pad(concat(x, expand([0], shape: [1 6]), y, axis: 0), axis: 0, before: 1, after: 1)',
  ],
  [
    'pads that overlap stay',
    addAll([pad(x, 0, 1, 0), pad(y, 0, 0, 1)]),
    'add(pad(x, axis: 0, before: 1, after: 0), pad(y, axis: 0, before: 0, after: 1))',
  ],
  [
    'pads and another term',
    addAll([pad(x, 0, 4, 0), concat([x, x], 0), pad(y, 0, 0, 4)]),
    'add(concat(y, x, axis: 0), concat(x, x, axis: 0))',
  ],
  [
    'Σ AᵀB',
    addAll([matmul(a, b, tA), matmul(c, d, tA)]),
    'matmul(concat(a, c, axis: 0), concat(b, d, axis: 0), transposeA)',
  ],
  ['matmul + row', add(matmul(x, input('w', [6, 2])), input('r', [2])), 'gemm(x, w, r)'],
  ['c + matmul, transposed', add(x, matmul(a, b, tA)), 'gemm(a, b, x, transposeA)'],
  [
    'sum of products and another',
    addAll([matmul(x, input('w', [6, 6])), y, matmul(y, input('v', [6, 6]))]),
    'gemm(x, w, gemm(y, v, y))',
  ],
  [
    'slices that tile',
    mul(slice(x, 1, 0, 3), slice(x, 1, 3, 6)),
    'mul(splitPart(x, axis: 1, lengths: [3 3], part: 0), splitPart(x, axis: 1, lengths: [3 3], part: 1))',
  ],
  [
    'slices that do not tile stay',
    mul(slice(x, 1, 0, 2), slice(x, 1, 3, 5)),
    'mul(slice(x, axis: 1, start: 0, end: 2), slice(x, axis: 1, start: 3, end: 5))',
  ],
];

function valuesOf(tensors: readonly Tensor[]): Float64Array[] {
  const random = stream(1, 'optimize');
  const inputs = topologicalOrder(tensors).filter((node) => node.operation.name === 'input');
  const byName = inputs.sort((p, q) => String(p.attributes.name).localeCompare(String(q.attributes.name)));
  const feeds: Record<string, Float64Array> = {};
  for (const { attributes, shape } of byName) {
    const size = shape.reduce((p, q) => p * q, 1);
    feeds[String(attributes.name)] ??= Float64Array.from({ length: size }, () => random.normal());
  }
  return evaluateFloat64(tensors, feeds);
}

describe('optimize', () => {
  it.each(cases)('%s', (_name, tensor, text) => {
    const [optimized] = optimize([tensor]);
    expect(printTensor(optimized!)).toBe(text);
    expect(optimized!.shape).toEqual(tensor.shape);
    const [before, after] = valuesOf([tensor, optimized!]);
    expect(after).toBeAllclose(before!, { rtol: 1e-12, atol: 1e-12 });
  });

  it('computes equal subgraphs once', () => {
    const twice = add(exp(tanh(input('p', [2]))), tanh(input('p', [2])));
    expect(topologicalOrder(optimize([twice])).map((node) => node.operation.name)).toEqual([
      'input',
      'tanh',
      'exp',
      'add',
    ]);
  });

  it('tells constants apart', () => {
    const [sum] = optimize([add(mul(x, scalar(2)), mul(x, scalar(3)))]);
    expect(printTensor(sum!)).toBe('add(mul(x, [2]), mul(x, [3]))');
  });

  it('keeps a product that is used elsewhere out of gemm', () => {
    const product = matmul(a, b, tA);
    const [sum] = optimize([add(product, x), product]);
    expect(printTensor(sum!)).toBe('add(matmul(a, b, transposeA), x)');
  });

  it('goes through a deep graph without recursion', () => {
    let deep: Tensor = row;
    for (let i = 0; i < 20_000; i++) deep = tanh(deep);
    expect(topologicalOrder(optimize([deep])).length).toBe(20_001);
  });

  it('has a name for each rule', () => {
    expect(new Set(simplifications.map((rule) => rule.name)).size).toBe(simplifications.length);
  });
});
