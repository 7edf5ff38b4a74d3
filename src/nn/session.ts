import { NosError } from '../errors.ts';
import {
  type Arrays,
  type CompileWatch,
  createSession,
  type EngineName,
  type Session,
  Unsupported,
} from '../graph/index.ts';
import type { Model } from './model.ts';

/** A model ready to train and evaluate. Arrays are read and written in place; equal calls give equal bits. */
export interface ModelSession {
  /** What computes it. */
  readonly engine: EngineName;
  /**
   * One forward and backward pass over a batch, an array for each input of the model: writes the gradient, moves the
   * buffers on, and gives the loss. The weights stay: the step is the update rule's.
   */
  step(batch: Arrays, weights: Float32Array, buffers: Float32Array, gradient: Float32Array): Promise<number>;
  /**
   * What the model's `evaluate` gives, by the buffers' running averages. Overwritten by the next call.
   *
   * @param batch An array for each input that `evaluate` uses, and no other.
   */
  evaluate(batch: Arrays, weights: Float32Array, buffers: Float32Array): Promise<Arrays>;
  close(): Promise<void>;
}

export interface OpenModelOptions extends CompileWatch {
  /** Default `onnxruntime`. */
  readonly engine?: EngineName | undefined;
}

/**
 * Loads both graphs of a model.
 *
 * @throws NosError `engine` if the engine is not to be had on this machine, or lacks an operation of the model.
 */
export async function openModel(
  model: Model,
  { engine: wanted = 'onnxruntime', ...watch }: OpenModelOptions = {},
): Promise<ModelSession> {
  const native = wanted === 'native' ? await nativeSessions(model, watch) : undefined;
  const { engine, training, evaluation }: Sessions = native ?? {
    engine: 'onnxruntime',
    training: await createSession(model.training),
    evaluation: await createSession(model.evaluation),
  };
  const loss = new Float32Array(1);
  const newBuffers = new Float32Array(model.bufferSize);
  const evaluated = Object.fromEntries(
    evaluation.outputs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  const carried = model.bufferSize > 0;
  return {
    engine,
    step: async (batch, weights, buffers, gradient) => {
      const feeds = { ...batch, weights, ...(carried && { buffers }) };
      await training.run(feeds, { loss, gradient, ...(carried && { buffers: newBuffers }) });
      buffers.set(newBuffers);
      return loss[0] as number;
    },
    evaluate: async (batch, weights, buffers) => {
      await evaluation.run({ ...batch, weights, ...(carried && { buffers }) }, evaluated);
      return evaluated;
    },
    close: async () => {
      await Promise.all([training.close(), evaluation.close()]);
    },
  };
}

/** Both graphs on the native engine, as the network was written. A run has one engine: what this one lacks is refused. */
async function nativeSessions(model: Model, watch: CompileWatch): Promise<Sessions> {
  const { training, evaluation } = model.plain();
  // Both are compiled at once.
  const opening = [training, evaluation].map((graph) => createSession(graph, 'native', watch));
  try {
    const [first, second] = await Promise.all(opening);
    return { engine: 'native', training: first!, evaluation: second! };
  } catch (error) {
    for (const { value } of (await Promise.allSettled(opening)).filter(isFulfilled)) await value.close();
    if (!(error instanceof Unsupported)) throw error;
    throw new NosError('engine', error.message, 'train this network on onnxruntime: --engine onnxruntime');
  }
}

function isFulfilled<T>(result: PromiseSettledResult<T>): result is PromiseFulfilledResult<T> {
  return result.status === 'fulfilled';
}

interface Sessions {
  readonly engine: EngineName;
  readonly training: Session;
  readonly evaluation: Session;
}
