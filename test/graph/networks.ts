import { createHash } from 'node:crypto';
import type { Session } from '../../src/graph/index.ts';
import { buildClassifier, type Model } from '../../src/nn/index.ts';
import { stream } from '../../src/random/index.ts';
import { characterModel, gnmtModel, resolveTask } from '../../src/tasks/index.ts';
import { wideResnet } from '../../src/tasks/wide-resnet.ts';

/** A network of the tasks, with few examples per step: what is compiled is the same but for their number. */
export interface SmallNetwork {
  readonly name: string;
  readonly build: () => Promise<Model> | Model;
}

const ofTask = (name: string, batchSize: number): SmallNetwork => ({
  name,
  build: async () => buildClassifier({ ...(await resolveTask(name)).classifier!, batchSize }),
});

const wideResNet = (depth: number): SmallNetwork => ({
  name: `Wide ResNet ${depth}-1`,
  build: () =>
    buildClassifier({
      network: wideResnet({ depth, widening: 1, classes: 10, dropout: 0 }),
      ...{ inputShape: [3, 32, 32], classes: 10, batchSize: 2 },
    }),
});

export const smallNetworks: readonly SmallNetwork[] = [
  ofTask('digits-mlp', 5),
  ofTask('cifar10-convnet', 3),
  ofTask('cifar10-convnet-nopool', 2),
  wideResNet(10),
  wideResNet(16),
  {
    name: 'character LSTM',
    build: () => characterModel({ vocabulary: 65, width: 128, depth: 2, length: 10, batch: 3 }),
  },
  {
    name: 'GNMT',
    build: () =>
      gnmtModel({
        ...{ layers: 2, width: 128, sourceVocabulary: 100, targetVocabulary: 100 },
        ...{ sourceLength: 4, targetLength: 4, batch: 3, labelSmoothing: 0.1, dropout: 0.2 },
      }),
  },
];

/** Plausible numbers for every input of a model's graph. */
export function plausibleFeeds(
  model: Model,
  { inputs }: Pick<Session, 'inputs'>,
): Record<string, Float32Array> {
  const random = stream(1, 'plausible feeds');
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      if (name === 'weights') return [name, model.initialWeights(1)];
      if (name === 'buffers') return [name, model.initialBuffers()];
      const size = shape.reduce((a, b) => a * b, 1);
      const [, classes = 0] = shape;
      const draw = (i: number): number => {
        if (name === 'targets' && shape.length === 2) return Number(i % (classes + 1) === 0);
        if (name.startsWith('mask.')) return random.integer(2) * 1.25;
        if (shape.length === 1 || WHOLE.has(name)) return random.integer(60);
        return random.integer(2 ** 16) / 2 ** 15 - 1;
      };
      return [name, Float32Array.from({ length: size }, (_, i) => draw(i))];
    }),
  );
}

const WHOLE = new Set(['source', 'said', 'expected', 'tokens', 'targets']);

/** A hash of arrays, in the order of their names. */
export function bitsOf(arrays: Readonly<Record<string, Float32Array>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(arrays).sort()) {
    const { buffer, byteOffset, byteLength } = arrays[name]!;
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
