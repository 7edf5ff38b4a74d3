import { openCifar10 } from '../data/index.ts';
import { maxPool2d, mean, relu, type Tensor } from '../graph/index.ts';
import { batchNorm, convolution, dense, flatten, type NetworkBuilder } from '../nn/index.ts';
import { defineTask } from './define.ts';
import type { Task } from './task.ts';

/** Filters of each convolution (NOS §4.2). */
const CHANNELS = 32;

/**
 * The paper's child (NOS §4.2): two 3×3 convolutions of 32 filters, each with batch normalisation and ReLU, on CIFAR-10 in
 * batches of 100. The text leaves open what comes between and after them. Our reading: with `pool: 'max'` a 2×2
 * max-pooling after each, then one dense layer; with `pool: 'none'` a global average pooling, then the dense layer.
 */
export function cifar10Convnet({
  name,
  pool,
}: {
  readonly name: string;
  readonly pool: 'max' | 'none';
}): Task {
  const head = pool === 'max' ? 'max-pooled' : 'no pooling, global average head';
  return defineTask({
    name,
    description: `CIFAR-10, the paper's two-layer 3×3 ConvNet, 32 filters, ${head} (NOS §4.2)`,
    dataSet: 'cifar10',
    load: openCifar10,
    inputShape: [3, 32, 32],
    classes: 10,
    batchSize: 100,
    trainExamples: 45_000,
    network: (builder, inputs) => {
      const first = block(builder, 'conv1', inputs, pool);
      const second = block(builder, 'conv2', first, pool);
      const features = pool === 'max' ? flatten(second) : mean(second, { axes: [2, 3] });
      return dense(builder, 'dense', features, 10);
    },
  });
}

function block(builder: NetworkBuilder, name: string, x: Tensor, pool: 'max' | 'none'): Tensor {
  const filtered = convolution(builder, name, x, { channels: CHANNELS, kernel: 3 });
  const active = relu(batchNorm(builder, `${name}.norm`, filtered));
  return pool === 'max' ? maxPool2d(active, 2) : active;
}
