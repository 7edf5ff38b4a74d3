import { call, type Expression, literal } from '../language/expression.ts';
import { isStepScalar, structure } from './analysis.ts';
import { noteSum, ONE, type Parts, partsOf, termsOf } from './parts.ts';
import { compareText, scale } from './products.ts';

/**
 * The normal form of sums: different cores in a fixed order, constants and step scalars first, each with its
 * coefficient. Of a sum and its negative, the one whose first term is positive is the core; so `b - a` is minus `a - b`,
 * and sign, abs and products see that. Arguments are canonical, and so are the results.
 */

/** x + sign·y; undefined where it stays as it is because a coefficient would overflow. */
export function addSigned(x: Expression, y: Expression, sign: 1 | -1): Expression | undefined {
  const terms = [...spliced(partsOf(x), 1), ...spliced(partsOf(y), sign)];
  const byCore = new Map<string, Parts>();
  for (const { core, coefficient } of terms) {
    const key = structure(core);
    const total = coefficient + (byCore.get(key)?.coefficient ?? 0);
    if (!Number.isFinite(total)) return undefined;
    byCore.set(key, { core, coefficient: total });
  }
  return build([...byCore.values()].filter(({ coefficient }) => coefficient !== 0));
}

/** The terms of a sum, or the one term of anything else. */
function spliced({ core, coefficient }: Parts, sign: number): readonly Parts[] {
  const scaleBy = coefficient * sign;
  const terms = Math.abs(coefficient) === 1 ? termsOf(core) : undefined;
  return terms === undefined ? [{ core, coefficient: scaleBy }] : terms.map((term) => scaled(term, scaleBy));
}

const scaled = ({ core, coefficient }: Parts, by: number): Parts => ({ core, coefficient: coefficient * by });

function build(terms: readonly Parts[]): Expression {
  const [first] = terms;
  if (first === undefined) return literal(0);
  if (terms.length === 1) return scale(first.coefficient, first.core);
  const sorted = [...terms].sort(byOrder);
  const sign = (sorted[0] as Parts).coefficient > 0 ? 1 : -1;
  const core = buildCore(sorted.map((term) => scaled(term, sign)));
  return scale(sign, core);
}

/** The sum of sorted terms whose first is positive. */
function buildCore(terms: readonly Parts[]): Expression {
  const grouped = groupSteps(terms);
  const core = write(grouped);
  noteSum(core, terms, () => {
    const negative = grouped.map((term) => scaled(term, -1));
    return negative.some(({ coefficient }) => coefficient > 0) ? write(negative) : call('neg', [core]);
  });
  return core;
}

/** All step scalars as one term, so that their sum is one step scalar. */
function groupSteps(terms: readonly Parts[]): readonly Parts[] {
  const count = terms.filter(({ core }) => isStepScalar(core)).length;
  if (count < 2 || count === terms.length) return terms;
  return [partsOf(build(terms.slice(0, count))), ...terms.slice(count)];
}

/** What is added, then what is subtracted. */
function write(terms: readonly Parts[]): Expression {
  const added = terms.filter(({ coefficient }) => coefficient > 0).map(writeTerm);
  const subtracted = terms.filter(({ coefficient }) => coefficient < 0).map(writeTerm);
  const sum = added.reduce((x, y) => call('add', [x, y]));
  return subtracted.reduce((x, y) => call('sub', [x, y]), sum);
}

const writeTerm = ({ core, coefficient }: Parts): Expression => scale(Math.abs(coefficient), core);

/** The constant first, then step scalars, then the rest. */
function byOrder(a: Parts, b: Parts): number {
  const difference = rank(a.core) - rank(b.core);
  return difference !== 0 ? difference : compareText(structure(a.core), structure(b.core));
}

const rank = (core: Expression): number => (core === ONE ? 0 : isStepScalar(core) ? 1 : 2);
