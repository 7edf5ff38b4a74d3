import { stream } from '../random/index.ts';
import type { CompiledRule } from '../rules/index.ts';
import { type Coordinates, distanceToMinimum, type TestFunction } from './test-function.ts';

export interface TrajectoryOptions {
  readonly testFunction: TestFunction;
  readonly rule: CompiledRule;
  readonly learningRate: number;
  readonly steps: number;
  /** Seed of the rule's random draws, and of the noise in the gradient if the function adds any. */
  readonly seed: number;
  /** The function's own unless given. */
  readonly start?: Coordinates;
}

/** Where a rule went, step by step. */
export interface Trajectory {
  readonly learningRate: number;
  /** The start, and the point after each step; only up to the last finite one if it diverged. */
  readonly points: readonly Coordinates[];
  /** The function's value at each of them. */
  readonly values: readonly number[];
  /** Whether it met a point or a value that is not finite, and stopped there. */
  readonly diverged: boolean;
}

/**
 * Lets a rule descend. The rule is the one that trains networks: its weights and its state are float32; the function's value
 * and gradient are computed in float64 at these weights, and the gradient is rounded to float32 once. So no trajectory comes nearer
 * to a minimum than float32 can write.
 *
 * @throws RangeError for steps or a seed out of bounds.
 * @example runTrajectory({ testFunction: testFunctions.find('rosenbrock'), rule: compileRule(resolveRule('adam')),
 *   learningRate: 0.01, steps: 4000, seed: 1 })
 */
export function runTrajectory(options: TrajectoryOptions): Trajectory {
  const { testFunction, rule, learningRate, steps, seed } = options;
  const { dimension, gradient, value, noise } = testFunction;
  const weights = Float32Array.from(options.start ?? testFunction.start);
  const seen = new Float32Array(dimension);
  const stepper = rule.start({ size: dimension, steps, seed });
  const random = stream(seed, 'function', testFunction.name);
  const points: Coordinates[] = [[...weights]];
  const values = [value(points[0] as Coordinates)];
  for (let t = 0; t < steps; t++) {
    const slope = gradient(points[t] as Coordinates);
    for (let i = 0; i < dimension; i++) {
      seen[i] = (slope[i] as number) + (noise === undefined ? 0 : (noise[i] as number) * random.normal());
    }
    const finite = stepper.step(weights, seen, learningRate);
    const point = [...weights];
    const height = value(point);
    if (!finite || !Number.isFinite(height)) return { learningRate, points, values, diverged: true };
    points.push(point);
    values.push(height);
  }
  return { learningRate, points, values, diverged: false };
}

/** How well a trajectory ended. */
export interface Ending {
  /** The function's value at the last point, less its least; ∞ if it diverged. */
  readonly excess: number;
  /** Distance from the last point to the nearest minimum; ∞ if it diverged. */
  readonly distance: number;
}

export function endingOf(testFunction: TestFunction, { points, values, diverged }: Trajectory): Ending {
  if (diverged) return { excess: Number.POSITIVE_INFINITY, distance: Number.POSITIVE_INFINITY };
  return {
    excess: (values.at(-1) as number) - testFunction.least,
    distance: distanceToMinimum(testFunction, points.at(-1) as Coordinates),
  };
}

/** The first step after which the value stays within `excess` of the least; undefined if it never does, or diverges. */
export function stepsWithin(
  { least }: TestFunction,
  { values, diverged }: Trajectory,
  excess: number,
): number | undefined {
  const last = values.findLastIndex((value) => value - least > excess);
  return diverged || last === values.length - 1 ? undefined : last + 1;
}
