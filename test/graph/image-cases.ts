import * as g from '../../src/graph/index.ts';
import { attains } from '../../src/graph/operations/attains.ts';
import { channelVariance } from '../../src/graph/operations/channel-variance.ts';
import { convolution2dWeightGradient } from '../../src/graph/operations/convolution2d-weight-gradient.ts';
import { rotateKernel } from '../../src/graph/operations/rotate-kernel.ts';
import type { OperationCase } from './operation-battery.ts';

const image = [2, 2, 4, 4];
/** Through the formulation of convolutions of data for onnxruntime. */
const byPatches = (x: g.Tensor): g.Tensor => g.formulateByPatches([x])[0]!;

/** Every operation on images, in each of its lowerings. */
export const imageCases: readonly OperationCase[] = [
  {
    name: 'convolution2d',
    inputs: [image, [4, 2, 3, 3]],
    build: (x, w) => g.convolution2d(x!, w!, { padding: 1 }),
  },
  {
    name: 'convolution2d, 3×2, padded differently',
    inputs: [image, [2, 2, 3, 2]],
    build: (x, w) => g.convolution2d(x!, w!, { padding: [2, 1] }),
  },
  {
    name: 'convolution2d, not padded',
    inputs: [image, [2, 2, 2, 3]],
    build: (x, w) => g.convolution2d(x!, w!),
  },
  {
    name: 'convolution2dWeightGradient, by patches',
    inputs: [
      [2, 1, 3, 4],
      [2, 9, 5, 5],
    ],
    build: (x, y) => convolution2dWeightGradient(x!, y!, [3, 2], [2, 1]),
  },
  {
    name: 'convolution2dWeightGradient, by shifts',
    inputs: [
      [2, 5, 3, 4],
      [2, 4, 5, 5],
    ],
    build: (x, y) => convolution2dWeightGradient(x!, y!, [3, 2], [2, 1]),
  },
  {
    name: 'convolution2dWeightGradient, by shifts, not padded',
    inputs: [
      [2, 5, 3, 4],
      [2, 4, 1, 2],
    ],
    build: (x, y) => convolution2dWeightGradient(x!, y!, [3, 3], [0, 0]),
  },
  { name: 'rotateKernel', inputs: [[2, 3, 3, 2]], build: (w) => rotateKernel(w!) },
  {
    name: 'patches',
    inputs: [image],
    build: (x) => g.patches(x!, { kernel: [3, 2], padding: [1, 0] }),
  },
  {
    name: 'patches in tiles',
    inputs: [image],
    build: (x) => g.patches(x!, { kernel: [3, 3], padding: 1, tile: 2 }),
  },
  { name: 'maxPool2d', inputs: [image], build: (x) => g.maxPool2d(x!, 2) },
  { name: 'maxPool2d of relu', inputs: [image], build: (x) => g.maxPool2d(g.relu(x!), 2) },
  {
    name: 'maxPool2d of shifted channels',
    inputs: [image, [2]],
    build: (x, b) => g.maxPool2d(g.shiftChannels(x!, b!), 2),
  },
  {
    name: 'maxPool2d of a convolution of data',
    inputs: [
      [2, 1, 4, 4],
      [5, 1, 3, 3],
    ],
    build: (x, w) => byPatches(g.maxPool2d(g.convolution2d(x!, w!, { padding: 1 }), 2)),
  },
  {
    name: 'maxPool2d of a convolution',
    inputs: [
      [2, 1, 4, 4],
      [5, 1, 3, 3],
    ],
    build: (x, w) => g.maxPool2d(g.convolution2d(x!, w!, { padding: 1 }), 2),
  },
  { name: 'averagePool2d', inputs: [image], build: (x) => g.averagePool2d(x!, 2) },
  { name: 'upsample2d', inputs: [[2, 3, 2, 2]], build: (x) => g.upsample2d(x!, 3) },
  { name: 'maxOver', inputs: [[2, 4, 3]], build: (x) => g.maxOver(x!, 1) },
  { name: 'attains', inputs: [[2, 5], [5]], build: (x, y) => g.mul(attains(x!, y!), y!) },
  { name: 'channelVariance of images', inputs: [image], build: (x) => channelVariance(x!) },
  { name: 'channelVariance of vectors', inputs: [[5, 3]], build: (x) => channelVariance(x!) },
  {
    name: 'channelMoments of a convolution of data',
    inputs: [
      [2, 1, 4, 4],
      [9, 1, 3, 3],
    ],
    build: (x, w) => {
      const { mean, variance } = g.channelMoments(g.convolution2d(x!, w!, { padding: 1 }));
      return byPatches(g.concat([mean, variance], 0));
    },
  },
  {
    name: 'channelMoments of a convolution',
    inputs: [
      [2, 1, 4, 4],
      [9, 1, 3, 3],
    ],
    build: (x, w) => {
      const { mean, variance } = g.channelMoments(g.convolution2d(x!, w!, { padding: 1 }));
      return g.concat([mean, variance], 0);
    },
  },
  {
    name: 'scaleChannels of a convolution of data',
    inputs: [[2, 1, 3, 5], [9, 1, 3, 3], [9]],
    build: (x, w, s) => byPatches(g.scaleChannels(g.convolution2d(x!, w!, { padding: 1 }), s!)),
  },
  {
    name: 'stridedConvolution2d, 3×3, stride 2, padded',
    inputs: [image, [4, 2, 3, 3]],
    build: (x, w) => g.stridedConvolution2d(x!, w!, { stride: 2, padding: 1 }),
  },
  {
    name: 'stridedConvolution2d, 1×1, stride 2, an odd image',
    inputs: [
      [2, 2, 5, 3],
      [3, 2, 1, 1],
    ],
    build: (x, w) => g.stridedConvolution2d(x!, w!, { stride: 2 }),
  },
  {
    name: 'stridedConvolution2d, 4×2, stride 3, pixels left out',
    inputs: [
      [1, 2, 6, 7],
      [2, 2, 4, 2],
    ],
    build: (x, w) => g.stridedConvolution2d(x!, w!, { stride: 3, padding: [0, 1] }),
  },
];

/** Whether a case is formulated for onnxruntime: no plain network has it, and the native engine no form of it. */
export const isForOnnx = (name: string): boolean =>
  /^patches|^(maxPool2d|channelMoments) of a convolution of data/.test(name);
