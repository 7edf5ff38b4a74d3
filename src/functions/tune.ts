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
  /** Stops it between two learning rates. */
  readonly signal?: AbortSignal;
}

export interface TunedTrajectory {
  /**
   * The path of the learning rate that ended lowest; of equals, the smallest. If every one of several diverged, none is the best:
   * this is then the path at the smallest, with NaN as its learning rate.
   */
  readonly best: Trajectory;
  /** Whether that is the first or the last of several, so that a better one may lie outside. */
  readonly edgeOfGrid: boolean;
  /** Value at the end less the least one, per learning rate; ∞ if it diverged. */
  readonly sweep: readonly { readonly learningRate: number; readonly excess: number }[];
}

/** Lets the process do other things. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * Runs every learning rate of a grid, from the same start and with the same noise. The process is free for other things between two
 * of them, and only the best path is kept.
 *
 * @throws RangeError for no learning rate, and as `runTrajectory`; the signal's reason.
 */
export async function tuneTrajectory({
  learningRates,
  signal,
  ...options
}: TuneOptions): Promise<TunedTrajectory> {
  const sweep: TunedTrajectory['sweep'][number][] = [];
  let best: { readonly trajectory: Trajectory; readonly excess: number; readonly at: number } | undefined;
  for (const [at, learningRate] of learningRates.entries()) {
    await breathe();
    signal?.throwIfAborted();
    const trajectory = runTrajectory({ ...options, learningRate });
    const { excess } = endingOf(options.testFunction, trajectory);
    sweep.push({ learningRate, excess });
    if (best === undefined || excess < best.excess) best = { trajectory, excess, at };
  }
  if (best === undefined) throw new RangeError('learning rates: expected one or more, got none');
  if (learningRates.length === 1) return { best: best.trajectory, edgeOfGrid: false, sweep };
  const { diverged } = best.trajectory;
  return {
    best: diverged ? { ...best.trajectory, learningRate: Number.NaN } : best.trajectory,
    edgeOfGrid: !diverged && (best.at === 0 || best.at === learningRates.length - 1),
    sweep,
  };
}

/** Learning rates from 10^low to 10^high, `perDecade` of them per factor of ten. @example decades(-2, 0, 2) // [0.01, 0.0316…, 0.1, 0.316…, 1] */
export function decades(low: number, high: number, perDecade: number): readonly number[] {
  return Array.from({ length: (high - low) * perDecade + 1 }, (_, i) => {
    const exponent = low + i / perDecade;
    // Parsed, as 10 ** -5 is not 1e-5 to the bit.
    return Number.isInteger(exponent) ? Number(`1e${exponent}`) : 10 ** exponent;
  });
}
