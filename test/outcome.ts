import { createClient } from '@libsql/client';
import { expect } from 'vitest';
import { readLeaderboard } from '../src/run/index.ts';
import { openStore } from '../src/store/index.ts';
import { identity } from './dispatcher-conformance.ts';

/** All of a run that must be equal, to the bit, whatever happened on the way: everything but the seconds. */
export async function outcomeOf(path: string, run: string) {
  const store = await openStore(path);
  try {
    const proposals = (await store.proposals(run)).map(({ evaluation, ...proposal }) => ({
      ...proposal,
      evaluation: evaluation && identity(evaluation),
    }));
    const scores = (await store.scores(run)).map((score) => ({
      ...score,
      evaluation: identity(score.evaluation),
    }));
    return {
      proposals,
      scores,
      batches: await store.batches(run),
      checkpoint: await store.checkpoint(run),
      appended: await store.appended(run),
      leaderboard: await readLeaderboard(store, run),
    };
  } finally {
    await store.close();
  }
}

export type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

/**
 * Where two outcomes differ, as `path: this, not that`: a test runner's own picture of two long documents hides it.
 *
 * @example differences({ a: [1, 2] }, { a: [1, 3] }) // ['.a.1: 2, not 3']
 */
export function differences(actual: unknown, expected: unknown, path = ''): readonly string[] {
  if (Object.is(actual, expected)) return [];
  if (!isNode(actual) || !isNode(expected)) return [`${path}: ${brief(actual)}, not ${brief(expected)}`];
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => differences(actual[key], expected[key], `${path}.${key}`));
}

const isNode = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const brief = (value: unknown): string => String(JSON.stringify(value) ?? value).slice(0, 300);

/** What the only run of a store must hold when it is over. */
export interface Counts {
  readonly samples: number;
  readonly batch: number;
  readonly references: number;
  readonly retests: number;
}

/** Counts rows: every proposal, reference and retest has one score, and every rule and seed one evaluation. */
export async function expectNoneLostOrDoubled(path: string, counts: Counts): Promise<void> {
  const { samples, batch, references, retests } = counts;
  const client = createClient({ url: `file:${path}` });
  const all = async (sql: string): Promise<unknown[]> =>
    (await client.execute(sql)).rows.map((row) => ({ ...row }));
  try {
    expect(await all('SELECT count(*) AS runs, sum(finished) AS finished FROM runs')).toEqual([
      { runs: 1, finished: 1 },
    ]);
    const batches = Math.ceil(samples / batch);
    expect(
      await all(`SELECT count(*) AS batches, count(metrics) AS told, sum(size) AS size FROM batches`),
    ).toEqual([{ batches, told: batches, size: samples }]);
    expect(
      await all(`SELECT count(*) AS proposals, min(position) AS first, max(position) AS last FROM proposals`),
    ).toEqual([{ proposals: samples, first: 0, last: samples - 1 }]);
    expect(
      await all(`SELECT role, count(*) AS scores, count(DISTINCT position) AS positions FROM scores
                 GROUP BY role ORDER BY role`),
    ).toEqual([
      { role: 'proposal', scores: samples, positions: samples },
      { role: 'reference', scores: references, positions: references },
      { role: 'retest', scores: retests, positions: retests },
    ]);
    const [evaluations] = await all(
      `SELECT count(*) AS stored, count(DISTINCT key || ' ' || seed) AS "different",
         (SELECT count(DISTINCT evaluation) FROM scores) AS scored FROM evaluations`,
    );
    const { stored } = evaluations as { stored: number };
    expect(evaluations).toEqual({ stored, different: stored, scored: stored });
    expect(
      await all(`SELECT count(*) AS strangers FROM proposals p JOIN scores s USING (run, position)
                 JOIN evaluations e ON e.id = s.evaluation WHERE s.role = 'proposal' AND e.key != p.key`),
    ).toEqual([{ strangers: 0 }]);
    expect(
      await all(`SELECT count(*) AS failed FROM evaluations WHERE scope != '' OR
                 json_extract(document, '$.status') = 'failed'`),
    ).toEqual([{ failed: 0 }]);
  } finally {
    client.close();
  }
}
