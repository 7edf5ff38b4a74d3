import { createSession } from '../graph/index.ts';
import type { Classifier } from './classifier.ts';

/** A classifier ready to train and evaluate. Arrays are read and written in place; equal calls give equal bits. */
export interface ClassifierSession {
  /**
   * One forward and backward pass over a batch: writes the gradient, moves the buffers on, and gives the loss. The
   * weights stay: the step is the update rule's.
   */
  step(batch: Batch, weights: Float32Array, buffers: Float32Array, gradient: Float32Array): Promise<number>;
  /** Logits [batch, classes], by the buffers' running averages. Overwritten by the next call. */
  logits(inputs: Float32Array, weights: Float32Array, buffers: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface Batch {
  /** [batch, …inputShape]. */
  readonly inputs: Float32Array;
  /** One-hot, [batch, classes]. */
  readonly targets: Float32Array;
}

/** Loads both graphs of a classifier. */
export async function openClassifier(classifier: Classifier): Promise<ClassifierSession> {
  const [training, evaluation] = await Promise.all([
    createSession(classifier.training),
    createSession(classifier.evaluation),
  ]);
  const loss = new Float32Array(1);
  const newBuffers = new Float32Array(classifier.bufferSize);
  const logits = new Float32Array(classifier.batchSize * classifier.classes);
  const carried = classifier.bufferSize > 0;
  return {
    step: async ({ inputs, targets }, weights, buffers, gradient) => {
      const feeds = { inputs, targets, weights, ...(carried && { buffers }) };
      await training.run(feeds, { loss, gradient, ...(carried && { buffers: newBuffers }) });
      buffers.set(newBuffers);
      return loss[0] as number;
    },
    logits: async (inputs, weights, buffers) => {
      await evaluation.run({ inputs, weights, ...(carried && { buffers }) }, { logits });
      return logits;
    },
    close: async () => {
      await Promise.all([training.close(), evaluation.close()]);
    },
  };
}
