import { holm, pairedPermutation } from '../statistics/index.ts';
import type { LeaderboardRow } from './leaderboard.ts';

/** Two-sided, after Holm's correction. */
const LEVEL = 0.05;

/** Means of the same rewards in another order differ by rounding alone, which is far less than one example of a validation set. */
const ROUNDING = 1e-12;

/**
 * What the fresh seeds say of the best found rule, beside the best reference rule:
 *
 * - `undecided`: the run is not over, and so nothing is tested yet;
 * - `untested`: no found rule, or no reference rule, was tested with fresh seeds;
 * - `no-references`: the run has none;
 * - `diverged`: every found rule that was tested, or every reference rule, or both, diverged;
 * - `below`, `equal`: the best found rule does not beat the best reference rule;
 * - `above`: its mean is higher, and the seeds do not tell the two apart;
 * - `better`: its mean is higher, and the seeds show it.
 */
export const findings = [
  'undecided',
  'untested',
  'no-references',
  'diverged',
  'below',
  'equal',
  'above',
  'better',
] as const;
export type Finding = (typeof findings)[number];

/** A row of the leaderboard that was tested with fresh seeds. */
export type TestedRow = LeaderboardRow & { readonly retest: NonNullable<LeaderboardRow['retest']> };

export interface Verdict {
  readonly finding: Finding;
  /** Fresh seeds that each rule was to be tested with. */
  readonly seeds: number;
  /** The best found rule of those that trained to the end with a fresh seed. */
  readonly found?: TestedRow;
  /** The best reference rule of those. */
  readonly reference?: TestedRow;
  /** The mean of the found rule less that of the reference, over the fresh seeds. */
  readonly difference?: number;
  /**
   * How many found rules were tested, and so how many tests were made: each is one of `rules` chances to be lucky. Absent with `p`
   * where there is nothing to pair.
   */
  readonly rules?: number;
  /** The p-value of the paired permutation test, corrected by Holm for `rules` tests. */
  readonly p?: number;
}

/**
 * Whether a found rule beats the references. Only the fresh seeds count, as the search's own rewards are luck's picks; of these, pairs
 * of equal seeds are tested, each found rule with the best reference, and the best found rule's p is corrected for all of them, as it
 * is the best of several. Few seeds show nothing: with three, no p is below 0.25.
 *
 * @param rows All rows of the leaderboard, best first; a found rule that behaves as a reference is none of the search's.
 * @param run `seeds` as the run's configuration has them in `retest`; `finished`: whether all tests are made.
 */
export function verdictOf(
  rows: readonly LeaderboardRow[],
  { seeds, finished }: { readonly seeds: number; readonly finished: boolean },
): Verdict {
  if (!finished) return { finding: 'undecided', seeds };
  const tested = rows.filter(isTested);
  const references = tested.filter((row) => row.reference);
  const candidates = tested.filter((row) => !row.reference && row.like === undefined);
  const found = candidates.find(trained);
  const reference = references.find(trained);
  const best = { ...(found && { found }), ...(reference && { reference }) };
  if (candidates.length === 0) return { finding: 'untested', seeds, ...best };
  if (!rows.some((row) => row.reference)) {
    return { finding: found ? 'no-references' : 'diverged', seeds, ...best };
  }
  if (references.length === 0) return { finding: 'untested', seeds, ...best };
  if (found === undefined || reference === undefined) return { finding: 'diverged', seeds, ...best };
  const apart = found.retest.mean - reference.retest.mean;
  const difference = Math.abs(apart) <= ROUNDING ? 0 : apart;
  const test = testOf(candidates, found, reference, seeds);
  const verdict = { seeds, ...best, difference, ...test };
  if (difference === 0) return { finding: 'equal', ...verdict };
  // The leaderboard puts a rule that diverged with some seeds below those that did not, whatever the means.
  if (difference < 0 || found.rank > reference.rank) return { finding: 'below', ...verdict };
  return { finding: test !== undefined && test.p <= LEVEL ? 'better' : 'above', ...verdict };
}

function isTested(row: LeaderboardRow): row is TestedRow {
  return row.retest !== undefined && Number.isFinite(row.retest.mean);
}

/** Whether at least one training came to its end. */
const trained = ({ retest }: TestedRow): boolean => retest.diverged < retest.rewards.length;

/** Nothing if seeds of a rule are missing, so that there are no pairs, or there is one pair alone. */
function testOf(
  candidates: readonly TestedRow[],
  found: TestedRow,
  reference: TestedRow,
  seeds: number,
): { readonly rules: number; readonly p: number } | undefined {
  const whole = ({ retest }: TestedRow): boolean => retest.diverged === 0 && retest.rewards.length === seeds;
  if (seeds < 2 || !whole(found) || !whole(reference)) return undefined;
  // A rule that cannot be paired was a chance to be lucky too.
  const each = candidates.map((row) => (whole(row) ? pOf(row, reference) : 1));
  return { rules: candidates.length, p: holm(each)[candidates.indexOf(found)] as number };
}

function pOf(row: TestedRow, reference: TestedRow): number {
  return pairedPermutation(
    row.retest.rewards.map((reward, i) => reward - (reference.retest.rewards[i] as number)),
  );
}
