import * as g from '../../src/graph/index.ts';
import type { OperationCase } from './operation-battery.ts';

/** Every core operation at least once; convolution and pooling have their own list. */
export const operationCases: readonly OperationCase[] = [
  {
    name: 'add',
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => g.add(a!, b!),
  },
  { name: 'add, broadcast rows', inputs: [[2, 3], [3]], build: (a, b) => g.add(a!, b!) },
  {
    name: 'add, broadcast both',
    inputs: [
      [2, 1, 3],
      [4, 1],
    ],
    build: (a, b) => g.add(a!, b!),
  },
  {
    name: 'sub',
    inputs: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => g.sub(a!, b!),
  },
  {
    name: 'mul',
    inputs: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => g.mul(a!, b!),
  },
  { name: 'mul by itself', inputs: [[2, 3]], build: (a) => g.mul(a!, a!) },
  { name: 'mul by a scalar', inputs: [[2, 3], []], build: (a, b) => g.mul(a!, b!) },
  { name: 'div', inputs: [[2, 3], [3]], domain: 'positive', build: (a, b) => g.div(a!, b!) },
  { name: 'maximum', inputs: [[2, 3], [3]], build: (a, b) => g.maximum(a!, b!) },
  { name: 'minimum', inputs: [[2, 3], [3]], build: (a, b) => g.minimum(a!, b!) },
  { name: 'neg', inputs: [[2, 3]], build: (x) => g.neg(x!) },
  { name: 'exp', inputs: [[2, 3]], build: (x) => g.exp(x!) },
  { name: 'log', inputs: [[2, 3]], domain: 'positive', build: (x) => g.log(x!) },
  { name: 'sqrt', inputs: [[2, 3]], domain: 'positive', build: (x) => g.sqrt(x!) },
  { name: 'tanh', inputs: [[2, 3]], build: (x) => g.tanh(x!) },
  { name: 'sigmoid', inputs: [[2, 3]], build: (x) => g.sigmoid(x!) },
  { name: 'relu', inputs: [[2, 5]], build: (x) => g.relu(x!) },
  { name: 'heaviside', inputs: [[2, 5], [5]], build: (x, y) => g.mul(g.heaviside(x!), y!) },
  { name: 'softmax', inputs: [[2, 3, 4]], build: (x) => g.softmax(x!) },
  { name: 'logSoftmax', inputs: [[2, 3, 4]], build: (x) => g.logSoftmax(x!) },
  {
    name: 'matmul',
    inputs: [
      [2, 3],
      [3, 4],
    ],
    build: (a, b) => g.matmul(a!, b!),
  },
  {
    name: 'matmul Aᵀ',
    inputs: [
      [3, 2],
      [3, 4],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeA: true }),
  },
  {
    name: 'matmul Bᵀ',
    inputs: [
      [2, 3],
      [4, 3],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeB: true }),
  },
  {
    name: 'matmul Aᵀ Bᵀ',
    inputs: [
      [3, 2],
      [4, 3],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeA: true, transposeB: true }),
  },
  {
    name: 'batched matmul',
    inputs: [
      [2, 2, 3],
      [2, 3, 4],
    ],
    build: (a, b) => g.matmul(a!, b!),
  },
  {
    name: 'batched matmul Aᵀ',
    inputs: [
      [2, 3, 2],
      [2, 3, 4],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeA: true }),
  },
  {
    name: 'batched matmul Bᵀ',
    inputs: [
      [2, 2, 3],
      [2, 4, 3],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeB: true }),
  },
  {
    name: 'batched matmul Aᵀ Bᵀ',
    inputs: [
      [2, 3, 2],
      [2, 4, 3],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeA: true, transposeB: true }),
  },
  { name: 'matmul + bias', inputs: [[2, 3], [3, 4], [4]], build: (a, b, c) => g.add(g.matmul(a!, b!), c!) },
  { name: 'sum', inputs: [[2, 3]], build: (x) => g.sum(x!) },
  { name: 'sum over one axis', inputs: [[2, 3, 2]], build: (x) => g.sum(x!, { axes: [1] }) },
  { name: 'sum, axes kept', inputs: [[2, 3, 2]], build: (x) => g.sum(x!, { axes: [0, 2], keepDims: true }) },
  { name: 'mean', inputs: [[2, 3]], build: (x) => g.mean(x!) },
  { name: 'mean over axes', inputs: [[2, 3, 2]], build: (x) => g.mean(x!, { axes: [0, 2] }) },
  { name: 'reshape', inputs: [[2, 3]], build: (x) => g.reshape(x!, [3, 2]) },
  { name: 'reshape to a scalar', inputs: [[1, 1]], build: (x) => g.reshape(x!, []) },
  { name: 'transpose', inputs: [[2, 3, 4]], build: (x) => g.transpose(x!, [2, 0, 1]) },
  { name: 'expand', inputs: [[3, 1]], build: (x) => g.expand(x!, [2, 3, 4]) },
  { name: 'slice', inputs: [[3, 5, 2]], build: (x) => g.slice(x!, 1, 1, 4) },
  {
    name: 'slices that overlap',
    inputs: [[5, 2]],
    build: (x) => g.mul(g.slice(x!, 0, 0, 3), g.slice(x!, 0, 2, 5)),
  },
  {
    name: 'slices that tile',
    inputs: [[2, 6]],
    build: (x) => g.mul(g.tanh(g.slice(x!, 1, 0, 3)), g.slice(x!, 1, 3, 6)),
  },
  { name: 'pad', inputs: [[2, 3]], build: (x) => g.pad(x!, 1, 2, 1) },
  {
    name: 'concat',
    inputs: [
      [2, 1, 2],
      [2, 3, 2],
    ],
    build: (a, b) => g.concat([a!, b!, a!], 1),
  },
  {
    name: 'addAll',
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => g.addAll([a!, b!, g.mul(a!, b!)]),
  },
  {
    name: 'gatherRows',
    inputs: [[4, 3]],
    build: (table) => g.gatherRows(table!, g.constant([2, 0, 2, 3, 2], [5])),
  },
  {
    name: 'scatterRows',
    inputs: [[4, 3]],
    build: (rows) => g.scatterRows(rows!, g.constant([2, 0, 2, 4], [4]), 5),
  },
  {
    name: 'pickColumns',
    inputs: [[3, 4]],
    build: (x) => g.pickColumns(x!, g.constant([3, 0, 0], [3])),
  },
  {
    name: 'placeColumns',
    inputs: [[3]],
    build: (values) => g.placeColumns(values!, g.constant([3, 0, 0], [3]), 4),
  },
];
