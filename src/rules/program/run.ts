import { deriveKey, type Key } from '../../random/index.ts';
import { evaluateScalar } from '../language/parts.ts';
import type { Span, StartOptions, Stepper } from './compiled.ts';
import { fillDraw, stepKey } from './draws.ts';
import type { Program } from './program.ts';
import type { Bounds } from './reduce.ts';

/** What one step reads, apart from weights and gradient. */
export interface StepInputs {
  /** State before the step, one array per slot; the kernel writes the state after it. */
  readonly slots: readonly Float32Array[];
  /** Functions of the step, rounded to float32. */
  readonly scalars: readonly number[];
  /** This step's random numbers, one array per draw. */
  readonly draws: readonly Float32Array[];
  /** Where the tensors lie. */
  readonly bounds: Bounds;
}

/** w ← w − λ·u and the slots' update over all weights; whether all new weights are finite. λ is a float32. */
export type Kernel = (
  weights: Float32Array,
  gradient: Float32Array,
  learningRate: number,
  context: StepInputs,
) => boolean;

/** Starts a training of a program: what the compiled step and the interpreter share, which is all but the kernel. */
export function startProgram(program: Program, kernel: Kernel, options: StartOptions): Stepper {
  const { size, steps, seed } = options;
  checkCount('size', size);
  checkCount('steps', steps);
  checkCount('seed', seed);
  const bounds = boundsOf(options);
  const slots = program.slots.map(
    ({ extent }) => new Float32Array(extent === 'tensor' ? bounds.length - 1 : size),
  );
  const draws = program.draws.map(() => new Float32Array(size));
  const keys = program.draws.map(({ text }) => deriveKey(seed, 'draw', text));
  let t = 0;
  return {
    step(weights, gradient, learningRate) {
      if (weights.length !== size || gradient.length !== size) {
        throw new RangeError(
          `expected ${size} weights and gradients, got ${weights.length}, ${gradient.length}`,
        );
      }
      t += 1;
      fillDraws(program, keys, t, draws);
      const scalars = program.scalars.map((e) => Math.fround(evaluateScalar(e, t, steps)));
      return kernel(weights, gradient, Math.fround(learningRate), { slots, scalars, draws, bounds });
    },
  };
}

/**
 * Where the tensors of a training lie.
 *
 * @throws RangeError unless the tensors are all the weights, each once.
 */
export function boundsOf({ size, tensors }: Pick<StartOptions, 'size' | 'tensors'>): Bounds {
  if (tensors === undefined) return size === 0 ? [0] : [0, size];
  const bounds = [0];
  for (const { offset, size: length } of tensors.toSorted(byOffset)) {
    if (offset !== bounds.at(-1) || !(Number.isSafeInteger(length) && length > 0)) {
      throw new RangeError(`tensors: expected one at ${bounds.at(-1)}, got ${length} weights at ${offset}`);
    }
    bounds.push(offset + length);
  }
  if (bounds.at(-1) === size) return bounds;
  throw new RangeError(`tensors: expected ${size} weights in all, got ${bounds.at(-1)}`);
}

const byOffset = (a: Span, b: Span): number => a.offset - b.offset;

function fillDraws(program: Program, keys: readonly Key[], t: number, draws: readonly Float32Array[]): void {
  program.draws.forEach((draw, i) => {
    fillDraw(draw, stepKey(keys[i] as Key, t), draws[i] as Float32Array);
  });
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`${name}: expected a non-negative integer, got ${value}`);
}
