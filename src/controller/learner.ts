import * as z from 'zod';
import { adamStep, initialAdam } from './adam.ts';
import { decodeFloats, encodeFloats } from './floats.ts';

const stateSchema = z.strictObject({
  first: z.string(),
  second: z.string(),
  step: z.int().min(0),
  baseline: z.number().optional(),
});

/** What an algorithm that steps by Adam has apart from the parameters. */
export interface Learner {
  /** The gradient of the next step, which the algorithm writes. */
  readonly gradient: Float32Array;
  /** Mean reward of earlier batches; undefined before the first one, whose own mean stands in. */
  baseline: number | undefined;
  /** Takes a step of Adam along the gradient, in place on the parameters. */
  step(parameters: Float32Array, learningRate: number): void;
  /** Returns the averages of Adam and the baseline as JSON-able data. */
  state(): unknown;
}

/**
 * Makes a learner of `size` parameters, a fresh one unless given a state.
 *
 * @param state What {@link Learner.state} gave.
 * @throws ZodError when `state` is something else.
 */
export function openLearner(size: number, state: unknown): Learner {
  const stored = state === undefined ? undefined : stateSchema.parse(state);
  let adam = stored
    ? { first: decodeFloats(stored.first), second: decodeFloats(stored.second), step: stored.step }
    : initialAdam(size);
  return {
    gradient: new Float32Array(size),
    baseline: stored?.baseline,
    step(parameters, learningRate) {
      adam = adamStep(adam, parameters, this.gradient, learningRate);
    },
    state() {
      const { baseline } = this;
      return {
        first: encodeFloats(adam.first),
        second: encodeFloats(adam.second),
        step: adam.step,
        ...(baseline !== undefined && { baseline }),
      };
    },
  };
}
