import * as z from 'zod';
import { NosError } from '../errors.ts';
import {
  identityOf,
  isShare,
  type Metric,
  metricSchema,
  type RegimeNames,
  regimeFields,
  regimeOf,
  worth,
} from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { inTurn } from '../in-turn.ts';
import { shellWord } from '../shell.ts';
import { blockedDifference, mean, movingAverage } from '../statistics/index.ts';
import type { Store } from '../store/index.ts';
import { evaluationSeedOf, metricOfRun } from './config.ts';
import { readRun, type StoredRun } from './stored-run.ts';

const difference = {
  difference: f.figure('difference of the means'),
  interval: f.interval('95 % interval of it; null if an end has fewer than 30 rewards'),
};
const differenceSchema = z.strictObject(difference);

/** A difference of the means of two stretches of rewards, as `blockedDifference` of statistics/ estimates it. */
export type Difference = f.DataOf<typeof differenceSchema>;

const curveSchema = z.strictObject({
  run: f.run,
  samples: f.count('proposals of the run in all'),
  // A failed evaluation counts as it was told: chance. In units of its own it has no part in means.
  rewards: f.figures(
    'reward per proposal, in the units of the score, up to the first that has none yet; NaN if a training came to nothing, unless the score is an accuracy',
  ),
  average: f.list(
    z.tuple([f.count('number of the rule, from 1'), f.figure('mean of the rewards up to it')]),
    'moving average of the rewards',
  ),
  distinct: f.number('share of distinct rules'),
  // {@link COMPARED}, or a third of a run that is too short for that.
  compared: f.count('number of rewards at either end that are compared'),
  first: f.figure('mean of the first rewards'),
  last: f.figure('mean of the last rewards'),
  gain: differenceSchema.describe('last minus first'),
});

/** How the rewards of one run went, in the order in which its rules were proposed: Figure 4 of the paper. */
export type LearningCurve = f.DataOf<typeof curveSchema>;

const referenceSchema = z.strictObject({
  name: f.text('name of the rule'),
  reward: f.figure('mean reward'),
});

/** What a known rule reached in the place of a proposal: with the seed of the run's evaluations, and the mean over runs. */
type ReferenceReward = f.DataOf<typeof referenceSchema>;

export const learningCurvesSchema = z.strictObject({
  task: f.task,
  ...regimeFields,
  score: metricSchema.describe('score of the task, unless it is an accuracy').exactOptional(),
  chance: f.number('score of guessing, if it is known and the task can be found').exactOptional(),
  references: f
    .list(referenceSchema, 'reference rules of the runs, best first, if there are any')
    .exactOptional(),
  // A tenth of the longest run, but no more than the shortest has.
  window: f.count('rules in one step of the moving averages'),
  // 1, unless a run has more than {@link MOST_POINTS} rules, which would be a blot.
  step: f.count('the picture has one point per this number of rules'),
  curves: f.list(curveSchema, 'one curve per run'),
  leads: f.list(
    z.strictObject({ run: f.text('first run'), over: f.text('other run'), ...difference }),
    'last rewards of the first run minus those of each other run',
  ),
});

/** Curves of runs that can be compared: of one task, under the same conditions. */
export type LearningCurves = f.DataOf<typeof learningCurvesSchema>;

/** Rewards at either end that are compared, where a run has twice as many. */
const COMPARED = 100;

/** Thirds of fewer rules would be too few to compare. */
const SHORTEST = 9;

const NARROWEST_WINDOW = 5;

/** Points of a run in a picture. */
const MOST_POINTS = 5000;

/**
 * The learning curves of runs in a store.
 *
 * @throws NosError `unknown-name` for a run that is not there; `bad-option` for a run named twice, runs of different tasks,
 *   protocols or environments, and a run with fewer than nine scored rules.
 */
export async function readLearningCurves(store: Store, runs: readonly string[]): Promise<LearningCurves> {
  const twice = runs.find((run, i) => runs.indexOf(run) < i);
  if (twice !== undefined) throw new NosError('bad-option', `run '${twice}' is named twice`, 'name it once');
  const read = await inTurn(runs, async (run) => {
    const record = await readRun(store, run);
    const { config } = record;
    const rules = await scoredRules(store, run, record.told, metricOfRun(config));
    return { run, config, rules, references: await referencesOf(store, record) };
  });
  const [first, ...others] = read as [(typeof read)[0], ...typeof read];
  const { task } = first.config;
  const metric = metricOfRun(first.config);
  const regime = regimeOf(first.config);
  for (const { run, config } of others) {
    refuseOther('task', [first.run, first.config.task], [run, config.task]);
    for (const [name, own] of Object.entries(regimeOf(config)) as [keyof RegimeNames, string][]) {
      refuseOther(name, [first.run, regime[name]], [run, own]);
    }
  }
  const scored = read.map(({ run, config, rules }) => {
    if (rules.length >= SHORTEST) return { run, samples: config.samples, rules };
    throw new NosError(
      'bad-option',
      `run '${run}' has ${rules.length} scored rules: a learning curve needs ${SHORTEST} or more`,
      config.samples < SHORTEST
        ? 'search with more --samples'
        : `wait for it, or go on with it: \`nos resume ${shellWord(run)}\``,
    );
  });
  const references = meansByName(read.flatMap((one) => one.references)).map(({ name, reward }) => {
    return { name, reward: worth(reward, metric.goal) };
  });
  return {
    ...{ task, ...regime, ...(!isShare(metric) && { score: metric }), ...(await chanceOf(task)) },
    ...(references.length === 0 ? {} : { references }),
    ...learningCurves(scored),
  };
}

