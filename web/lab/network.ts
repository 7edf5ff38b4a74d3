import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { digitsOf } from '../../src/data/digits-records.ts';
import type { Arrays } from '../../src/graph/index.ts';
import { inputName, outputName } from '../../src/graph/onnx/names.ts';
import { drawWeights, type PlacedParameter } from '../../src/nn/initial.ts';
import { accuracy, makeBatch } from '../../src/tasks/accuracy.ts';
import type { Child } from '../../src/tasks/index.ts';

/** What the build has written beside the page: `networks.json`. */
export interface Networks {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batchSize: number;
  readonly networks: readonly NetworkFiles[];
}

/** One network: where its parameters lie, and the files of its graphs. */
interface NetworkFiles {
  /** Units of the hidden layer. */
  readonly width: number;
  readonly parameters: readonly PlacedParameter[];
  readonly training: string;
  readonly evaluation: string;
}

/** Reads a file of the folder that the build has written, unpacked if it is packed. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** The part of onnxruntime that is used: the one for browsers and the one for Node.js have it both. */
export interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<InferenceSession> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}

/**
 * Opens the network of a width with the bundled digits, as the task `digits-mlp` opens its own: the same graphs, the same examples in
 * the same batches, the same initial weights of a seed.
 *
 * @throws RangeError for a width that the build has written no network of.
 */
export async function openDigitsChild(runtime: Runtime, read: ReadFile, width: number): Promise<Child> {
  const { inputShape, classes, batchSize, networks }: Networks = JSON.parse(
    new TextDecoder().decode(await read('networks.json')),
  );
  const network = networks.find((one) => one.width === width);
  if (network === undefined) throw new RangeError(`no network of ${width} units`);
  const [digits, training, evaluation] = await Promise.all([
    read('digits.gz').then((bytes) => digitsOf(bytes, '')),
    read(network.training).then((model) => openSession(runtime, model)),
    read(network.evaluation).then((model) => openSession(runtime, model)),
  ]);
  const sizes = { inputShape, classes, batchSize };
  const { parameters } = network;
  const { offset, size } = parameters.at(-1)!;
  const batch = makeBatch(sizes);
  const shapes = {
    inputs: [batchSize, ...inputShape],
    targets: [batchSize, classes],
    weights: [offset + size],
  };
  const session = {
    evaluate: ({ inputs }: Arrays, weights: Float32Array) => evaluation({ inputs: inputs!, weights }, shapes),
  };
  return {
    batchSize,
    trainExamples: digits.train.size,
    chance: 1 / classes,
    initialState: (seed) => ({
      weights: drawWeights(parameters, seed, new Float32Array(offset + size)),
      buffers: new Float32Array(0),
    }),
    step: async (indices, { weights }, into) => {
      digits.train.fill(indices, batch.inputs, batch.targets);
      const { loss, gradient } = await training({ ...batch, weights }, shapes);
      into.set(gradient!);
      return loss![0]!;
    },
    score: (split, examples, state) =>
      accuracy({ task: sizes, session, split: digits[split], examples }, state),
    close: async () => undefined,
  };
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** A graph as a function from arrays to arrays, by the names that its inputs and outputs have in the package. */
async function openSession({ InferenceSession, Tensor }: Runtime, model: Uint8Array) {
  const session = await InferenceSession.create(model);
  return async (arrays: Arrays, shapes: Shapes): Promise<Arrays> => {
    const feeds = Object.entries(arrays).map(([name, array]) => [
      inputName(name),
      new Tensor('float32', array, shapes[name]!),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      session.outputNames.map((name) => [
        name.slice(outputName('').length),
        outputs[name]!.data as Float32Array,
      ]),
    );
  };
}
