import * as z from 'zod';
import { seedsFrom } from '../../compare/index.ts';
import { csv } from '../../csv.ts';
import { lineChart } from '../../plot/index.ts';
import {
  differenceOfMeans,
  type LearningCurve,
  type LearningCurves,
  learningCurveChart,
  learningCurves,
  parseRunConfig,
} from '../../run/index.ts';
import { taskReference, taskTitle } from '../../tasks/index.ts';
import type { ExperimentFindings, PlannedSearch, Searches } from '../experiment.ts';
import { estimate } from '../scores.ts';
import { figure4Page } from './page.ts';

const RULES = 45_000;
/** Fewest rules of a search; a learning curve needs nine. */
const FEWEST = 10;
const TASK = 'cifar10-convnet';

/** NOS §4.2: TRPO with an entropy penalty of 0.0015, and nothing that the paper does not mention. */
const CONTROLLER = {
  name: 'rl',
  options: { algorithm: 'trpo', entropyWeight: 0.0015, redraws: 0, novelty: 0 },
};

/** Strategies in the order of the legend. */
const STRATEGIES = [
  { label: 'controller', strategy: CONTROLLER },
  { label: 'random', strategy: { name: 'random' } },
] as const;

/** NOS §4.3, Figure 4. */
export const figure4: Searches = {
  kind: 'searches',
  name: 'figure4',
  title: 'Figure 4: the controller’s reward while it searches',
  seeds: 1,
  plan: async ({ scale, seeds, task: named = TASK }) => {
    const task = await taskReference(named);
    const [samples, protocol] = [samplesAt(scale), protocolAt(scale)];
    const shared = { task, protocol, samples, space: { name: 'icml2017' }, batch: 5 };
    return seedsFrom(1, seeds).flatMap((seed) =>
      STRATEGIES.map(({ label, strategy }): PlannedSearch => {
        // References and retests are no part of the figure.
        const nothing = { references: [], retest: { top: 0, seeds: 0 } };
        return {
          run: `figure4-${label}-${samples}-${taskTitle(task)}-${seed}`,
          config: parseRunConfig({ ...shared, strategy, seed, ...nothing }),
        };
      }),
    );
  },
  findings: ({ scale }, curves) => findings(samplesAt(scale), curves),
  again,
};

const samplesAt = (scale: number): number => Math.max(FEWEST, Math.round(RULES * scale));

/** Protocol at a scale: the paper's at 1, a shorter one below. */
const protocolAt = (scale: number): string => (scale >= 1 ? 'paper' : 'quick');

/** A search, with the highest rewards of the first and of the last `compared` rules. */
export type Searched = ReturnType<typeof searchedOf>;
/** Last rewards of the controller minus those of random search with the same seed. */
export type Lead = ReturnType<typeof lead>;
export type Figure4Data = ReturnType<typeof dataOf>;

function searchedOf(curve: LearningCurve, i: number) {
  const { rewards, compared } = curve;
  return {
    strategy: STRATEGIES[i % STRATEGIES.length]?.label ?? '',
    seed: 1 + Math.floor(i / STRATEGIES.length),
    curve,
    bestOfFirst: Math.max(...rewards.slice(0, compared)),
    bestOfLast: Math.max(...rewards.slice(-compared)),
  };
}

function dataOf(samples: number, { task, protocol, curves }: LearningCurves) {
  const searches = curves.map(searchedOf);
  const leads = [...new Set(searches.map(({ seed }) => seed))].map((seed) => lead(searches, seed));
  // A search is the unit of the mean over seeds, so it also speaks of other seeds.
  const meanLead = estimate(leads.map(({ difference }) => difference));
  return { task: taskTitle(task), protocol, samples, searches, leads, meanLead };
}

function findings(samples: number, curves: LearningCurves): ExperimentFindings {
  const data = dataOf(samples, curves);
  const { searches, leads } = data;
  const seeds = leads.map(({ seed }) => seed);
  const named = searches.map(({ strategy, seed, curve }) => ({
    ...curve,
    run: seeds.length === 1 ? strategy : `${strategy}, seed ${seed}`,
  }));
  return {
    files: {
      'figure4.svg': lineChart(learningCurveChart({ ...curves, curves: named })),
      'rewards.csv': rewardsCsv(searches),
    },
    page: figure4Page(data),
    seeds: `${seeds.join(', ')}: of the search, and of all evaluations of it`,
    data: {
      ...data,
      environment: curves.environment,
      ...(curves.chance !== undefined && { chance: curves.chance }),
    },
  };
}

/** The part of the data that {@link again} reads; everything else follows from it. */
const found = z.object({
  task: z.string(),
  protocol: z.string(),
  samples: z.int(),
  environment: z.string(),
  chance: z.number().exactOptional(),
  searches: z
    .array(
      z.object({
        curve: z.object({
          run: z.string(),
          samples: z.int(),
          rewards: z.array(z.number()),
          distinct: z.number(),
        }),
      }),
    )
    .min(STRATEGIES.length),
});

function again(data: unknown): ExperimentFindings {
  const { searches, samples, ...conditions } = found.parse(data);
  const runs = searches.map(({ curve: { rewards, distinct, ...run } }) => {
    // The data does not hold the keys; only the number of different ones counts.
    const different = Math.round(distinct * rewards.length);
    return { ...run, rules: rewards.map((reward, i) => ({ key: `${Math.min(i, different - 1)}`, reward })) };
  });
  return findings(samples, { ...conditions, ...learningCurves(runs) });
}

function lead(searches: readonly Searched[], seed: number) {
  const [own, others] = STRATEGIES.map(({ label }) => {
    const { curve } = searches.find((one) => one.strategy === label && one.seed === seed) as Searched;
    return curve.rewards.slice(-curve.compared);
  }) as [number[], number[]];
  return { seed, ...differenceOfMeans(own, others) };
}

function rewardsCsv(searches: readonly Searched[]): string {
  const rows = searches.flatMap(({ strategy, seed, curve }) =>
    curve.rewards.map((reward, i) => ({ strategy, seed, rule: i + 1, reward })),
  );
  return `${csv(rows, ['strategy', 'seed', 'rule', 'reward'])}\n`;
}
