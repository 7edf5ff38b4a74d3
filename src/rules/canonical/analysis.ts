import type { Expression } from '../language/expression.ts';
import { everything, type Interval, interval } from '../language/interval.ts';
import { operationOf } from '../language/operations.ts';

/** What the canonical form asks about a node again and again: computed once per node object. */
interface Analysis {
  readonly text: string;
  readonly step: boolean;
  range: Interval | undefined;
}

const analyses = new WeakMap<Expression, Analysis>();

function analyse(e: Expression): Analysis {
  const known = analyses.get(e);
  if (known !== undefined) return known;
  const analysis = { text: writeStructure(e), step: isStep(e), range: undefined };
  analyses.set(e, analysis);
  return analysis;
}

/** A text that equal expressions share and no others: names equality, and orders operands. */
export const structure = (e: Expression): string => (e.kind === 'leaf' ? e.name : analyse(e).text);

export const same = (a: Expression, b: Expression): boolean => a === b || structure(a) === structure(b);

function writeStructure(e: Expression): string {
  if (e.kind === 'leaf') return e.name;
  if (e.kind === 'literal') return Object.is(e.value, -0) ? '-0' : String(e.value);
  let text = `${e.name}(`;
  for (const arg of e.args) text += `${structure(arg)},`;
  for (const parameter of e.parameters) text += `${parameter};`;
  return `${text})`;
}

/**
 * Whether the value is a function of the step alone: only literals, t, T, decays, and element-wise functions of these.
 * A maximal subexpression of this kind is a *step scalar*, computed in float64 once a step and rounded once.
 */
export const isStepScalar = (e: Expression): boolean => analyse(e).step;

function isStep(e: Expression): boolean {
  if (e.kind === 'literal') return true;
  const operation = operationOf(e);
  if (operation.kind === 'macro') return isStepScalar(operation.expansion);
  if (operation.kind === 'step') return true;
  return operation.kind === 'element' && e.kind === 'call' && e.args.every(isStepScalar);
}

/** Values that the expression can have where it is finite. */
export function rangeOf(e: Expression): Interval {
  if (e.kind === 'literal') return interval(e.value, e.value);
  const analysis = analyse(e);
  analysis.range ??= computeRange(e);
  return analysis.range;
}

function computeRange(e: Exclude<Expression, { kind: 'literal' }>): Interval {
  const { range } = operationOf(e).facts;
  if (range === undefined) return everything;
  const { low, high } = e.kind === 'leaf' ? range([], []) : range(e.args.map(rangeOf), e.parameters);
  return low <= high ? interval(low, high) : everything;
}

/** Whether every finite value is −1, 0 or 1. */
export function isThreeValued(e: Expression): boolean {
  if (e.kind === 'literal') return Math.abs(e.value) === 1 || e.value === 0;
  if (e.kind === 'leaf') return false;
  const { threeValued } = operationOf(e).facts;
  return threeValued === 'always' || (threeValued === 'arguments' && e.args.every(isThreeValued));
}
