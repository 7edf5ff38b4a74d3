import type { InStatement } from '@libsql/client';
import { toJson } from '../json.ts';
import { type Columns, readEvaluation, scoreIdentity, sealOf } from './documents.ts';

/** The statements that a run's owner asks for: each list is one transaction, with the run's lock held. */

/** Whether another run than `?` holds an evaluation. */
const HELD_BY_OTHERS = 'EXISTS (SELECT 1 FROM scores o WHERE o.evaluation = evaluations.id AND o.run != ?)';

/** How many evaluations the run (twice) holds, and how many of them others hold too. */
export const HELD = `
  SELECT count(*) AS held, coalesce(sum(${HELD_BY_OTHERS}), 0) AS shared FROM evaluations
  WHERE id IN (SELECT evaluation FROM scores WHERE run = ?)`;

/** Removes a run with all that belongs to it, and the evaluations that no other run holds. */
export function removal(id: number, name: string): InStatement[] {
  return [
    // The scores that refer to the evaluations say which they are, and so go after them.
    'PRAGMA defer_foreign_keys = ON',
    {
      sql: `DELETE FROM evaluations WHERE id IN (SELECT evaluation FROM scores WHERE run = ?) AND NOT ${HELD_BY_OTHERS}`,
      args: [id, id],
    },
    // Its failed ones that a reopening has left without a score.
    { sql: 'DELETE FROM evaluations WHERE scope = ?', args: [name] },
    ...['leases', 'scores', 'checkpoints', 'proposals', 'batches'].map((table) => ({
      sql: `DELETE FROM ${table} WHERE run = ?`,
      args: [id],
    })),
    { sql: 'DELETE FROM runs WHERE id = ?', args: [id] },
  ];
}

/**
 * Renames a run. Its failed evaluations are its own by its name, which their checksums and those of their scores cover.
 *
 * @param run Its row.
 * @param failed Rows of these evaluations: `evaluation`, its columns, and `role` and `position` if it has a score.
 */
export function renaming(
  path: string,
  run: Columns,
  name: string,
  failed: readonly Columns[],
): InStatement[] {
  const scope = name;
  return [
    {
      sql: 'UPDATE runs SET name = ?, checksum = ? WHERE id = ?',
      args: [name, sealOf('run', { ...run, name }), id(run)],
    },
    ...failed.map((row) => ({
      sql: 'UPDATE evaluations SET scope = ?, checksum = ? WHERE id = ?',
      args: [scope, sealOf('evaluation', { ...row, scope }), Number(row.evaluation)],
    })),
    ...failed
      .filter(({ role }) => role !== null)
      .map((row) => ({
        sql: 'UPDATE scores SET checksum = ? WHERE run = ? AND role = ? AND position = ?',
        args: [
          sealOf('score', { ...row, ...scoreIdentity(readEvaluation(path, row)), scope, mark: run.mark }),
          ...[id(run), String(row.role), Number(row.position)],
        ],
      })),
  ];
}

/** @param note Null for none. */
export function noting(run: Columns, note: string | null): InStatement {
  return {
    sql: 'UPDATE runs SET note = ?, checksum = ? WHERE id = ?',
    args: [note, sealOf('run', { ...run, note }), id(run)],
  };
}

/**
 * Gives a run another configuration, and takes it back to the newest checkpoint before which no more than `batches` were asked: what was asked
 * later, and all retests, are forgotten. Evaluations stay.
 */
export function reopening(run: Columns, config: unknown, batches: number): InStatement[] {
  const text = toJson(config);
  const kept = 'SELECT coalesce(max(asked), 0) FROM checkpoints WHERE run = ? AND asked <= ?';
  const first = `SELECT coalesce(sum(size), 0) FROM batches WHERE run = ? AND batch < (${kept})`;
  const at = [id(run), batches];
  return [
    {
      sql: 'UPDATE runs SET config = ?, finished = 0, checksum = ? WHERE id = ?',
      args: [text, sealOf('run', { ...run, config: text }), id(run)],
    },
    { sql: "DELETE FROM scores WHERE run = ? AND role = 'retest'", args: [id(run)] },
    {
      sql: `DELETE FROM scores WHERE run = ? AND role = 'proposal' AND position >= (${first})`,
      args: [id(run), id(run), ...at],
    },
    {
      sql: `DELETE FROM proposals WHERE run = ? AND position >= (${first})`,
      args: [id(run), id(run), ...at],
    },
    { sql: `DELETE FROM batches WHERE run = ? AND batch >= (${kept})`, args: [id(run), ...at] },
    { sql: 'DELETE FROM checkpoints WHERE run = ? AND asked > ?', args: at },
  ];
}

const id = (run: Columns): number => Number(run.id);
