import { type Arrays, createSession } from '../graph/index.ts';
import type { Model } from './model.ts';

/** A model ready to train and evaluate. Arrays are read and written in place; equal calls give equal bits. */
export interface ModelSession {
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

/** Loads both graphs of a model. */
export async function openModel(model: Model): Promise<ModelSession> {
  const [training, evaluation] = await Promise.all([
    createSession(model.training),
    createSession(model.evaluation),
  ]);
  const loss = new Float32Array(1);
  const newBuffers = new Float32Array(model.bufferSize);
  const evaluated = Object.fromEntries(
    evaluation.outputs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  const carried = model.bufferSize > 0;
  return {
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
