import * as z from 'zod';
import {
  type EvaluationStatus,
  type EvaluationSummary,
  finiteReward,
  lowestFinished,
  statuses,
  statusField,
  weight,
} from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { namesOf } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import type { ScoreRole, ScoreSummary, Store } from '../store/index.ts';
import { type Spared, sparedOf } from './spared.ts';
import { readRun } from './stored-run.ts';

/** One line of the leaderboard: a found rule, or a reference rule scored by the same protocol. */
export const leaderboardRowSchema = z.strictObject({
  // Rows with a `retest` come first, by its mean; then the others, by how they ended (finished, stopped early, diverged, rejected,
  // failed) and by `reward`. Ties go to the smaller index.
  rank: f.count('rank, 1 for the best'),
  rule: f.text('canonical text'),
  key: f.key,
  names: f.names,
  reference: f.flag('whether it is a reference rule'),
  reward: f.figure("reward of the search's own evaluation: the best of many noisy figures"),
  status: statusField,
  learningRate: f.figure('learning rate that the sweep chose'),
  edgeOfGrid: f.flag('whether that is the first or last of the grid'),
  proposals: f.count('number of times that it was proposed'),
  index: f.number('index of its first proposal; −1 for a reference rule that was not proposed'),
  retest: z
    .strictObject({
      // The order is that of the seeds; those that were lost are left out.
      rewards: f.figures('reward per fresh seed'),
      mean: f.figure('mean of the rewards; one that is -Infinity counts as the worst that is not'),
      diverged: f.count('trainings that diverged'),
    })
    .describe('test with fresh seeds, if there was one')
    .exactOptional(),
  like: z
    .strictObject({
      name: f.text('name of the reference rule'),
      distance: f.figure('distance of the updates; 0 if they are the same'),
    })
    .describe('reference rule that this found rule is a near copy of')
    .exactOptional(),
  copies: f
    .list(
      z.strictObject({
        index: f.number('index'),
        rule: f.text('rule'),
        key: f.key,
        reward: f.figure('reward'),
      }),
      'near copies that rank lower and have no rows of their own',
    )
    .exactOptional(),
});

export type LeaderboardRow = f.DataOf<typeof leaderboardRowSchema>;

type Unranked = Omit<LeaderboardRow, 'rank'>;

/** Where a row stands: its tier first, then the seeds that it was tested with, then the figures, the retest's before the search's. */
interface Place {
  /** 0: at least one of its retests finished; otherwise a place for each ending, the better one before the worse. */
  readonly tier: number;
  /** Fresh seeds that it has come to in tests by halving, as who has more was better; 0 elsewhere. */
  readonly seeds: number;
  readonly retest: number;
  readonly reward: number;
}

/** The leaderboard of a run as it stands in the store. @throws NosError `unknown-name`. */
export async function readLeaderboard(store: Store, run: string): Promise<readonly LeaderboardRow[]> {
  return (await readOutcome(store, run)).leaderboard;
}

/** What a run has come to. */
export interface RunOutcome {
  /** Final when the run is finished; of what is there when it is not. */
  readonly leaderboard: readonly LeaderboardRow[];
  readonly spared: Spared;
}

export function outcomeOf(
  scores: readonly ScoreSummary[],
  { retest }: { readonly retest: { readonly halving?: boolean | undefined } },
): RunOutcome {
  return { leaderboard: leaderboard(scores, retest), spared: sparedOf(scores) };
}

/** What a run has come to, as it stands in the store. @throws NosError `unknown-name`. */
export async function readOutcome(store: Store, run: string): Promise<RunOutcome> {
  const { config } = await readRun(store, run);
  return outcomeOf(await readSummaries(store, run), config);
}

/** All of a run's scores, in the order of the store. */
export async function readSummaries(store: Store, run: string): Promise<readonly ScoreSummary[]> {
  const scores: ScoreSummary[] = [];
  for await (const score of store.streamSummaries(run)) scores.push(score);
  return scores;
}

/**
 * The leaderboard of a run's scores: one row per key, best first. Depends on nothing else, the order of `scores` neither.
 *
 * @param scores Their rules are canonical texts, as whoever evaluates writes them.
 * @param retest How the run tests again.
 */
