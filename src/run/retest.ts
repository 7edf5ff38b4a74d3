import { ordinaryUpdates, resolveRule } from '../rules/index.ts';
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
