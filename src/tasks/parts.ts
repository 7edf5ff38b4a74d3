/** What children of every kind are made of. */
import { NosError } from '../errors.ts';
import type { Model } from '../nn/index.ts';
import type { ChildState } from './child.ts';

/** What a training begins with. */
export function initialState(model: Model, seed: number): ChildState {
  return { weights: model.initialWeights(seed), buffers: model.initialBuffers() };
}

/** One part of what a network of fixed shapes is scored on, `size` examples. */
export interface ScoredBatch {
  /** [size]: the examples. */
  readonly indices: readonly number[];
  /** The first so many count; the others repeat the last one, where the batch is not full. */
  readonly used: number;
}

/** The first `count` examples in batches, in order. */
export function* scoredBatches(count: number, size: number): Iterable<ScoredBatch> {
  for (let start = 0; start < count; start += size) {
    const used = Math.min(size, count - start);
    yield { indices: Array.from({ length: size }, (_, i) => start + Math.min(i, used - 1)), used };
  }
}

/** 1 ÷ perplexity, the mean probability of what is right; 0 of a network that gives no numbers: it predicts nothing. */
export function perplexityScore(perplexity: number): number {
  // Rounding may bring a perplexity below 1.
  return Math.min(1 / perplexity || 0, 1);
}

/** The error for data that do not fit their task. */
export function misfit(task: { readonly name: string }, what: string, cause?: unknown): NosError {
  return new NosError('bad-option', `task '${task.name}': ${what}`, 'see docs/tasks.md', { cause });
}
