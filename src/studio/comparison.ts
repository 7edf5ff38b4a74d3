import { ACCURACY, type Evaluation, taskTitle } from '../evaluation/index.ts';
import { shortRules } from '../report/index.ts';
import { canonicalize, namesOf, parseRule, printRule, ruleKey } from '../rules/index.ts';
import { mean, meanInterval, pairedPermutation } from '../statistics/index.ts';
import type { Digest } from '../store/index.ts';
import type { ComparedRule, ComparisonDocument, ComparisonTable } from './documents.ts';

/** A rule as somebody names it: by its text, or by its name in the catalogue. */
interface Contestant {
  readonly key: string;
  readonly rule: string;
}

/**
 * Compares rules by what is stored of them, on every task and under all conditions that they were trained under: nothing is trained. What a search chose
 * rules by does not count, as the best of many is the luckiest of them.
 *
 * @param texts Rules as texts or names; the first is the one that the others are compared with.
 * @throws NosError `bad-rule`.
 */
export async function compareStored(digest: Digest, texts: readonly string[]): Promise<ComparisonDocument> {
  const contestants = texts.map(contestantOf);
  const distinct = contestants.filter(
    ({ key }, i) => contestants.findIndex((other) => other.key === key) === i,
  );
  const evaluations = await digest.freshEvaluations(distinct.map(({ key }) => key));
  const groups = new Map<string, Evaluation[]>();
  for (const evaluation of evaluations) {
    const conditions = JSON.stringify([evaluation.task, evaluation.protocol, evaluation.environment]);
    groups.set(conditions, [...(groups.get(conditions) ?? []), evaluation]);
  }
  const short = await shortRules();
  const tables = [...groups.values()]
    .map((group) => tableOf(group, distinct, short))
    .filter(({ rules }) => distinct.length === 1 || rules.some(({ key }) => key !== distinct[0]?.key))
    .sort((a, b) => seedsOf(b) - seedsOf(a));
  return { rules: distinct.map(({ rule }) => short(rule)), tables };
}

function contestantOf(text: string): Contestant {
  const rule = canonicalize(parseRule(text));
  return { key: ruleKey(rule), rule: printRule(rule) };
}

const seedsOf = ({ rules }: ComparisonTable): number =>
  Math.max(...rules.map(({ rewards }) => rewards.length));

function tableOf(
  group: readonly Evaluation[],
  contestants: readonly Contestant[],
  short: (rule: string) => string,
): ComparisonTable {
  const { task, protocol, environment, score = ACCURACY } = group[0] as Evaluation;
  const trained = contestants.flatMap(({ key, rule }) => {
    // One per seed: of two machines, or versions, the newer.
    const bySeed = new Map(group.filter((one) => one.key === key).map((one) => [one.seed, one]));
    return bySeed.size === 0 ? [] : [{ key, rule, bySeed }];
  });
  const base = trained.find(({ key }) => key === contestants[0]?.key);
  return {
    ...{ task, title: taskTitle(task), protocol, environment },
    score: { metric: score.metric, goal: score.goal },
    rules: trained.map(({ key, rule, bySeed }): ComparedRule => {
      const each = [...bySeed.values()].sort((a, b) => a.seed - b.seed);
      const rewards = each.map(scoreOf);
      const beside = base === undefined || base.key === key ? undefined : besideOf(bySeed, base.bySeed);
      return {
        ...{ key, rule: short(rule), names: namesOf(key) },
        rewards: each.map((one) => ({ seed: one.seed, reward: scoreOf(one), status: one.status })),
        mean: mean(rewards),
        interval: rewards.every(Number.isFinite) ? meanInterval(rewards) : null,
        ...(beside && { beside }),
      };
    }),
  };
}

/** The value in the units of the task; NaN if the training came to nothing. */
const scoreOf = ({ score, reward }: Evaluation): number => score?.value ?? reward;

type BySeed = ReadonlyMap<number, Evaluation>;

/** The differences over equal seeds; undefined without any. */
function besideOf(of: BySeed, base: BySeed): ComparedRule['beside'] {
  const differences = [...of.values()].flatMap((one) => {
    const other = base.get(one.seed);
    const difference = other === undefined ? Number.NaN : scoreOf(one) - scoreOf(other);
    return Number.isFinite(difference) ? [difference] : [];
  });
  if (differences.length === 0) return undefined;
  return {
    pairs: differences.length,
    difference: mean(differences),
    interval: meanInterval(differences),
    p: differences.length < 2 ? null : pairedPermutation(differences),
  };
}
