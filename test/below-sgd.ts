import { expect } from 'vitest';
import type { LeaderboardRow } from '../src/run/leaderboard.ts';

/** A row as `nos top --json` gives it, of a task with units of its own. */
export type ScoredRow = LeaderboardRow & {
  readonly score: { readonly value: number; readonly retest?: number };
};

/** The best found rule of a search that minimises `mse` has a lower error than SGD, by fresh seeds. @returns That rule. */
export function checkBelowSgd(rows: readonly ScoredRow[]): ScoredRow {
  const best = rows.find(({ reference }) => !reference)!;
  const sgd = rows.find(({ names }) => names.includes('sgd'))!;
  expect(best.score).toMatchObject({ metric: 'mse', goal: 'minimise' });
  expect(best.score.retest).toBeGreaterThan(0);
  expect(best.score.retest).toBeLessThan(sgd.score.retest!);
  return best;
}
