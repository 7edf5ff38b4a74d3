import { decodeRows, packed } from './columns.ts';
import type { Statements } from './database.ts';
import { corrupt } from './errors.ts';

/** A query that finds what cannot be in a store that was only ever written by whole transactions, and what that is. */
interface Contradiction {
  readonly what: string;
  /** `?` is the run's number. */
  readonly sql: string;
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    what: 'batches are missing',
    sql: `SELECT batch FROM (SELECT batch, first, row_number() OVER (ORDER BY batch) - 1 AS place,
            coalesce(sum(size) OVER (ORDER BY batch ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM batches WHERE run = ?)
          WHERE batch != place OR first != before`,
  },
  {
    what: 'proposals are missing',
    sql: `SELECT b.batch FROM batches b
          LEFT JOIN proposals p ON p.run = b.run AND p.position >= b.first AND p.position < b.first + b.size
            AND p.batch = b.batch
          WHERE b.run = ? GROUP BY b.batch, b.size HAVING count(p.position) != b.size`,
  },
  {
    what: 'the newest checkpoint is missing',
    sql: `SELECT r.id FROM runs r WHERE r.id = ? AND (SELECT count(*) FROM batches WHERE run = r.id) !=
            (SELECT coalesce(max(asked), 0) FROM checkpoints WHERE run = r.id)`,
  },
  {
    what: 'a batch was told out of order',
    sql: `SELECT b.batch FROM batches b JOIN batches later ON later.run = b.run AND later.batch > b.batch
          WHERE b.run = ? AND b.metrics IS NULL AND later.metrics IS NOT NULL`,
  },
  {
    what: 'the newest checkpoint knows of a batch that was not told',
    sql: `SELECT b.batch FROM batches b WHERE b.run = ? AND b.metrics IS NULL AND b.batch <
            (SELECT told FROM checkpoints c WHERE c.run = b.run ORDER BY asked DESC LIMIT 1)`,
  },
  {
    what: 'the evaluation of a proposal that was told is missing',
    sql: `SELECT p.position FROM proposals p JOIN batches b ON b.run = p.run AND b.batch = p.batch
          LEFT JOIN scores s ON s.run = p.run AND s.role = 'proposal' AND s.position = p.position
          LEFT JOIN evaluations e ON e.id = s.evaluation
          WHERE p.run = ? AND b.metrics IS NOT NULL AND e.id IS NULL`,
  },
  {
    what: 'a proposal has another rule’s evaluation',
    sql: `SELECT p.position FROM proposals p
          JOIN scores s ON s.run = p.run AND s.role = 'proposal' AND s.position = p.position
          JOIN evaluations e ON e.id = s.evaluation WHERE p.run = ? AND e.key != p.key`,
  },
];

/**
 * Checks the structure of the whole file, and that nothing of a run is missing. (That what is there is what was written, the
 * checksums of its rows say when it is read.)
 *
 * @throws NosError `store-corrupt`.
 */
export async function verifyRun(client: Statements, path: string, name: string, id: number): Promise<void> {
  const sql = `SELECT ${packed({ found: 'integrity_check' })} FROM pragma_integrity_check(1)`;
  const [row] = decodeRows(path, await client.execute(sql));
  const found = String(row?.found);
  if (found !== 'ok') throw corrupt(path, `the file is damaged: ${found.split('\n').join(' ')}`);
  const what = await contradictionOf(client, id);
  if (what !== undefined) throw corrupt(path, `run '${name}' in it is damaged: ${what}`);
}

/** What is missing of a run, or cannot be of it, if anything. */
export async function contradictionOf(client: Statements, id: number): Promise<string | undefined> {
  for (const { what, sql } of CONTRADICTIONS) {
    const [contradiction] = (await client.execute(sql, [id])).rows;
    if (contradiction) return what;
  }
  return undefined;
}
