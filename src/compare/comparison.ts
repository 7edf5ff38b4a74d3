import * as z from 'zod';
import { NosError } from '../errors.ts';
import {
  type Evaluation,
  evaluationId,
  type Metric,
  metricSchema,
  regimeFields,
  unusual,
  unusualFields,
} from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { holm, smallestPairedP } from '../statistics/index.ts';
import { type Contestant, contestantSchema } from './contestant.ts';
import type { ComparisonPlan } from './plan.ts';
import { rankingScore, rankOver, weighed } from './ranking.ts';
import { figuresSchema, inUnits, measure, type TestedFigures } from './row.ts';

/** What counts as told apart: p at most so large once it is corrected. */
export const LEVEL = 0.05;

const testSchema = (what: string) =>
  z
    .strictObject({
      p: f.figure('p-value of this test alone'),
      adjusted: f.figure("p-value corrected by Holm's method for all tests of the command"),
    })
    .nullable()
    .describe(`${what}; null for the reference and if nothing can be tested`);

const { name, rule, key } = contestantSchema.shape;

const rowSchema = z.strictObject({
  ...{ name, rule, key },
  rank: f.number('rank on this task by the mean, 1 for the best'),
  ...figuresSchema.shape,
  permutation: testSchema('paired permutation test of the mean difference, which gives the verdict'),
  wilcoxon: testSchema("Wilcoxon's signed-rank test of the same pairs"),
  // `not tested`: there are fewer than two pairs of sound evaluations; `reference`: what the others are compared with.
  verdict: f.oneOf(
    ['better', 'worse', 'not told apart', 'not tested', 'reference'],
    'what the permutation test says at `level`',
  ),
});

/** One rule on one task. */
export type ComparedRow = f.DataOf<typeof rowSchema>;
export type RowVerdict = ComparedRow['verdict'];
type TestResult = NonNullable<ComparedRow['permutation']>;

const powerSchema = z.strictObject({
  tests: f.count('tests that the correction is over'),
  smallest: f.figure('smallest p that one test can give with these seeds'),
  smallestAdjusted: f.figure('the same after the correction'),
  seedsNeeded: f.count('fewest seeds with which one of the tests can reach `level`'),
});

/** What so few seeds can show at best. The correction is over every rule but the reference, on every task. */
export type Power = f.DataOf<typeof powerSchema>;

export const comparisonSchema = z
  .strictObject({
    protocol: regimeFields.protocol,
    ...unusualFields,
    seeds: z.array(f.seed).describe('seeds that every rule was trained with'),
    reference: f.text('name of the rule that the others are compared with'),
    fingerprint: f.fingerprint,
    version: f.version,
    level: f.number('largest corrected p that counts as told apart'),
    power: powerSchema.describe('what this number of seeds can show'),
    rules: f.list(contestantSchema, 'the rules that were compared'),
    tasks: f.list(
      z.strictObject({
        task: f.task,
        score: metricSchema.describe('score of the task, unless it is an accuracy').exactOptional(),
        rows: f.list(rowSchema, 'one row per rule, best mean first'),
      }),
      'one table per task',
    ),
    ranking: f.list(
      z.strictObject({
        rank: f.number('rank over all tasks, 1 for the best'),
        name,
        meanRank: f.number('mean of the ranks on the tasks'),
      }),
      'ranking over all tasks, best first',
    ),
  })
  .meta({ id: 'Comparison', description: 'a comparison' });

/** Rules side by side: plain data, all that `nos compare --json` prints. */
export type Comparison = f.DataOf<typeof comparisonSchema>;

/**
 * Compares what was evaluated: means, intervals, differences to the reference over pairs of equal seeds, and tests of them,
 * corrected over all rules and tasks together. Pure: equal evaluations give equal comparisons.
 *
 * @param evaluations Those that the plan wants, in any order; others are ignored.
 * @throws NosError `fingerprint` if they were made on machines that compute otherwise, or by different versions;
 *   RangeError if one that the plan wants is missing.
 */
export function summarize(plan: ComparisonPlan, evaluations: readonly Evaluation[]): Comparison {
  return summarizeAll([plan], evaluations)[0] as Comparison;
}

/**
 * Compares several plans that are read together, each in an environment of its own, like {@link summarize}: pairs and ranks are
 * within a plan, the tests of all plans are corrected together.
 */
export function summarizeAll(
  plans: readonly ComparisonPlan[],
  evaluations: readonly Evaluation[],
): readonly Comparison[] {
  const machine = oneMachine(evaluations);
  const find = finder(evaluations);
  const measured = plans.map((plan) => plan.tasks.map((task) => measureTask(plan, task, find)));
  const tests = testAll(measured.flat(2));
  return plans.map((plan, i): Comparison => {
    const own = measured[i] as (typeof measured)[number];
    return {
      protocol: plan.protocol,
      ...unusual(plan),
      seeds: plan.seeds,
      reference: plan.reference.name,
      ...machine,
      level: LEVEL,
      power: powerOf(tests.count, plan.seeds.length),
      rules: plan.contestants,
      tasks: own.map((rows, t) => {
        const task = plan.tasks[t] as string;
        const score = scoreOn(plan, task, find);
        return { task, ...(score && { score }), rows: rowsOf(plan, rows, tests, score) };
      }),
      ranking: rankOver(own.map(rankingScores)).map(({ index, rank, meanRank }) => ({
        rank,
        name: (plan.contestants[index] as Contestant).name,
        meanRank,
      })),
    };
  });
}

