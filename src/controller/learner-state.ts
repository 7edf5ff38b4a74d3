import * as z from 'zod';
import { type AdamState, initialAdam } from './adam.ts';
import { decodeFloats, encodeFloats } from './floats.ts';

/** What an algorithm that steps by Adam remembers apart from the parameters. */
export interface LearnerState {
  readonly adam: AdamState;
  /** Undefined before the first batch, whose own mean stands in. */
  readonly baseline: number | undefined;
}

const stateSchema = z.strictObject({
  first: z.string(),
  second: z.string(),
  step: z.int().min(0),
  baseline: z.number().optional(),
});

/** Gives the state as JSON-able data. */
export function encodeLearner({ adam, baseline }: LearnerState): unknown {
  return {
    first: encodeFloats(adam.first),
    second: encodeFloats(adam.second),
    step: adam.step,
    ...(baseline !== undefined && { baseline }),
  };
}

/**
 * The inverse of {@link encodeLearner}; a fresh state for `size` parameters where there is none.
 *
 * @throws ZodError when `state` is something else.
 */
export function parseLearner(state: unknown, size: number): LearnerState {
  if (state === undefined) return { adam: initialAdam(size), baseline: undefined };
  const { first, second, step, baseline } = stateSchema.parse(state);
  return { adam: { first: decodeFloats(first), second: decodeFloats(second), step }, baseline };
}
