import type { Split } from '../data/index.ts';
import type { Batch, ModelSession } from '../nn/index.ts';
import type { ChildState } from './child.ts';
import { scoredBatches } from './parts.ts';
import type { ClassifierTask } from './task.ts';

/** What the arrays of a batch are made by. */
type BatchSizes = Pick<ClassifierTask, 'inputShape' | 'classes' | 'batchSize'>;

/** A batch to be filled. */
export function makeBatch({ inputShape, classes, batchSize }: BatchSizes): Batch {
  const values = inputShape.reduce((product, n) => product * n, 1);
  return {
    inputs: new Float32Array(batchSize * values),
    targets: new Float32Array(batchSize * classes),
  };
}

interface Scoring {
  readonly task: BatchSizes;
  readonly session: Pick<ModelSession, 'evaluate'>;
  readonly split: Split;
  readonly examples: number;
  readonly onBatch?: (() => void) | undefined;
}

/**
 * Accuracy over the first `examples` of a split, its running averages in the place of batch statistics. An
 * example whose logits are not all numbers counts as wrong.
 */
export async function accuracy(
  { task, session, split, examples, onBatch = () => undefined }: Scoring,
  { weights, buffers }: ChildState,
): Promise<number> {
  const { batchSize, classes } = task;
  const { inputs, targets } = makeBatch(task);
  const count = Math.min(examples, split.size);
  let correct = 0;
  for (const { indices, used } of scoredBatches(count, batchSize)) {
    split.fill(indices, inputs, targets);
    const { logits } = await session.evaluate({ inputs }, weights, buffers);
    onBatch();
    correct += countCorrect(logits as Float32Array, targets, used, classes);
  }
  return correct / count;
}

function countCorrect(logits: Float32Array, targets: Float32Array, used: number, classes: number): number {
  let correct = 0;
  for (let i = 0; i < used; i++) {
    const from = i * classes;
    let best = 0;
    for (let j = 1; j < classes; j++) {
      if ((logits[from + j] as number) > (logits[from + best] as number)) best = j;
    }
    const numbers = !logits.subarray(from, from + classes).some(Number.isNaN);
    if (numbers && targets[from + best] === 1) correct++;
  }
  return correct;
}
