import { LEVEL, powerOf } from '../compare/index.ts';
import type { Beside } from './scores.ts';

/** Whether a row is told apart, all tests of its page corrected together. */
export const isApart = ({ adjusted }: Beside): boolean => adjusted !== null && adjusted <= LEVEL;

/** How many of the rows are tested: those of two pairs of seeds or more. */
export const testsOf = (rows: readonly Beside[]): number => rows.filter(({ p }) => p !== null).length;

/** What p is; empty where nothing is tested. @param what The rows' name, in the plural. */
export function testText(rows: readonly Beside[], what: string): string {
  const tests = testsOf(rows);
  if (tests === 0) return '';
  const which =
    tests === rows.length
      ? `all ${tests} ${what}`
      : `the ${tests} of ${rows.length} ${what} that have two seeds or more`;
  return `p is of the paired permutation test, corrected by Holm's method over ${which}.`;
}

/** What the tests of so many rows with so many seeds can show. */
export function powerText(rows: readonly Beside[], seeds: number): string {
  const tests = testsOf(rows);
  if (tests === 0) return 'Nothing is tested: a test takes two seeds or more.';
  const { smallestAdjusted, seedsNeeded } = powerOf(tests, seeds);
  const least = smallestAdjusted.toPrecision(2);
  if (smallestAdjusted <= LEVEL) return `${seeds} seeds, ${tests} tests: corrected, p can fall to ${least}.`;
  return `With ${seeds} seeds no test can tell anything apart: corrected, p is ${least} at best, and it takes ${seedsNeeded} seeds to fall below 5 %. The signs and the ${seeds < 3 ? 'values' : 'intervals'} are what there is.`;
}
