import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import {
  averagePool2d,
  createSession,
  evaluateFloat64,
  maxPool2d,
  mean,
  neg,
  relu,
  type Tensor,
  tanh,
} from '../graph/index.ts';
import { stream } from '../random/index.ts';
import {
  batchNorm,
  buildClassifier,
  convolution,
  dense,
  dropout,
  flatten,
  type Network,
  type NetworkBuilder,
  openMasks,
} from './index.ts';

const BATCH = 3;
const CLASSES = 3;

const head = (nn: NetworkBuilder, x: Tensor) => dense(nn, 'head', flatten(x), CLASSES);
const block = (nn: NetworkBuilder, name: string, x: Tensor, channels: number) =>
  maxPool2d(relu(batchNorm(nn, `${name}.norm`, convolution(nn, name, x, { channels, kernel: 3 }))), 2);

interface NetworkCase {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly network: Network;
}

const cases: readonly NetworkCase[] = [
  { name: 'dense', inputShape: [5], network: (nn, x) => dense(nn, 'head', x, CLASSES) },
  {
    name: 'two dense layers',
    inputShape: [5],
    network: (nn, x) => dense(nn, 'head', tanh(dense(nn, 'hidden', x, 4)), CLASSES),
  },
  {
    name: 'convolution with bias',
    inputShape: [2, 3, 4],
    network: (nn, x) => head(nn, convolution(nn, 'conv', x, { channels: 2, kernel: 3, bias: true })),
  },
  {
    name: 'batchNorm of vectors',
    inputShape: [4],
    network: (nn, x) => dense(nn, 'head', batchNorm(nn, 'norm', x), CLASSES),
  },
  {
    name: 'batchNorm of images',
    inputShape: [2, 3, 4],
    network: (nn, x) => head(nn, batchNorm(nn, 'norm', x)),
  },
  {
    name: 'batchNorm of a convolution of data',
    inputShape: [1, 4, 4],
    network: (nn, x) =>
      head(nn, batchNorm(nn, 'norm', convolution(nn, 'conv', x, { channels: 9, kernel: 3 }))),
  },
  {
    name: 'average pooling',
    inputShape: [2, 4, 4],
    network: (nn, x) => head(nn, averagePool2d(convolution(nn, 'conv', x, { channels: 2, kernel: 3 }), 2)),
  },
  {
    name: 'a ConvNet with max-pooling',
    inputShape: [1, 8, 8],
    network: (nn, x) => head(nn, block(nn, 'conv2', block(nn, 'conv1', x, 9), 2)),
  },
  {
    name: 'the same, its first layer not told that it reads data',
    inputShape: [1, 8, 8],
    network: (nn, x) => head(nn, block(nn, 'conv2', block(nn, 'conv1', neg(neg(x)), 9), 2)),
  },
  {
    name: 'a ConvNet with global average pooling',
    inputShape: [1, 4, 4],
    network: (nn, x) => {
      const hidden = relu(batchNorm(nn, 'norm', convolution(nn, 'conv', x, { channels: 3, kernel: 3 })));
      return dense(nn, 'head', mean(hidden, { axes: [2, 3] }), CLASSES);
    },
  },
  {
    name: 'two convolutions with dropout between them',
    inputShape: [2, 4, 4],
    network: (nn, x) => {
      const first = relu(batchNorm(nn, 'norm', convolution(nn, 'conv1', x, { channels: 3, kernel: 3 })));
      const between = dropout(nn, 'drop', first, 0.3);
      return head(nn, convolution(nn, 'conv2', between, { channels: 2, kernel: 3 }));
    },
  },
];

const normals = (size: number, ...label: string[]) => {
  const numbers = stream(2, ...label);
  return Float32Array.from({ length: size }, () => numbers.normal());
};

function prepare({ name, inputShape, network }: NetworkCase) {
  const classifier = buildClassifier({ network, inputShape, classes: CLASSES, batchSize: BATCH });
  const targets = new Float32Array(BATCH * CLASSES).map((_, i) => (i % (CLASSES + 1) === 0 ? 1 : 0));
  const feeds: Record<string, Float32Array> = {
    inputs: normals(BATCH * inputShape.reduce((a, b) => a * b), name, 'inputs'),
    targets,
    weights: classifier.initialWeights(1).map((w, i) => w + 0.1 * normals(classifier.size, name)[i]!),
    ...(classifier.bufferSize > 0 && { buffers: classifier.initialBuffers() }),
    ...openMasks(classifier.masks)({ seed: 2, step: 0, examples: Uint32Array.of(0, 1, 2) }),
  };
  return { classifier, feeds };
}

describe.each(cases)('the gradient of $name', (networkCase) => {
  const { classifier, feeds } = prepare(networkCase);
  const names = Object.keys(classifier.training);
  const reference = evaluateFloat64(Object.values(classifier.training), feeds);

  it('is that of central differences', () => {
    const loss = (weights: ArrayLike<number>) =>
      evaluateFloat64([classifier.training.loss!], { ...feeds, weights })[0]![0]!;
    const gradient = reference[names.indexOf('gradient')]!;
    const weights = Float64Array.from(feeds.weights!);
    const numeric = weights.map((w, i) => loss(weights.with(i, w + 1e-5)) - loss(weights.with(i, w - 1e-5)));
    expect(gradient).toBeAllclose(
      numeric.map((difference) => difference / 2e-5),
      { rtol: 1e-6, atol: 1e-7 },
    );
  });

  it.each(engines)('is the same by %s', async (engine) => {
    const graph = engine === 'native' ? classifier.plain().training : classifier.training;
    const session = await createSession(graph, engine);
    const computed = await session.run(feeds);
    await session.close();
    names.forEach((name, k) => {
      expect(computed[name]).toBeAllclose(reference[k]!, { rtol: 1e-4, atol: 3e-6 });
    });
  });
});
