import { NosError } from '../errors.ts';
import type { Evaluation } from '../evaluate/index.ts';
import { holm, smallestPairedP } from '../statistics/index.ts';
import type { Contestant } from './contestant.ts';
import type { ComparisonPlan } from './plan.ts';
import { rankOver } from './ranking.ts';
import { type Measured, type MeasuredPair, measure } from './row.ts';

/** What counts as told apart: p at most so large once it is corrected. */
export const LEVEL = 0.05;

/**
 * `better`, `worse`: the permutation test says so at {@link LEVEL}, corrected for everything compared; `not told apart`: it
 * does not; `not tested`: there are fewer than two pairs of sound evaluations; `reference`: what the others are compared with.
 */
export type Verdict = 'better' | 'worse' | 'not told apart' | 'not tested' | 'reference';

/** p as the test gives it, and corrected by Holm's method for all tests of the comparison. */
export interface TestResult {
  readonly p: number;
  readonly adjusted: number;
}

/** One rule on one task. */
export interface ComparedRow extends Measured {
  readonly name: string;
  readonly rule: string;
  readonly key: string;
  /** On this task, by the mean; 1 for the best. */
  readonly rank: number;
  /** Of the mean difference: this one gives the verdict. null for the reference and where nothing is tested. */
  readonly permutation: TestResult | null;
  readonly wilcoxon: TestResult | null;
  readonly verdict: Verdict;
}

export interface ComparedTask {
  readonly task: string;
  /** Best mean first. */
  readonly rows: readonly ComparedRow[];
}

/** What so few seeds can show at best. */
export interface Power {
  /** How many tests Holm's correction is over: every rule but the reference, on every task. */
  readonly tests: number;
  /** The least p that one of them can give, and the least that is left of it after the correction. */
  readonly smallest: number;
  readonly smallestAdjusted: number;
  /** The fewest seeds with which a single one of so many tests can reach {@link LEVEL}. */
  readonly seedsNeeded: number;
}

/** Rules side by side: plain data, all that `nos compare --json` prints. */
export interface Comparison {
  readonly protocol: string;
  readonly seeds: readonly number[];
  /** The name of the rule that the others are compared with. */
  readonly reference: string;
  readonly fingerprint: string;
  readonly version: string;
  readonly level: number;
  readonly power: Power;
  readonly rules: readonly Contestant[];
  readonly tasks: readonly ComparedTask[];
  /** Over all tasks, best first. */
  readonly ranking: readonly { readonly rank: number; readonly name: string; readonly meanRank: number }[];
}

/**
 * Compares what was evaluated: means, intervals, differences to the reference over pairs of equal seeds, and tests of them,
 * corrected over all rules and tasks together. Pure: equal evaluations give equal comparisons.
 *
 * @param evaluations Those that the plan wants, in any order; others are looked over.
 * @throws NosError `fingerprint` where they were made on machines that compute otherwise, or by different versions;
 *   RangeError where one that the plan wants is missing.
 */
export function summarize(plan: ComparisonPlan, evaluations: readonly Evaluation[]): Comparison {
  const { fingerprint, version } = oneMachine(evaluations);
  const find = finder(evaluations);
  const measured = plan.tasks.map((task) => {
    const of = ({ key }: Contestant) => plan.seeds.map((seed) => find(task, key, seed, plan.protocol));
    const reference = of(plan.reference);
    return plan.contestants.map((one) => measure(of(one), one === plan.reference ? undefined : reference));
  });
  const means = measured.map((rows) => rows.map(({ mean }) => mean));
  const tested = testAll(plan, measured);
  const tasks = measured.map((own, t): ComparedTask => {
    const verdicts = tested.results[t] as readonly Tested[];
    const rows = rankOver([means[t] as readonly number[]]).map(({ index, rank }): ComparedRow => {
      const { name, rule, key } = plan.contestants[index] as Contestant;
      const { tests: _, ...row } = own[index] as MeasuredPair;
      return { name, rule, key, rank, ...row, ...(verdicts[index] as Tested) };
    });
    return { task: plan.tasks[t] as string, rows };
  });
  return {
    protocol: plan.protocol,
    seeds: plan.seeds,
    reference: plan.reference.name,
    fingerprint,
    version,
    level: LEVEL,
    power: powerOf(tested.count, plan.seeds.length),
    rules: plan.contestants,
    tasks,
    ranking: rankOver(means).map(({ index, rank, meanRank }) => ({
      rank,
      name: (plan.contestants[index] as Contestant).name,
      meanRank,
    })),
  };
}

type Tested = Pick<ComparedRow, 'permutation' | 'wilcoxon' | 'verdict'>;

/** The tests of every rule on every task, corrected together: the permutation tests, and apart from them Wilcoxon's. */
function testAll(
  { contestants, reference }: ComparisonPlan,
  measured: readonly (readonly MeasuredPair[])[],
): { readonly count: number; readonly results: readonly (readonly Tested[])[] } {
  const tested = measured.flat().filter(({ tests }) => tests !== null);
  const [permutation, wilcoxon] = (['permutation', 'wilcoxon'] as const).map((name) => {
    const raw = tested.map(({ tests }) => tests?.[name] as number);
    const adjusted = holm(raw);
    return new Map(tested.map((row, i) => [row, { p: raw[i] as number, adjusted: adjusted[i] as number }]));
  });
  const results = measured.map((rows) =>
    rows.map((row, i): Tested => {
      const result = permutation?.get(row) ?? null;
      const isReference = contestants[i] === reference;
      const verdict = isReference ? 'reference' : verdictOf(row, result);
      return { permutation: result, wilcoxon: wilcoxon?.get(row) ?? null, verdict };
    }),
  );
  return { count: tested.length, results };
}

function verdictOf({ difference }: MeasuredPair, result: TestResult | null): Verdict {
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

function finder(evaluations: readonly Evaluation[]) {
  const idOf = (task: string, key: string, seed: number, protocol: string) =>
    JSON.stringify([task, key, seed, protocol]);
  const known = new Map(
    evaluations.map((one) => [idOf(one.task, one.key, one.seed, one.protocol), one] as const),
  );
  return (task: string, key: string, seed: number, protocol: string): Evaluation => {
    const found = known.get(idOf(task, key, seed, protocol));
    if (found === undefined)
      throw new RangeError(`a comparison: no evaluation of ${key}, seed ${seed}, on ${task}`);
    return found;
  };
}
