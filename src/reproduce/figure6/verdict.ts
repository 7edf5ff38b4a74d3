import { endingOf, type TestFunction } from '../../functions/index.ts';
import type { Descended } from './descend.ts';
import { FOUND } from './optimizers.ts';

/** Below this, float32 weights cannot tell Rosenbrock's minimum from the places beside it: y − x² is a multiple of 6·10⁻⁸. */
export const FLOAT32_FLOOR = 1e-12;

export type Comparison = 'lower' | 'equal' | 'higher';

/** Where Optimizer 1 ended, against another; equal where both are at the minimum as near as float32 can tell. */
export function compareWith(
  other: string,
  descended: readonly Descended[],
  testFunction: TestFunction,
): Comparison {
  const [own, theirs] = [FOUND, other].map((name) => excessOf(name, descended, testFunction)) as [
    number,
    number,
  ];
  if (Math.max(own, theirs) <= FLOAT32_FLOOR) return 'equal';
  return own < theirs ? 'lower' : own > theirs ? 'higher' : 'equal';
}

/** Value at the end less the least. */
export function excessOf(name: string, descended: readonly Descended[], testFunction: TestFunction): number {
  const found = descended.find(({ optimizer }) => optimizer === name);
  if (found === undefined) throw new RangeError(`no optimizer '${name}'`);
  return endingOf(testFunction, found.trajectory).excess;
}
