import type { Expression } from '../language/expression.ts';
import { operationOf } from '../language/operations.ts';
import { everything, type Range, rangeFrom } from '../language/range.ts';

/** Writes a text that equal expressions share and no others: it names equality, and orders operands. */
export function structure(e: Expression): string {
  if (e.kind === 'leaf') return e.name;
  if (e.kind === 'literal') return Object.is(e.value, -0) ? '-0' : String(e.value);
  return structureOf(e.name, e.args.map(structure), e.parameters);
}

/** The {@link structure} of a call, from those of its arguments. */
export function structureOf(name: string, args: readonly string[], parameters: readonly number[]): string {
  let text = `${name}(`;
  for (const arg of args) text += `${arg},`;
  for (const parameter of parameters) text += `${parameter};`;
  return `${text})`;
}

/** Values that the expression can have if it is finite. */
export function rangeOf(e: Expression): Range {
  if (e.kind === 'literal') return rangeFrom(e.value, e.value);
  const { range } = operationOf(e).facts;
  if (range === undefined) return everything;
  const { low, high } = e.kind === 'leaf' ? range([], []) : range(e.args.map(rangeOf), e.parameters);
  return low <= high ? rangeFrom(low, high) : everything;
}

/** Whether every finite value is −1, 0 or 1. */
export function isThreeValued(e: Expression): boolean {
  if (e.kind === 'literal') return Math.abs(e.value) === 1 || e.value === 0;
  if (e.kind === 'leaf') return false;
  const { threeValued } = operationOf(e).facts;
  return threeValued === 'always' || (threeValued === 'arguments' && e.args.every(isThreeValued));
}
