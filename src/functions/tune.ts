import type { CompiledRule } from '../rules/index.ts';
import type { Coordinates, TestFunction } from './test-function.ts';
import { endingOf, runTrajectory, type Trajectory } from './trajectory.ts';

export interface TuneOptions {
  readonly testFunction: TestFunction;
  readonly rule: CompiledRule;
  /** Ascending. */
  readonly learningRates: readonly number[];
  readonly steps: number;
  readonly seed: number;
  readonly start?: Coordinates;
}

export interface Tuned {
  /** Of the learning rate that ended lowest; of equals, the smallest. */
  readonly best: Trajectory;
  /** Whether that is the first or the last of the grid, so that a better one may lie outside. */
  readonly edgeOfGrid: boolean;
  /** Value at the end less the least, at every learning rate; ∞ where it diverged. */
  readonly sweep: readonly { readonly learningRate: number; readonly excess: number }[];
}

/** Runs every learning rate of a grid, from the same start and with the same noise. */
export function tuneTrajectory({ learningRates, ...options }: TuneOptions): Tuned {
  const { testFunction } = options;
  const tries = learningRates.map((learningRate) => runTrajectory({ ...options, learningRate }));
  const excesses = tries.map((trajectory) => endingOf(testFunction, trajectory).excess);
  const at = excesses.indexOf(Math.min(...excesses));
  return {
    best: tries[at] as Trajectory,
    edgeOfGrid: at === 0 || at === tries.length - 1,
    sweep: learningRates.map((learningRate, i) => ({ learningRate, excess: excesses[i] as number })),
  };
}

/** From 10^low to 10^high, so many a decade. @example decades(-2, 0, 2) // [0.01, 0.0316…, 0.1, 0.316…, 1] */
export function decades(low: number, high: number, perDecade: number): readonly number[] {
  return Array.from({ length: (high - low) * perDecade + 1 }, (_, i) => {
    const exponent = low + i / perDecade;
    // Parsed, as 10 ** -5 is not 1e-5 to the bit.
    return Number.isInteger(exponent) ? Number(`1e${exponent}`) : 10 ** exponent;
  });
}
