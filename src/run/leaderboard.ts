import type { Evaluation } from '../evaluate/index.ts';
import { canonicalize, namesOf, parseRule, printRule } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import type { Score, ScoreRole, Store } from '../store/index.ts';
import type { LeaderboardRow } from './events.ts';

type Unranked = Omit<LeaderboardRow, 'rank'>;

/** The leaderboard of a run as it stands in the store. @throws NosError `unknown-name`. */
export async function readLeaderboard(store: Store, run: string): Promise<readonly LeaderboardRow[]> {
  return leaderboard(await store.scores(run));
}

/** The leaderboard of a run's scores: one row a key, best first. Depends on nothing else, the order of `scores` neither. */
export function leaderboard(scores: readonly Score[]): readonly LeaderboardRow[] {
  const inOrder = [...scores].sort((a, b) => a.index - b.index);
  const of = (role: ScoreRole): ReadonlyMap<string, readonly Score[]> =>
    groupByKey(inOrder.filter((score) => score.role === role));
  const [references, proposals, retests] = [of('reference'), of('proposal'), of('retest')];
  const keys = new Set([...references.keys(), ...proposals.keys()]);
  const rows = [...keys].map((key): Unranked => {
    const proposed = proposals.get(key) ?? [];
    const first = (proposed[0] ?? references.get(key)?.[0]) as Score;
    return {
      ...describe(first.evaluation),
      reference: references.has(key),
      proposals: proposed.length,
      index: proposed[0]?.index ?? -1,
      ...retestOf(retests.get(key) ?? []),
    };
  });
  return rank(rows);
}

function describe(
  evaluation: Evaluation,
): Pick<LeaderboardRow, 'rule' | 'key' | 'names' | 'reward' | 'status' | 'learningRate' | 'edgeOfGrid'> {
  const { key, reward, status, learningRate, edgeOfGrid } = evaluation;
  const rule = printRule(canonicalize(parseRule(evaluation.rule)));
  return { rule, key, names: namesOf(key), reward, status, learningRate, edgeOfGrid };
}

/** Evaluations that were lost (a crash, a hang) say nothing of the rule, and are left out of the mean. */
function retestOf(scores: readonly Score[]): Pick<LeaderboardRow, 'retest'> {
  const rewards = scores
    .filter(({ evaluation }) => evaluation.status !== 'failed')
    .map(({ evaluation }) => evaluation.reward);
  if (rewards.length === 0) return {};
  return { retest: { rewards, mean: mean(rewards) } };
}

/**
 * The rows that were tested again first, by the mean of their fresh seeds; then the others, by reward. The two figures are
 * not compared with each other: a reward is the best of many, so luck's pick, and mostly higher than the same rule's mean.
 */
function rank(rows: readonly Unranked[]): readonly LeaderboardRow[] {
  const ordered = [...rows].sort(
    (a, b) => figure(b.retest?.mean) - figure(a.retest?.mean) || b.reward - a.reward || a.index - b.index,
  );
  return ordered.map((row, i) => ({ rank: i + 1, ...row }));
}

/** Accuracies are 0 or more. */
const figure = (mean: number | undefined): number => mean ?? -1;

function groupByKey(scores: readonly Score[]): ReadonlyMap<string, readonly Score[]> {
  const groups = new Map<string, Score[]>();
  for (const score of scores) {
    const group = groups.get(score.evaluation.key);
    if (group) group.push(score);
    else groups.set(score.evaluation.key, [score]);
  }
  return groups;
}
