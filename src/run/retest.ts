import { hasShortcuts, lowestFinished, type Protocol, weight } from '../evaluation/index.ts';
import { ordinaryUpdates, resolveRule } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import type { ScoreSummary } from '../store/index.ts';
import type { RunConfig } from './config.ts';
import { distinctRules } from './copies.ts';
import { leaderboard } from './leaderboard.ts';

/** A rule to test again; its scores have the indices slot · seeds … slot · seeds + seeds − 1. */
export interface Retest {
  readonly slot: number;
  readonly rule: string;
}

/**
 * The tests of a search that names none. With shortcuts they cost more than the search's scores, so they go by its size, to cost about as
 * much as the search within bounds.
 */
export function usualRetest(protocol: Protocol, samples: number): RunConfig['retest'] {
  if (!hasShortcuts(protocol)) return { top: 5, seeds: 3 };
  const seeds = Math.min(Math.max(Math.round(samples / 100), 2), 10);
  return { top: seeds < 5 ? 4 : 8, seeds, halving: true };
}

/**
 * The rounds of the tests, by the seeds that their rules have had at the end: one, or with `halving` as many as leave two rules for the
 * last. Each round has half of the rules of the one before, and twice the seeds.
 *
 * @example retestRounds({ top: 8, seeds: 10, halving: true }) // [3, 5, 10], for 8, 4 and 2 rules
 */
export function retestRounds({ top, seeds, halving }: RunConfig['retest']): readonly number[] {
  const rounds = halving ? Math.max(Math.ceil(Math.log2(Math.max(top, 1))), 1) : 1;
  return Array.from({ length: rounds }, (_, k) => Math.ceil(seeds / 2 ** (rounds - 1 - k)));
}

/** How many tests a run makes at most. */
export function plannedRetests({ references, retest }: Pick<RunConfig, 'references' | 'retest'>): number {
  const rounds = retestRounds(retest);
  const inRounds = rounds.map((seeds, k) => {
    const rules = Math.ceil(retest.top / 2 ** k) + Math.ceil(references.length / 2 ** k);
    return rules * (seeds - (rounds[k - 1] ?? 0));
  });
  return inRounds.reduce((sum, tests) => sum + tests, 0);
}

/**
 * The rules of the next round: the better half of the references and that of the found rules, by the means of the fresh seeds so far.
 *
 * @param rules Those of the round that is over.
 * @param scores All of the run; those with fresh seeds count.
 */
export function survivors(
  rules: readonly Retest[],
  scores: readonly ScoreSummary[],
  { references, retest: { seeds } }: Pick<RunConfig, 'references' | 'retest'>,
): readonly Retest[] {
  const tested = scores.filter(({ role, evaluation }) => role === 'retest' && evaluation.status !== 'failed');
  const lowest = lowestFinished(tested.map(({ evaluation }) => evaluation));
  const meanOf = ({ slot }: Retest): number => {
    const own = tested.filter(({ index }) => Math.floor(index / seeds) === slot);
    const rewards = own.map(({ evaluation }) => weight(evaluation, lowest));
    return rewards.length === 0 ? Number.NEGATIVE_INFINITY : mean(rewards);
  };
  const better = (some: readonly Retest[]): readonly Retest[] => {
    const means = new Map(some.map((one) => [one, meanOf(one)]));
    const order = (a: Retest, b: Retest) =>
      means.get(a) === means.get(b) ? 0 : means.get(b)! - means.get(a)!;
    return [...some].sort((a, b) => order(a, b) || a.slot - b.slot).slice(0, Math.ceil(some.length / 2));
  };
  const isReference = ({ slot }: Retest): boolean => slot < references.length;
  return [...better(rules.filter(isReference)), ...better(rules.filter((one) => !isReference(one)))];
}

/**
 * Which rules are tested again with fresh seeds: the references, and the best found rules that behave differently from them and
 * from each other. What was begun keeps its slot and is brought to its end, though another version of this program, or fewer
 * proposals, had chosen it.
 *
 * @param scores All of the run.
 */
export function chooseRetests(
  scores: readonly ScoreSummary[],
  { references, retest: { top, seeds } }: Pick<RunConfig, 'references' | 'retest'>,
): readonly Retest[] {
  if (seeds === 0) return [];
  const found = leaderboard(scores.filter(({ role }) => role !== 'retest')).filter(
    ({ reference, status }) => !reference && status !== 'failed',
  );
  const known = references.map((rule) => ordinaryUpdates(resolveRule(rule)));
  const begun = retestsBegun(scores, seeds).filter(({ slot }) => slot >= references.length);
  const taken = new Map(begun.map(({ slot, key }) => [key, slot]));
  const slots = freeSlots(references.length, new Set(taken.values()));
  const chosen = distinctRules(found, top, known).map(({ rule, key }): Retest => {
    return { slot: taken.get(key) ?? (slots.next().value as number), rule };
  });
  const rules = new Map([
    ...references.map((rule, slot): [number, string] => [slot, rule]),
    ...begun.map(({ slot, rule }): [number, string] => [slot, rule]),
    ...chosen.map(({ slot, rule }): [number, string] => [slot, rule]),
  ]);
  return [...rules].map(([slot, rule]) => ({ slot, rule })).sort((a, b) => a.slot - b.slot);
}

function retestsBegun(
  scores: readonly ScoreSummary[],
  seeds: number,
): readonly (Retest & { readonly key: string })[] {
  return scores
    .filter(({ role }) => role === 'retest')
    .map(({ index, evaluation: { rule, key } }) => ({ slot: Math.floor(index / seeds), rule, key }));
}

function* freeSlots(first: number, taken: ReadonlySet<number>): Generator<number, never> {
  for (let slot = first; ; slot++) if (!taken.has(slot)) yield slot;
}