export function leaderboard(
  scores: readonly ScoreSummary[],
  { halving = false }: { readonly halving?: boolean | undefined } = {},
): readonly LeaderboardRow[] {
  const inOrder = [...scores].sort((a, b) => a.index - b.index);
  const of = (role: ScoreRole): ReadonlyMap<string, readonly ScoreSummary[]> =>
    groupByKey(inOrder.filter((score) => score.role === role));
  const [references, proposals, retests] = [of('reference'), of('proposal'), of('retest')];
  const keys = new Set([...references.keys(), ...proposals.keys()]);
  const lowest = lowestFinished(scores.map(({ evaluation }) => evaluation));
  const rows = [...keys].map((key) => {
    const proposed = proposals.get(key) ?? [];
    const first = (proposed[0] ?? references.get(key)?.[0]) as ScoreSummary;
    const retested = sound(retests.get(key) ?? []);
    const row: Unranked = {
      ...describe(first.evaluation),
      reference: references.has(key),
      proposals: proposed.length,
      index: proposed[0]?.index ?? -1,
      ...retestOf(retested, lowest),
    };
    const seeds = halving ? (retests.get(key)?.length ?? 0) : 0;
    return { row, place: { seeds, ...placeOf(first.evaluation, retested, lowest) } };
  });
  return rank(rows);
}

function describe(
  evaluation: EvaluationSummary,
): Pick<LeaderboardRow, 'rule' | 'key' | 'names' | 'reward' | 'status' | 'learningRate' | 'edgeOfGrid'> {
  const { rule, key, reward, status, learningRate, edgeOfGrid } = evaluation;
  return { rule, key, names: namesOf(key), reward, status, learningRate, edgeOfGrid };
}

/** Evaluations that were lost (a crash, a hang) say nothing of the rule. */
function sound(scores: readonly ScoreSummary[]): readonly EvaluationSummary[] {
  return scores.map(({ evaluation }) => evaluation).filter(({ status }) => status !== 'failed');
}

function retestOf(evaluations: readonly EvaluationSummary[], lowest: number): Pick<LeaderboardRow, 'retest'> {
  if (evaluations.length === 0) return {};
  const rewards = evaluations.map(({ reward }) => reward);
  const diverged = evaluations.filter(({ status }) => status === 'diverged').length;
  const counted = evaluations.map((evaluation) => finiteReward(evaluation, lowest));
  return { retest: { rewards, mean: mean(counted), diverged } };
}

/** @param lowest The lowest reward of all trainings of the run that finished. */
function placeOf(
  searched: EvaluationSummary,
  retested: readonly EvaluationSummary[],
  lowest: number,
): Omit<Place, 'seeds'> {
  const reward = weight(searched, lowest);
  if (retested.length === 0) {
    return { tier: tierOf(searched.status), retest: 0, reward };
  }
  const retest = mean(retested.map((evaluation) => weight(evaluation, lowest)));
  return { tier: retested.some(({ status }) => status === 'ok') ? 0 : tierOf('diverged'), retest, reward };
}

const tierOf = (status: EvaluationStatus): number => 1 + statuses.indexOf(status);

/**
 * The rows that were tested again first, by the mean of their fresh seeds, in tests by halving those with the most seeds before the others; then the others, by how they ended and by reward: those that
 * failed are last, whatever their rewards. The two figures are not compared with each other: a reward is the best of many,
 * so luck's pick, and mostly higher than the same rule's mean.
 */
function rank(rows: readonly { readonly row: Unranked; readonly place: Place }[]): readonly LeaderboardRow[] {
  const ordered = [...rows].sort(
    ({ place: a, row: one }, { place: b, row: other }) =>
      a.tier - b.tier ||
      b.seeds - a.seeds ||
      b.retest - a.retest ||
      b.reward - a.reward ||
      one.index - other.index,
  );
  return ordered.map(({ row }, i) => ({ rank: i + 1, ...row }));
}

function groupByKey(scores: readonly ScoreSummary[]): ReadonlyMap<string, readonly ScoreSummary[]> {
  const groups = new Map<string, ScoreSummary[]>();
  for (const score of scores) {
    const group = groups.get(score.evaluation.key);
    if (group) group.push(score);
    else groups.set(score.evaluation.key, [score]);
  }
  return groups;
}
