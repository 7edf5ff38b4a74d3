import { type ErrorCode, NosError } from '../errors.ts';
import type { Evaluation, EvaluationProgress, EvaluationRequest } from '../evaluation/index.ts';
import type { EngineName } from '../graph/index.ts';

/** What the pool and a worker process say to each other: one request at a time, answered once. */

/** Message to the worker. */
export interface Order {
  readonly request: EvaluationRequest;
  /** What computes it. The one that the worker's environment chooses unless given. */
  readonly engine?: EngineName;
}

/** Message from the worker; each is a sign of life. */
export type Reply =
  | { readonly type: 'ready' }
  | { readonly type: 'opening' }
  | { readonly type: 'progress'; readonly progress: EvaluationProgress }
  | { readonly type: 'done'; readonly evaluation: Evaluation }
  | { readonly type: 'threw'; readonly thrown: Thrown };

/** An error as plain data: structured clone keeps neither the class of an error nor its own fields. */
export interface Thrown {
  readonly message: string;
  readonly stack?: string;
  /** Code of a NosError; absent for other errors. */
  readonly code?: ErrorCode;
  readonly hint?: string;
}

export function packError(error: unknown): Thrown {
  if (error instanceof NosError) {
    const { message, code, hint } = error;
    return { message, code, hint };
  }
  if (error instanceof Error) {
    return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
  }
  return { message: String(error) };
}

export function unpackError({ message, stack, code, hint }: Thrown): Error {
  if (code !== undefined) return new NosError(code, message, hint);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
