import { stream } from '../random/index.ts';
import { type Expression, interpretRule } from '../rules/index.ts';

/** A short training of the interpreter, for a test that travels with an exported optimizer. */
export interface Recorded {
  readonly learningRate: number;
  readonly initial: readonly number[];
  /** The gradient at each step. */
  readonly gradients: readonly (readonly number[])[];
  /** The weights at the end. */
  readonly expected: readonly number[];
}

const WEIGHTS = 4;
const STEPS = 12;

/** Records a training over gradients of several sizes, in numbers of few digits; undefined if a weight is not finite. */
export function recordTraining(rule: Expression): Recorded | undefined {
  const random = stream(1, 'recorded training');
  const drawn = (size: number): number => Number((size * random.normal()).toPrecision(4));
  const initial = Array.from({ length: WEIGHTS }, () => drawn(1));
  const gradients = Array.from({ length: STEPS }, () =>
    Array.from({ length: WEIGHTS }, (_, i) => drawn(10 ** (1 - i))),
  );
  const learningRate = 0.01;
  const stepper = interpretRule(rule).start({ size: WEIGHTS, steps: STEPS, seed: 0 });
  const weights = Float32Array.from(initial);
  for (const gradient of gradients) {
    if (!stepper.step(weights, Float32Array.from(gradient), learningRate)) return undefined;
  }
  return { learningRate, initial, gradients, expected: [...weights].map((w) => Number(w.toPrecision(8))) };
}

/** How far a port may be from the recorded weights, which are float32: as a share of a weight, and at least. */
export const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
