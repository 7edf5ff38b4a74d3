import { canonicalize, type Expression, parseRule, printRule } from '../../rules/index.ts';
import { type Share, shareDifference, shareOf } from './statistics.ts';

/** Longest part, in characters: longer ones are rules of their own. */
const LONGEST = 40;
/** Fewest good rules that hold a part worth a row. */
const FEWEST = 3;

/** The canonical texts of everything that a rule holds, itself and numbers left out. */
export function partsOf(rule: string): ReadonlySet<string> {
  const parts = new Set<string>();
  const add = (e: Expression, whole: boolean): void => {
    if (e.kind === 'literal') return;
    const text = printRule(e);
    if (!whole && text.length <= LONGEST) parts.add(text);
    if (e.kind === 'call') for (const one of e.args) add(one, false);
  };
  add(parseRule(rule), true);
  return parts;
}

/** The paper's: it stands in five of its ten best rules. */
const AGREEMENT = printRule(canonicalize(parseRule('exp(sign(g) * sign(m))')));

/** Whether a rule holds e^(sign(g)·sign(m)), or is it. */
export const holdsAgreement = (rule: string): boolean => rule === AGREEMENT || partsOf(rule).has(AGREEMENT);

/** How often a part stands in good rules, and in all. */
export interface PartRow {
  readonly part: string;
  readonly good: Share;
  readonly all: Share;
  readonly uplift: ReturnType<typeof shareDifference>;
}

/**
 * The parts that good rules hold more often than all rules that were proposed do, the surest first.
 *
 * @param good Canonical texts of good rules.
 * @param all Those of the searched population.
 */
export function commonParts(
  good: readonly string[],
  all: readonly string[],
  count: number,
): readonly PartRow[] {
  const [inGood, inAll] = [countParts(good), countParts(all)];
  return [...inGood]
    .filter(([, times]) => times >= Math.min(FEWEST, good.length))
    .map(([part, times]): PartRow => {
      const own = { count: times, of: good.length };
      const others = { count: inAll.get(part) ?? 0, of: all.length };
      return { part, good: own, all: others, uplift: shareDifference(own, others) };
    })
    .filter(({ uplift }) => uplift.low > 0)
    .sort(
      (a, b) =>
        b.uplift.low - a.uplift.low || shareOf(b.good) - shareOf(a.good) || (a.part < b.part ? -1 : 1),
    )
    .slice(0, count);
}

function countParts(rules: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const rule of rules) for (const part of partsOf(rule)) counts.set(part, (counts.get(part) ?? 0) + 1);
  return counts;
}
