import { LEVEL } from '../../compare/index.ts';
import { canonicalize, type Expression, parseRule, printRule } from '../../rules/index.ts';
import { fisherGreater, holm } from '../../statistics/index.ts';
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

/** How often a part stands in good rules, and in the others. */
export interface PartRow {
  readonly part: string;
  readonly good: Share;
  readonly others: Share;
  readonly uplift: ReturnType<typeof shareDifference>;
  /** Of Fisher's exact test, corrected by Holm's method over all parts that were tested. */
  readonly p: number;
}

export interface CommonParts {
  /** Parts that enough good rules hold. */
  readonly tested: number;
  /** Those of them that good rules hold surely more often than the others, the surest first. */
  readonly rows: readonly PartRow[];
}

/**
 * The parts that good rules hold more often than the other rules that were proposed.
 *
 * @param good Canonical texts of good rules.
 * @param all Those of the searched population.
 * @param count Rows that are wanted at most.
 */
export function commonParts(good: readonly string[], all: readonly string[], count: number): CommonParts {
  const isGood = new Set(good);
  const rest = all.filter((rule) => !isGood.has(rule));
  const [inGood, inRest] = [countParts(good), countParts(rest)];
  const tested = [...inGood]
    .filter(([, times]) => times >= Math.min(FEWEST, good.length))
    .map(([part, times]) => {
      const own = { count: times, of: good.length };
      const others = { count: inRest.get(part) ?? 0, of: rest.length };
      return { part, good: own, others, uplift: shareDifference(own, others), p: fisherGreater(own, others) };
    });
  const corrected = holm(tested.map(({ p }) => p));
  const rows = tested
    .map((row, i): PartRow => ({ ...row, p: corrected[i]! }))
    .filter(({ p }) => p <= LEVEL)
    .sort(
      (a, b) =>
        a.p - b.p ||
        b.uplift.low - a.uplift.low ||
        shareOf(b.good) - shareOf(a.good) ||
        (a.part < b.part ? -1 : 1),
    );
  return { tested: tested.length, rows: rows.slice(0, count) };
}

function countParts(rules: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const rule of rules) for (const part of partsOf(rule)) counts.set(part, (counts.get(part) ?? 0) + 1);
  return counts;
}
