import { deriveKey, stream } from '../../src/random/index.ts';
import type { Expression } from '../../src/rules/index.ts';
import { canonicalize, lowerRule } from '../../src/rules/index.ts';
import { fillDraw, stepKey } from '../../src/rules/program/draws.ts';
import { SINGLE, startFloat64 } from '../float64.ts';

/** A training with recorded gradients, and where a rule takes its weights in float64. */
export interface Trajectory {
  readonly learningRate: number;
  readonly steps: number;
  readonly initial: readonly number[];
  /** The gradient at each step. */
  readonly gradients: readonly (readonly number[])[];
  /** The random draws at each step, one array per draw: 0 where a value is dropped and 1 elsewhere, or normal numbers. */
  readonly draws: readonly (readonly (readonly number[])[])[];
  readonly weights: readonly number[];
  /** Whether the reference is sure of a weight: every value was finite, and rounding moved none of them much. */
  readonly sure: readonly boolean[];
  /** The way that each weight went, all steps added up. */
  readonly way: readonly number[];
}

const SIZE = 12;
const SEED = 5;
/** Gradients of several sizes, some of them 0, with a sign that changes. */
const SIZES = [1, 1, 0.1, 0.1, 1e-2, 1e-2, 1e-3, 1e-4, 3, 10, 1e-6, 0.3];

const random = stream(11, 'export trajectories');
/** What float32 holds, so that a target without float64 gets the same numbers. */
const initial = Array.from({ length: SIZE }, () => Math.fround(random.normal()));
const recorded = Array.from({ length: 1000 }, () =>
  SIZES.map((size) => Math.fround(random.uniform() < 0.05 ? 0 : size * (0.3 + random.normal()))),
);

/** Follows a rule over the first recorded gradients. What a start moved by 1e-11 moves far, no reference is sure of. */
export function follow(rule: Expression, steps: number, learningRate = 1e-3): Trajectory {
  const [found, moved] = [0, 1e-11].map((by) =>
    followFrom(
      rule,
      initial.map((w) => w * (1 + by)),
      steps,
      learningRate,
    ),
  );
  const { weights, way } = found!;
  const sure = found!.sure.map(
    (one, i) => one && Math.abs(weights[i]! - moved!.weights[i]!) <= 1e-7 * way[i]! + 1e-10,
  );
  return { ...found!, sure };
}

function followFrom(
  rule: Expression,
  start: readonly number[],
  steps: number,
  learningRate: number,
): Trajectory {
  const canonical = canonicalize(rule);
  const program = lowerRule(canonical);
  const stepper = startFloat64(canonical, { size: SIZE, steps, seed: SEED, learningRate });
  const keys = program.draws.map(({ text }) => deriveKey(SEED, 'draw', text));
  const weights = [...start];
  const way = weights.map(() => 0);
  const sure = weights.map(() => true);
  const draws: number[][][] = [];
  const gradients = recorded.slice(0, steps);
  for (const [t, gradient] of gradients.entries()) {
    draws.push(
      program.draws.map((draw, i) => {
        const drawn = new Float32Array(SIZE);
        fillDraw(draw, stepKey(keys[i]!, t + 1), drawn);
        return [...drawn];
      }),
    );
    const { values, errors, finite } = stepper.step(weights, gradient);
    for (const [i, value] of values.entries()) {
      if (finite[i] === 0 || !(errors[i]! <= 1e-9 * Math.abs(value) + 1e-12)) sure[i] = false;
      weights[i]! -= learningRate * value;
      way[i]! += Math.abs(learningRate * value);
    }
  }
  return { learningRate, steps, initial, gradients, draws, weights, sure, way };
}

/**
 * How far float32 may be from a trajectory, weight by weight. Every operation rounds, every error goes on through what is computed from it,
 * and what an update may be wrong by is added up over the steps, with the rounding of the step itself.
 */
export function float32Bound(rule: Expression, trajectory: Trajectory): readonly number[] {
  const { steps, initial: start, gradients, learningRate } = trajectory;
  const stepper = startFloat64(canonicalize(rule), { size: SIZE, steps, seed: SEED }, SINGLE);
  const weights = [...start];
  const bounds = weights.map(() => 0);
  for (const gradient of gradients) {
    const { values, errors, finite } = stepper.step(weights, gradient, bounds);
    for (const [i, value] of values.entries()) {
      const delta = learningRate * value;
      weights[i]! -= delta;
      bounds[i]! += learningRate * errors[i]! + SINGLE.rounding * (Math.abs(delta) + Math.abs(weights[i]!));
      if (finite[i] === 0 || Number.isNaN(bounds[i])) bounds[i] = Infinity;
    }
  }
  return bounds;
}

/** How far weights are from a trajectory's, as a share of the way that it went; the largest over the weights that are sure. */
export function distanceFrom({ weights, sure, way }: Trajectory, found: readonly number[]): number {
  const shares = weights.map((weight, i) => (sure[i] ? Math.abs(found[i]! - weight) / (way[i]! + 1e-9) : 0));
  return Math.max(...shares.map((share) => (Number.isNaN(share) ? Infinity : share)));
}