/** Those of a run that are evaluated, and did not fail. */
async function referencesOf(
  store: Store,
  { name: run, fingerprint, version, config }: StoredRun,
): Promise<readonly ReferenceReward[]> {
  const { task, seed, references } = config;
  const shared = { task, ...regimeOf(config), fingerprint, version, seed: evaluationSeedOf(seed) };
  const found = await inTurn(references, async (name) => ({
    name,
    found: await store.findEvaluation({ ...shared, key: identityOf(name).key }, run),
  }));
  return found.flatMap(({ name, found: { evaluation } = {} }) =>
    evaluation === undefined || evaluation.status === 'failed' || !Number.isFinite(evaluation.reward)
      ? []
      : [{ name, reward: evaluation.reward }],
  );
}

function meansByName(references: readonly ReferenceReward[]): readonly ReferenceReward[] {
  const names = [...new Set(references.map(({ name }) => name))];
  return names
    .map((name) => ({
      name,
      reward: mean(references.filter((one) => one.name === name).map(({ reward }) => reward)),
    }))
    .sort((a, b) => b.reward - a.reward);
}

/** What the curve of a run is made of. */
export interface ScoredRun {
  readonly run: string;
  readonly samples: number;
  readonly rules: readonly ScoredRule[];
}

export interface ScoredRule {
  readonly key: string;
  readonly reward: number;
}

/**
 * The curves of runs of nine scored rules or more, and what the first leads the others by.
 *
 * @example learningCurves([{ run: 'random-1', samples: 400, rules: [{ key: '6b1f…', reward: 0.31 }, …] }])
 */
export function learningCurves(
  runs: readonly ScoredRun[],
): Pick<LearningCurves, 'window' | 'step' | 'curves' | 'leads'> {
  const lengths = runs.map(({ rules }) => rules.length);
  const tenth = Math.max(Math.round(Math.max(...lengths) / 10), NARROWEST_WINDOW);
  const window = Math.min(tenth, ...lengths);
  const step = Math.ceil(Math.max(...lengths) / MOST_POINTS);
  const curves = runs.map((run) => learningCurve(run, window, step));
  const [first, ...others] = curves as [LearningCurve, ...LearningCurve[]];
  const leads = others.map((other) => ({
    run: first.run,
    over: other.run,
    ...differenceOfMeans(lastOf(first), lastOf(other)),
  }));
  return { window, step, curves, leads };
}

function learningCurve({ run, samples, rules }: ScoredRun, window: number, step: number): LearningCurve {
  const rewards = rules.map(({ reward }) => reward);
  const compared = rewards.length >= 2 * COMPARED ? COMPARED : Math.floor(rewards.length / 3);
  const [first, last] = [rewards.slice(0, compared), rewards.slice(-compared)];
  return {
    run,
    samples,
    rewards,
    average: averages(rewards, window, step).map((value, i) => [window + step * i, value]),
    distinct: new Set(rules.map(({ key }) => key)).size / rules.length,
    compared,
    first: mean(finite(first)),
    last: mean(finite(last)),
    gain: differenceOfMeans(last, first),
  };
}

/** What came to nothing in units of its own has no part in means. */
const finite = (values: readonly number[]): readonly number[] =>
  values.every(Number.isFinite) ? values : values.filter(Number.isFinite);

function averages(values: readonly number[], window: number, step: number): readonly number[] {
  if (values.every(Number.isFinite)) return movingAverage(values, window, step);
  const count = Math.ceil((values.length - window + 1) / step);
  return Array.from({ length: count }, (_, i) => mean(finite(values.slice(i * step, i * step + window))));
}

const lastOf = ({ rewards, compared }: LearningCurve): readonly number[] => rewards.slice(-compared);

/** The mean of `a` less the mean of `b`, both in the order in which rules were proposed. */
export function differenceOfMeans(a: readonly number[], b: readonly number[]): Difference {
  const [own, other] = [finite(a), finite(b)];
  return { difference: mean(own) - mean(other), interval: blockedDifference(own, other) };
}

/**
 * Up to the first rule without a score: one behind it was quicker than it, and to take it in would prefer quick rules. Up to the
 * last rule told also, as what is scored beyond it was in flight when the run stopped: no other command counts it.
 */
async function scoredRules(
  store: Store,
  run: string,
  told: number,
  { goal }: Metric,
): Promise<readonly ScoredRule[]> {
  const rules: ScoredRule[] = [];
  for await (const { index, evaluation } of store.streamSummaries(run, ['proposal'])) {
    if (index >= told || index > rules.length) break;
    const { key, reward } = evaluation;
    rules.push({ key, reward: Number.isFinite(reward) ? worth(reward, goal) : Number.NaN });
  }
  return rules;
}

function refuseOther(
  kind: string,
  [run, name]: readonly [string, string],
  [other, otherName]: readonly [string, string],
): void {
  if (name === otherName) return;
  throw new NosError(
    'bad-option',
    `run '${run}' is of ${kind} '${name}', run '${other}' of '${otherName}': their rewards cannot be compared`,
    'plot them one by one',
  );
}

/** Nothing for a task of the user's own that is gone or has changed. */
async function chanceOf(task: string): Promise<{ readonly chance?: number }> {
  try {
    const { resolveTask } = await import('../tasks/index.ts');
    const { chance } = await resolveTask(task);
    return chance === undefined ? {} : { chance };
  } catch (error) {
    if (error instanceof NosError) return {};
    throw error;
  }
}
