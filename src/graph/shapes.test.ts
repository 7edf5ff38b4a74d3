import { describe, expect, it } from 'vitest';
import {
  add,
  addAll,
  concat,
  constant,
  expand,
  input,
  logSoftmax,
  matmul,
  mean,
  mul,
  pad,
  reshape,
  scalar,
  slice,
  softmax,
  sum,
  type Tensor,
  transpose,
} from './index.ts';

const x = input('x', [2, 3]);
const y = input('y', [4, 5]);

const errors: readonly (readonly [() => Tensor, string])[] = [
  [() => input('z', [2, 0]), "input 'z': expected a shape of positive integers, got [2, 0]"],
  [() => input('z', [2.5]), "input 'z': expected a shape of positive integers, got [2.5]"],
  [() => constant([1, 2, 3], [2]), 'constant: shape [2] takes 2 values, got 3'],
  [() => add(x, y), 'add: shapes [2, 3] and [4, 5] do not broadcast'],
  [() => mul(x, input('z', [2])), 'mul: shapes [2, 3] and [2] do not broadcast'],
  [() => addAll([x, y]), 'addAll: expected equal shapes, got [2, 3] and [4, 5]'],
  [() => addAll([]), 'addAll: expected at least one tensor'],
  [() => matmul(x, y), 'matmul: shapes do not fit: [2, 3] × [4, 5]'],
  [() => matmul(x, x), 'matmul: shapes do not fit: [2, 3] × [2, 3]'],
  [
    () => matmul(x, x, { transposeA: true, transposeB: true }),
    'matmul: shapes do not fit: [2, 3]ᵀ × [2, 3]ᵀ',
  ],
  [() => matmul(x, input('z', [3])), 'matmul: expected two axes or more, got [3]'],
  [
    () => matmul(input('a', [2, 3, 4]), input('b', [5, 4, 3])),
    'matmul: shapes do not fit: [2, 3, 4] × [5, 4, 3]',
  ],
  [() => softmax(scalar(1)), 'softmax: expected at least one axis, got a scalar'],
  [() => logSoftmax(scalar(1)), 'logSoftmax: expected at least one axis, got a scalar'],
  [() => sum(x, { axes: [2] }), 'sum: expected an axis of [2, 3], got 2'],
  [() => mean(x, { axes: [-1] }), 'sum: expected an axis of [2, 3], got -1'],
  [() => reshape(x, [4]), 'reshape: [2, 3] has 6 elements, [4] has 4'],
  [() => reshape(x, [-1]), 'reshape: expected a shape of positive integers, got [-1]'],
  [() => transpose(x, [0, 0]), 'transpose: expected a permutation of the axes of [2, 3], got [0, 0]'],
  [() => transpose(x, [0]), 'transpose: expected a permutation of the axes of [2, 3], got [0]'],
  [() => expand(x, [2, 4]), 'expand: shapes [2, 3] and [2, 4] do not broadcast'],
  [() => expand(x, [1, 3]), 'expand: [2, 3] does not repeat to [1, 3]'],
  [() => slice(x, 2, 0, 1), 'slice: expected an axis of [2, 3], got 2'],
  [() => slice(x, 1, 0, 4), 'slice: expected 0 ≤ start < end ≤ 3 on axis 1 of [2, 3], got 0 and 4'],
  [() => slice(x, 1, 2, 2), 'slice: expected 0 ≤ start < end ≤ 3 on axis 1 of [2, 3], got 2 and 2'],
  [() => slice(x, 1, 3, 6), 'slice: expected 0 ≤ start < end ≤ 3 on axis 1 of [2, 3], got 3 and 6'],
  [() => pad(x, 0, -1, 1), 'pad: expected counts of zeros from 0, got -1 and 1'],
  [() => concat([], 0), 'concat: expected at least one tensor'],
  [() => concat([x, y], 0), 'concat: [2, 3] and [4, 5] differ outside axis 0'],
  [() => concat([x, input('z', [3])], 0), 'concat: [2, 3] and [3] differ outside axis 0'],
];

describe('shape errors', () => {
  it.each(errors)('%s', (build, message) => {
    expect(build).toThrow(RangeError);
    expect(build).toThrow(message);
  });
});

const shapes: readonly (readonly [string, Tensor, readonly number[]])[] = [
  ['broadcast', add(input('a', [2, 1, 3]), input('b', [4, 1])), [2, 4, 3]],
  ['with a scalar', add(x, scalar(1)), [2, 3]],
  ['batched matmul', matmul(input('a', [7, 4, 2]), input('b', [7, 4, 3]), { transposeA: true }), [7, 2, 3]],
  ['sum of everything', sum(x), []],
  ['sum over repeated axes', sum(x, { axes: [1, 1] }), [2]],
  ['sum, axes kept', sum(x, { keepDims: true }), [1, 1]],
  ['transpose', transpose(input('a', [2, 3, 4]), [2, 0, 1]), [4, 2, 3]],
];

describe('shapes', () => {
  it.each(shapes)('%s', (_name, tensor, shape) => {
    expect(tensor.shape).toEqual(shape);
  });
});
