import * as z from 'zod';
import type { SweepPoint } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { mean } from '../statistics/index.ts';

/** How much worse than the best is still good, as a share of the best. */
export const TOLERANCE = 0.01;

export const rangeSchema = z.strictObject({
  best: f.figure('best learning rate of the mean sweep'),
  low: f.figure('smallest learning rate within 1 % of the best accuracy'),
  high: f.figure('largest learning rate within 1 % of the best accuracy'),
  decades: f.figure('log₁₀ of high/low'),
  open: f.flag('whether the range ends with the grid, so that it may be wider'),
});

/** The learning rates around the best one that do about as well. */
export type LearningRateRange = f.DataOf<typeof rangeSchema>;

/**
 * The mean of several sweeps of one grid at each learning rate; NaN if any of them diverged.
 *
 * @example meanSweep([[{ learningRate: 0.1, accuracy: 0.4 }], [{ learningRate: 0.1, accuracy: 0.6 }]])
 */
export function meanSweep(sweeps: readonly (readonly SweepPoint[])[]): readonly SweepPoint[] {
  const [first = [], ...others] = sweeps;
  return first.map((point, i) => ({
    learningRate: point.learningRate,
    accuracy: mean([point.accuracy, ...others.map((sweep) => sweep[i]?.accuracy ?? Number.NaN)]),
  }));
}

/**
 * The range around the best learning rate in which a rule's sweep stays within {@link TOLERANCE} of its best accuracy, between
 * two learning rates of the grid on a straight line over log λ. A neighbour that diverged ends it where the grid was sound.
 *
 * @returns null if every learning rate diverged.
 */
export function learningRateRange(sweep: readonly SweepPoint[]): LearningRateRange | null {
  const best = sweep.reduce<number>((so, { accuracy }, i) => {
    if (Number.isNaN(accuracy)) return so;
    return so < 0 || accuracy > (sweep[so] as SweepPoint).accuracy ? i : so;
  }, -1);
  if (best < 0) return null;
  const { accuracy: most } = sweep[best] as SweepPoint;
  const least = most - TOLERANCE * Math.abs(most);
  const [down, up] = [endOf(sweep, best, -1, least), endOf(sweep, best, 1, least)];
  return {
    best: (sweep[best] as SweepPoint).learningRate,
    low: 10 ** down.log,
    high: 10 ** up.log,
    decades: up.log - down.log,
    open: down.open || up.open,
  };
}

/** log₁₀ λ where the sweep falls below `least`, from one learning rate on in one direction. */
function endOf(
  sweep: readonly SweepPoint[],
  from: number,
  direction: 1 | -1,
  least: number,
): { readonly log: number; readonly open: boolean } {
  const log = (i: number) => Math.log10((sweep[i] as SweepPoint).learningRate);
  let i = from;
  while ((sweep[i + direction]?.accuracy ?? Number.NaN) >= least) i += direction;
  const [inside, outside] = [sweep[i] as SweepPoint, sweep[i + direction]];
  if (outside === undefined) return { log: log(i), open: true };
  if (Number.isNaN(outside.accuracy)) return { log: log(i), open: false };
  const part = (inside.accuracy - least) / (inside.accuracy - outside.accuracy);
  return { log: log(i) + part * (log(i + direction) - log(i)), open: false };
}