/** What the score of a task is called, and which way it gets better, where it has units of its own. */
function scoreOn(
  { contestants, seeds, ...plan }: ComparisonPlan,
  task: string,
  find: Find,
): Metric | undefined {
  const { score } = find({ ...plan, task, key: contestants[0]!.key, seed: seeds[0]! });
  return score && { metric: score.metric, goal: score.goal };
}

/** Figures of the contestants on a task, in their order. */
function measureTask(plan: ComparisonPlan, task: string, find: Find): readonly TestedFigures[] {
  const { contestants, seeds } = plan;
  const all = weighed(
    contestants.flatMap(({ key }) => seeds.map((seed) => find({ ...plan, task, key, seed }))),
  );
  const of = (i: number) => all.slice(i * seeds.length, (i + 1) * seeds.length);
  const reference = of(contestants.indexOf(plan.reference));
  return contestants.map((one, i) => measure(of(i), one === plan.reference ? undefined : reference));
}

const rankingScores = (rows: readonly TestedFigures[]): readonly number[] =>
  rows.map((row) => rankingScore({ ...row, evaluations: row.rewards.length }));

/** Best mean first, in the units of the task's score. */
function rowsOf(
  { contestants, reference }: ComparisonPlan,
  measured: readonly TestedFigures[],
  { permutation, wilcoxon }: Tests,
  score: Metric | undefined,
): readonly ComparedRow[] {
  return rankOver([rankingScores(measured)]).map(({ index, rank }): ComparedRow => {
    const one = contestants[index] as Contestant;
    const own = measured[index] as TestedFigures;
    const result = permutation.get(own) ?? null;
    const { name, rule, key } = one;
    const { tests: _, ...row } = inUnits(own, score?.goal ?? 'maximise');
    return {
      ...{ name, rule, key, rank, ...row },
      permutation: result,
      wilcoxon: wilcoxon.get(own) ?? null,
      verdict: one === reference ? 'reference' : rowVerdictOf(own, result),
    };
  });
}

/** What the tests say of each row that was tested. */
interface Tests {
  readonly count: number;
  readonly permutation: ReadonlyMap<TestedFigures, TestResult>;
  readonly wilcoxon: ReadonlyMap<TestedFigures, TestResult>;
}

/** The tests of every rule on every task, corrected together: the permutation tests, and apart from them Wilcoxon's. */
function testAll(measured: readonly TestedFigures[]): Tests {
  const tested = measured.filter(({ tests }) => tests !== null);
  const corrected = (name: 'permutation' | 'wilcoxon') => {
    const raw = tested.map(({ tests }) => tests?.[name] as number);
    const adjusted = holm(raw);
    return new Map(tested.map((row, i) => [row, { p: raw[i] as number, adjusted: adjusted[i] as number }]));
  };
  return { count: tested.length, permutation: corrected('permutation'), wilcoxon: corrected('wilcoxon') };
}

function rowVerdictOf({ difference }: TestedFigures, result: TestResult | null): RowVerdict {
  if (result === null || difference === null) return 'not tested';
  if (result.adjusted > LEVEL) return 'not told apart';
  return difference.mean > 0 ? 'better' : 'worse';
}

/** @param tests How many are corrected together. */
export function powerOf(tests: number, seeds: number): Power {
  const smallest = smallestPairedP(seeds);
  let seedsNeeded = 2;
  while (tests * smallestPairedP(seedsNeeded) > LEVEL && seedsNeeded < 20) seedsNeeded++;
  return { tests, smallest, smallestAdjusted: Math.min(1, tests * smallest), seedsNeeded };
}

function oneMachine(evaluations: readonly Evaluation[]): Pick<Evaluation, 'fingerprint' | 'version'> {
  const [first, ...others] = evaluations;
  if (first === undefined) throw new RangeError('a comparison: expected evaluations, got none');
  for (const { fingerprint, version } of others) {
    if (fingerprint === first.fingerprint && version === first.version) continue;
    throw new NosError(
      'fingerprint',
      `evaluations of ${first.fingerprint} (version ${first.version}) and of ${fingerprint} (version ${version}) cannot be compared`,
      'compare on one machine type with one version of this program',
    );
  }
  return { fingerprint: first.fingerprint, version: first.version };
}

type Find = (wanted: Parameters<typeof evaluationId>[0]) => Evaluation;

function finder(evaluations: readonly Evaluation[]): Find {
  const known = new Map(evaluations.map((one) => [evaluationId(one), one] as const));
  return (wanted) => {
    const found = known.get(evaluationId(wanted));
    if (found !== undefined) return found;
    const { key, seed, task } = wanted;
    throw new RangeError(`a comparison: no evaluation of ${key}, seed ${seed}, on ${task}`);
  };
}
