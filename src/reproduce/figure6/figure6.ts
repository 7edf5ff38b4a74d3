import * as z from 'zod';
import { csv } from '../../csv.ts';
import { type Coordinates, runTrajectory, type TestFunction, testFunctions } from '../../functions/index.ts';
import { jsonNumber } from '../../json.ts';
import { trajectoryChart } from '../../plot/index.ts';
import { stream } from '../../random/index.ts';
import { compileRule, parseRule } from '../../rules/index.ts';
import type { Computation, ComputationOptions, ExperimentFindings } from '../experiment.ts';
import {
  type Descended,
  type Descent,
  descend,
  fineGrid,
  fourRates,
  movingRates,
  optimizers,
  type TuneVariant,
} from './descend.ts';
import { figure6Page } from './page.ts';

const SEED = 1;
const STEPS = 4_000;
const STARTS = 10;

/** NOS §5.1, Figure 6. The page says what the paper leaves open. */
export const figure6: Computation = {
  kind: 'computation',
  name: 'figure6',
  title: 'Figure 6: five optimizers on the Rosenbrock function',
  work: (scale) => optimizers.length * (3 + startsAt(scale)),
  run,
  again,
};

const stepsAt = (scale: number): number => Math.max(10, Math.round(STEPS * scale));
const startsAt = (scale: number): number => Math.max(1, Math.round(STARTS * scale));

/** Paths of the five optimizers. */
export interface Figure6Data {
  readonly steps: number;
  /** Paths at the best of four learning rates. */
  readonly fixed: readonly Descended[];
  /** The same with a grid that moves if the best is at an edge: these are drawn. */
  readonly paper: readonly Descended[];
  /** The same with a fine grid of learning rates. */
  readonly fine: readonly Descended[];
  /** The same with a fine grid from other starts. */
  readonly starts: readonly { readonly start: Coordinates; readonly descended: readonly Descended[] }[];
}

async function run({ scale, signal, onWork }: ComputationOptions): Promise<ExperimentFindings> {
  const testFunction = testFunctions.find('rosenbrock');
  const steps = stepsAt(scale);
  const all = async (start: Coordinates, tune: TuneVariant) => {
    const descent: Descent = { testFunction, start, steps, seed: SEED, signal };
    const descended: Descended[] = [];
    for (const optimizer of optimizers) {
      descended.push(await descend(optimizer, descent, tune));
      onWork(1);
    }
    return descended;
  };
  const fixed = await all(testFunction.start, fourRates);
  const paper = await all(testFunction.start, movingRates);
  const fine = await all(testFunction.start, fineGrid);
  const starts: Figure6Data['starts'][number][] = [];
  for (const start of otherStarts(testFunction, startsAt(scale))) {
    starts.push({ start, descended: await all(start, fineGrid) });
  }
  return findings({ steps, fixed, paper, fine, starts }, testFunction);
}

/** A path as {@link findings} writes it. */
const descended = z.object({
  optimizer: z.string(),
  setting: z.string(),
  rule: z.string(),
  edgeOfGrid: z.boolean(),
  sweeps: z.array(
    z.object({
      setting: z.string(),
      sweep: z.array(z.object({ learningRate: z.number(), excess: jsonNumber })).min(1),
    }),
  ),
  learningRate: jsonNumber,
});
const found = z.object({
  steps: z.int(),
  fixed: z.array(descended),
  paper: z.array(descended),
  fine: z.array(descended),
  starts: z.array(z.object({ start: z.array(z.number()), optimizers: z.array(descended) })),
});

/** Takes the chosen rules and learning rates from the data, and runs only these. */
function again(data: unknown): ExperimentFindings {
  const { steps, fixed, paper, fine, starts } = found.parse(data);
  const testFunction = testFunctions.find('rosenbrock');
  const all = (chosen: readonly z.output<typeof descended>[], start: Coordinates = testFunction.start) =>
    chosen.map(({ learningRate, ...rest }): Descended => {
      const rule = compileRule(parseRule(rest.rule));
      // If all diverged, the path is that of the smallest.
      const smallest = rest.sweeps.find(({ setting }) => setting === rest.setting)?.sweep[0]?.learningRate;
      const rate = Number.isNaN(learningRate) ? (smallest ?? learningRate) : learningRate;
      const path = runTrajectory({ testFunction, rule, learningRate: rate, steps, seed: SEED, start });
      return { ...rest, trajectory: { ...path, learningRate } };
    });
  return findings(
    {
      steps,
      fixed: all(fixed),
      paper: all(paper),
      fine: all(fine),
      starts: starts.map(({ start, optimizers: chosen }) => ({ start, descended: all(chosen, start) })),
    },
    testFunction,
  );
}

/** Draws starts uniformly within the figure's bounds. */
function otherStarts({ bounds }: TestFunction, count: number): readonly Coordinates[] {
  const random = stream(SEED, 'starts');
  return Array.from({ length: count }, () =>
    bounds.map(([low, high]) => low + (high - low) * random.uniform()),
  );
}

function findings(data: Figure6Data, testFunction: TestFunction): ExperimentFindings {
  const { steps, fixed, paper, fine, starts } = data;
  const picture = trajectoryChart(
    testFunction,
    paper.map(({ optimizer, trajectory }) => ({ title: optimizer, trajectory })),
    {
      title: 'Rosenbrock’s function under five optimizers',
      subtitle: `${steps} steps at the best of four learning rates (and six ε of Adam). Contours: the function's value, two per factor of ten.`,
    },
  );
  const tuning = (descended: readonly Descended[]) =>
    descended.map(({ trajectory, ...rest }) => ({
      ...rest,
      learningRate: trajectory.learningRate,
      diverged: trajectory.diverged,
      end: trajectory.points.at(-1),
      value: trajectory.values.at(-1),
    }));
  const document = {
    steps,
    fixed: tuning(fixed),
    paper: tuning(paper),
    fine: tuning(fine),
    starts: starts.map(({ start, descended }) => ({ start, optimizers: tuning(descended) })),
  };
  return {
    files: { 'figure6.svg': picture, 'trajectories.csv': trajectoriesCsv(paper) },
    page: figure6Page(data, testFunction),
    seeds: `${SEED}, of the other starts; nothing else is random`,
    data: document,
  };
}

/** Writes every point of the first hundred steps, then every twentieth. */
function trajectoriesCsv(descended: readonly Descended[]): string {
  const rows = descended.flatMap(({ optimizer, trajectory: { points, values } }) =>
    points.flatMap(([x, y], step) =>
      step <= 100 || step % 20 === 0 ? [{ optimizer, step, x, y, value: values[step] }] : [],
    ),
  );
  return `${csv(rows, ['optimizer', 'step', 'x', 'y', 'value'])}\n`;
}
