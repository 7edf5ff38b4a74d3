import { byStanding, type Evaluation, identityOf, learnt } from '../../evaluation/index.ts';
import { ordinaryUpdates, resolveRule } from '../../rules/index.ts';
import { distinctRules } from '../../run/index.ts';
import type { KeyedRule } from './data.ts';
import { KNOWN } from './known.ts';

/**
 * The best rules of all searches together that behave differently from each other and from every known optimizer, best first. Rules that
 * were trained to the end stand before those whose rewards are estimates.
 *
 * @param proposals Evaluations of proposals, in any order.
 */
export function candidatesOf(proposals: readonly Evaluation[], count: number): readonly KeyedRule[] {
  const best = new Map<string, Evaluation>();
  for (const one of proposals) {
    const other = best.get(one.key);
    if (other === undefined || byStanding(one, other) < 0) best.set(one.key, one);
  }
  // Keys make the order of equals that of no store.
  const ordered = [...best.values()]
    .filter(learnt)
    .sort((a, b) => byStanding(a, b) || (a.key < b.key ? -1 : 1));
  const known = KNOWN.map(({ rule }) => ordinaryUpdates(resolveRule(rule)));
  return distinctRules(ordered, count, known).map(({ rule, key }) => ({ name: rule, rule, key }));
}

/** The known optimizers with their canonical texts and keys. */
export const knownOptimizers = (): readonly KeyedRule[] =>
  KNOWN.map(({ name, rule }) => {
    const { text, key } = identityOf(resolveRule(rule));
    return { name, rule: text, key };
  });
