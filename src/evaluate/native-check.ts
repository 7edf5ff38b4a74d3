import { createHash } from 'node:crypto';
import { NosError } from '../errors.ts';
import {
  type CompileWatch,
  createSession,
  maxPool2d,
  relu,
  type Session,
  type Tensor,
} from '../graph/index.ts';
import {
  batchNorm,
  buildClassifier,
  buildModel,
  convolution,
  dense,
  dropout,
  flatten,
  lstm,
  type Model,
  sequenceCrossEntropy,
} from '../nn/index.ts';
import { stream } from '../random/index.ts';

/**
 * What the native engine computes on every machine: a hash of the first steps of two small networks. Another hash is another engine: a
 * change of the emitter that moves a bit is written down here, and results from before stand for themselves.
 */
export const NATIVE_BITS = '1011c34f9835e154';

/**
 * Checks that this machine's compiler and processor compute what all others do; once per process.
 *
 * @throws NosError `engine` when they do not, or there is no compiler.
 */
export function checkNativeBits(watch: CompileWatch = {}): Promise<void> {
  checking ??= compareBits(watch);
  return checking;
}

let checking: Promise<void> | undefined;

async function compareBits(watch: CompileWatch): Promise<void> {
  const bits = await nativeBits((graph) => createSession(graph, 'native', watch));
  if (bits === NATIVE_BITS) return;
  throw new NosError(
    'engine',
    `the native engine computes other bits here (${bits}) than it should (${NATIVE_BITS})`,
    'name another compiler with CC, or use onnxruntime: NOS_ENGINE=onnxruntime',
  );
}

/**
 * A hash of losses, gradients and buffers after one step of each network.
 *
 * @param open Makes a graph ready to run.
 */
export async function nativeBits(
  open: (graph: Readonly<Record<string, Tensor>>) => Promise<Session>,
): Promise<string> {
  const hash = createHash('sha256');
  const models = [convNet(), sequenceNet()];
  // Both are compiled at once.
  const sessions = await Promise.all(models.map((model) => open(model.plain().training)));
  for (const [i, model] of models.entries()) {
    const session = sessions[i]!;
    const random = stream(0, 'native check');
    const feeds = session.inputs.map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (name === 'weights') return [name, model.initialWeights(1)] as const;
      if (name === 'buffers') return [name, model.initialBuffers()] as const;
      const isWhole = name === 'tokens' || name === 'expected';
      return [
        name,
        Float32Array.from({ length: size }, () =>
          isWhole ? random.integer(TOKENS) : random.integer(2 ** 16) / 2 ** 15 - 1,
        ),
      ] as const;
    });
    const results = await session.run(Object.fromEntries(feeds));
    await session.close();
    for (const { name } of session.outputs) hash.update(new Uint8Array(results[name]!.buffer));
  }
  return hash.digest('hex').slice(0, 16);
}

const TOKENS = 7;

/** Convolutions with and without stride, of three and more channels; batch norm, pooling, dropout, a dense layer, cross-entropy. */
function convNet(): Model {
  return buildClassifier({
    inputShape: [3, 16, 16],
    classes: 10,
    batchSize: 3,
    network: (nn, inputs) => {
      const block = (name: string, x: Tensor, channels: number, stride: number) =>
        relu(batchNorm(nn, `${name}.norm`, convolution(nn, name, x, { channels, kernel: 3, stride })));
      const pooled = maxPool2d(block('conv1', inputs, 16, 1), 2);
      return dense(nn, 'dense', dropout(nn, 'drop', flatten(block('conv2', pooled, 32, 2)), 0.2), 10);
    },
  });
}

/** An LSTM over rows of a table, with the loss of a language model. */
function sequenceNet(): Model {
  const [steps, batch, hidden] = [3, 2, 20];
  return buildModel({
    inputs: { x: [steps * batch, 5], expected: [steps * batch] },
    loss: (nn, { x, expected }) =>
      sequenceCrossEntropy(dense(nn, 'output', lstm(nn, 'lstm', x, { hidden, steps }), TOKENS), expected),
    evaluate: (nn, { x }) => ({ y: dense(nn, 'output', lstm(nn, 'lstm', x, { hidden, steps }), TOKENS) }),
  });
}
