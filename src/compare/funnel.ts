import * as z from 'zod';
import { NosError } from '../errors.ts';
import {
  type Evaluation,
  lengthen,
  parseProtocol,
  parseRegime,
  printProtocol,
  printRegime,
  type RegimeInput,
  type RegimeNames,
  regimeFields,
  worth,
} from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { deriveKey } from '../random/index.ts';
import { ordinaryUpdates, resolveRule } from '../rules/index.ts';
import { distinctRules, type LeaderboardRow } from '../run/index.ts';
import { mean } from '../statistics/index.ts';
import { comparisonSchema, summarize } from './comparison.ts';
import { type Contestant, contestant, contestantSchema, refuseTwins } from './contestant.ts';
import { type EvaluationServices, evaluateAll } from './evaluate-all.ts';
import { type ComparisonPlan, referencesOf, refuseEstimates, requestsOf } from './plan.ts';
import { type Endings, rankingScore, rankOver, weighed } from './ranking.ts';

/** What a funnel is asked for; its protocol is that of the first rung. */
export interface FunnelInput extends RegimeInput {
  /** The search's rows; the best found rules that behave differently enter, as many as `rules` says. */
  readonly leaderboard: readonly LeaderboardRow[];
  readonly rules: number;
  /** Texts or catalogue names that are carried along to the last rung. */
  readonly references: readonly string[];
  /** What the finalists are compared with; it is carried along too. */
  readonly against: string;
  readonly tasks: readonly string[];
  /** Each rung keeps one rule in so many, and has so many times as many final epochs. */
  readonly eta: number;
  /** Rules that reach the last rung. */
  readonly finalists: number;
  readonly seed: number;
  /** Number of seeds of the last rung. */
  readonly seeds: number;
  /** What a found rule is called; its text unless given. */
  readonly nameOf?: (rule: string) => string;
}

const rungSchema = z.strictObject({
  protocol: regimeFields.protocol,
  rules: f.count('found rules in the rung; the references come on top'),
  seeds: z.array(f.seed).describe('seeds of the rung'),
});

/** One stage: so many rules under one protocol, with seeds that no other rung has. */
export type Rung = f.DataOf<typeof rungSchema>;

export interface FunnelPlan {
  readonly tasks: readonly string[];
  /** The regime of the first rung; further rungs have longer protocols. */
  readonly regime: RegimeNames;
  readonly candidates: readonly Contestant[];
  readonly references: readonly Contestant[];
  readonly reference: Contestant;
  readonly rungs: readonly Rung[];
}

const rowSchema = z.strictObject({
  rank: f.number('rank in the rung, 1 for the best'),
  name: contestantSchema.shape.name,
  key: f.key,
  reference: f.flag('whether it is a reference rule'),
  means: f.figures('mean reward per task, in the units of its score; NaN if all evaluations failed'),
  diverged: f.count('evaluations that diverged'),
  failed: f.count('evaluations that failed'),
  survived: f.flag('whether it is trained in the next rung, or is a finalist'),
});
export type RungRow = f.DataOf<typeof rowSchema>;

export const funnelSchema = z.strictObject({
  tasks: f.texts('the tasks that the rules were trained on'),
  rungs: f.list(
    rungSchema.extend({ rows: f.list(rowSchema, 'one row per rule, best first') }),
    'the rungs, each trained longer than the one before',
  ),
  comparison: comparisonSchema.describe('the last rung; its environment is that of all rungs'),
});

/** What came out, as plain data. */
export type FunnelResult = f.DataOf<typeof funnelSchema>;

/**
 * The rungs of successive halving (Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter
 * Optimization, 2016): each keeps the best one in η of its rules and trains them η times as long. Rung k has k + 1 seeds, the
 * last as many as asked for; they are fresh in every rung, so that the last one owes nothing to the luck of the others.
 *
 * @throws NosError `bad-option` if epochs grow beyond what a protocol may have.
 */
export function rungsOf(
  rules: number,
  {
    protocol,
    eta,
    finalists,
    seed,
    seeds,
  }: Pick<FunnelInput, 'protocol' | 'eta' | 'finalists' | 'seed' | 'seeds'>,
): readonly Rung[] {
  const sizes = [rules];
  for (let last = rules; last > finalists; sizes.push(last))
    last = Math.max(Math.ceil(last / eta), finalists);
  return sizes.map((size, k) => ({
    protocol: printProtocol(lengthen(parseProtocol(protocol), eta ** k)),
    rules: size,
    seeds: Array.from({ length: k === sizes.length - 1 ? seeds : k + 1 }, (_, j) => {
      return deriveKey(seed, 'funnel', k, j).k0;
    }),
  }));
}

