import { type Core, type Normal, number, ONE, same, scale, sumCore } from './normal.ts';
import { compareText } from './products.ts';

/**
 * Arithmetic on normal forms: sums. Terms have different cores, constants and step scalars first. Of a sum and its negative,
 * the one whose first term is positive is the core; so `b - a` is minus `a - b`, and sign, abs and products see that.
 */

/** x + sign·y; undefined if it stays as it is because a coefficient would overflow. */
export function addSigned(x: Normal, y: Normal, sign: 1 | -1): Normal | undefined {
  const terms: Normal[] = [];
  for (const { coefficient, core } of [...spliced(x, 1), ...spliced(y, sign)]) {
    const at = terms.findIndex((term) => same(term.core, core));
    const total = coefficient + (terms[at]?.coefficient ?? 0);
    if (!Number.isFinite(total)) return undefined;
    terms.splice(at < 0 ? terms.length : at, 1, { coefficient: total, core });
  }
  const kept = terms.filter(({ coefficient }) => coefficient !== 0);
  // a - (b + c) / 2 + (a - (b + c) / 2) => 2 * a - b - c
  const open = kept.length > 1 ? kept.findIndex(isOpen) : -1;
  return open < 0 ? build(kept) : addSigned(build(kept.toSpliced(open, 1)), kept[open]!, 1);
}

/** Whether the terms of a sum are terms of the sum that it stands in. */
const isOpen = ({ core, coefficient }: Normal): boolean => core.kind === 'sum' && Math.abs(coefficient) === 1;

/** The terms of a sum, or the one term of anything else. */
function spliced({ core, coefficient }: Normal, sign: 1 | -1): readonly Normal[] {
  const by = coefficient * sign;
  if (core.kind !== 'sum' || !isOpen({ core, coefficient })) return [{ core, coefficient: by }];
  return core.terms.map((term) => times(term, by));
}

const times = ({ coefficient, core }: Normal, by: number): Normal => ({
  coefficient: coefficient * by,
  core,
});

function build(terms: readonly Normal[]): Normal {
  const [only] = terms;
  if (only === undefined) return number(0);
  if (terms.length === 1) return scale(only.coefficient, only.core);
  const sorted = [...terms].sort(byOrder);
  const sign = sorted[0]!.coefficient > 0 ? 1 : -1;
  const signed = sorted.map((term) => times(term, sign));
  return { coefficient: sign, core: sumCore(signed, groupSteps(signed)) };
}

/** All step scalars as one term, so that their sum is one step scalar. */
function groupSteps(terms: readonly Normal[]): readonly Normal[] {
  const count = terms.filter(({ core }) => core.isStep).length;
  if (count < 2 || count === terms.length) return terms;
  return [build(terms.slice(0, count)), ...terms.slice(count)];
}

function byOrder(a: Normal, b: Normal): number {
  const difference = rank(a.core) - rank(b.core);
  return difference !== 0 ? difference : compareText(a.core.text, b.core.text);
}

/** The constant first, then step scalars, then the rest. */
const rank = (core: Core): number => (core === ONE ? 0 : core.isStep ? 1 : 2);