/** @throws NosError `bad-option` if the search has found no sound rule; as `planComparison`. */
export async function planFunnel(input: FunnelInput): Promise<FunnelPlan> {
  const { leaderboard, references: named, against, nameOf = (rule) => rule } = input;
  const other = contestant(against);
  const references = named.map((rule) => contestant(rule));
  refuseEstimates(parseProtocol(input.protocol));
  const reference = references.find(({ key }) => key === other.key) ?? other;
  const carried = references.includes(reference) ? references : [...references, reference];
  refuseTwins(carried);
  const sound = leaderboard.filter(
    ({ key, status }) => (status === 'ok' || status === 'stopped') && carried.every((one) => one.key !== key),
  );
  const known = carried.map(({ rule }) => ordinaryUpdates(resolveRule(rule)));
  const candidates = distinctRules(sound, input.rules, known).map(({ rule }) => ({
    ...contestant(rule),
    name: nameOf(rule),
  }));
  if (candidates.length === 0) {
    throw new NosError('bad-option', 'the run has found no rule that could enter the funnel', 'search on');
  }
  return {
    tasks: await referencesOf(input.tasks),
    regime: printRegime(parseRegime(input)),
    candidates,
    references: carried,
    reference,
    rungs: rungsOf(candidates.length, input),
  };
}

/** Evaluations of the whole funnel. */
export function plannedFunnel({ rungs, references, tasks }: FunnelPlan): number {
  return rungs.reduce(
    (sum, rung) => sum + (rung.rules + references.length) * tasks.length * rung.seeds.length,
    0,
  );
}

/**
 * Lets the candidates through, rung by rung. Deterministic; what the store has is not evaluated again, so that an ended funnel
 * goes on where it was.
 *
 * @param onRung Told before each rung.
 * @throws NosError as `evaluateAll`.
 */
export async function runFunnel(
  plan: FunnelPlan,
  services: EvaluationServices,
  onRung: (rung: Rung, index: number) => void = () => undefined,
): Promise<FunnelResult> {
  const { tasks, regime, references, reference } = plan;
  const rungs: (Rung & { readonly rows: readonly RungRow[] })[] = [];
  let field = plan.candidates;
  for (const [index, rung] of plan.rungs.entries()) {
    onRung(rung, index);
    const contestants = [...field, ...references];
    const stage: ComparisonPlan = {
      contestants,
      reference,
      tasks,
      ...regime,
      protocol: rung.protocol,
      seeds: rung.seeds,
    };
    const evaluations = await evaluateAll(requestsOf(stage), services);
    const kept = plan.rungs[index + 1]?.rules ?? rung.rules;
    const rows = rowsOf(stage, references, evaluations, kept);
    rungs.push({ ...rung, rows });
    if (index === plan.rungs.length - 1) return { tasks, rungs, comparison: summarize(stage, evaluations) };
    const survivors = new Set(rows.filter(({ survived }) => survived).map(({ key }) => key));
    field = field.filter(({ key }) => survivors.has(key));
  }
  throw new RangeError('a funnel has one rung or more');
}

/** Best first. The references have their ranks too, but take no found rule's place. */
function rowsOf(
  { contestants, tasks }: ComparisonPlan,
  references: readonly Contestant[],
  evaluations: readonly Evaluation[],
  kept: number,
): readonly RungRow[] {
  const onTasks = tasks.map((task) => {
    const all = weighed(evaluations.filter((evaluation) => evaluation.task === task));
    return contestants.map(({ key }) => endingsOf(all.filter((evaluation) => evaluation.key === key)));
  });
  const goals = tasks.map((name) => evaluations.find(({ task }) => task === name)?.score?.goal ?? 'maximise');
  let passed = 0;
  return rankOver(onTasks.map((rows) => rows.map(rankingScore))).map(({ index, rank }): RungRow => {
    const one = contestants[index] as Contestant;
    const reference = references.includes(one);
    const own = onTasks.map((rows) => rows[index] as Endings);
    const sum = (count: 'diverged' | 'failed') => own.reduce((so, endings) => so + endings[count], 0);
    return {
      rank,
      name: one.name,
      key: one.key,
      reference,
      means: own.map(({ mean }, t) => worth(mean, goals[t]!)),
      diverged: sum('diverged'),
      failed: sum('failed'),
      survived: reference || passed++ < kept,
    };
  });
}

function endingsOf(evaluations: readonly Evaluation[]): Endings {
  const rewards = evaluations.filter(({ status }) => status !== 'failed').map(({ reward }) => reward);
  const finite = rewards.filter(Number.isFinite);
  return {
    mean: finite.length === 0 ? Number.NaN : mean(finite),
    evaluations: evaluations.length,
    diverged: evaluations.filter(({ status }) => status === 'diverged').length,
    failed: evaluations.length - rewards.length,
  };
}
