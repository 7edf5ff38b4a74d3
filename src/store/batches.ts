import type { InStatement } from '@libsql/client';
import { NosError } from '../errors.ts';
import { toJson } from '../json.ts';
import type { Metrics } from '../search/index.ts';
import { exact, named, packed } from './columns.ts';
import { type Database, markOf, type RunKey } from './database.ts';
import { EVALUATION, readAppended, readBatch, readCheckpoint, readProposal, sealOf } from './documents.ts';
import type { Checkpoint, Store, StoredProposal } from './store.ts';

/** Older checkpoints are dropped: the newest one is what a resume reads, the others are for whoever looks into a fault. */
const KEPT_CHECKPOINTS = 3;

const PROPOSALS = `
  SELECT ${packed({ ...named('p', 'position', 'batch', 'tokens', 'rule', 'key', 'parent', 'checksum'), ...markOf('p'), ...EVALUATION })},
    ${exact('log_probability', 'p.log_probability')}
  FROM proposals p
  LEFT JOIN scores s ON s.run = p.run AND s.role = 'proposal' AND s.position = p.position
  LEFT JOIN evaluations e ON e.id = s.evaluation`;

const BATCHES = `SELECT ${packed({ ...named('b', 'batch', 'first', 'size', 'metrics', 'appended', 'checksum'), ...markOf('b') })} FROM batches b`;

const CHECKPOINTS = `SELECT ${packed({ ...named('c', 'asked', 'told', 'state', 'checksum'), ...markOf('c') })} FROM checkpoints c`;

type Batches = Pick<
  Store,
  'addBatch' | 'tellBatch' | 'checkpoint' | 'appended' | 'proposals' | 'proposal' | 'batches'
>;

/** The part of a store that looks after batches, their proposals and the strategy's checkpoints. */
export function batchesOf(db: Database): Batches {
  const { path } = db;
  return {
    async addBatch(run, { batch, first, proposals, ...added }, { asked, told, state }) {
      const key = await db.runKey(run);
      const { appended } = added;
      await db.write([
        insertBatch(key, { batch, first, size: proposals.length, appended }),
        ...proposals.map(({ identity, ...proposal }, i) =>
          insertProposal(key, { index: first + i, batch, ...proposal, key: identity.key }),
        ),
        insertCheckpoint(key, { asked, told, state }),
        {
          sql: 'DELETE FROM checkpoints WHERE run = ? AND asked <= ?',
          args: [key.id, asked - KEPT_CHECKPOINTS],
        },
      ]);
    },

    async tellBatch(run, batch, told) {
      const key = [await db.runId(run), batch];
      const [row] = await db.rows(`${BATCHES} WHERE run = ? AND batch = ?`, key);
      const metrics = toJson(told);
      const seal = sealOf('batch', { ...row, metrics });
      await db.write([
        {
          sql: 'UPDATE batches SET metrics = ?, checksum = ? WHERE run = ? AND batch = ?',
          args: [metrics, seal, ...key],
        },
      ]);
    },

    async checkpoint(run) {
      const newest = `${CHECKPOINTS} WHERE c.run = ? ORDER BY c.asked DESC LIMIT 1`;
      const [row] = await db.rows(newest, [await db.runId(run)]);
      return row && readCheckpoint(path, row);
    },

    async appended(run) {
      const rows = await db.rows(`${BATCHES} WHERE run = ? AND appended IS NOT NULL ORDER BY batch`, [
        await db.runId(run),
      ]);
      return rows.map((row) => readAppended(path, row));
    },

    async proposals(run, first = 0) {
      const sql = `${PROPOSALS} WHERE p.run = ? AND p.position >= ? ORDER BY p.position LIMIT ?`;
      const proposals: StoredProposal[] = [];
      for await (const rows of db.pages(sql, [await db.runId(run)], first)) {
        proposals.push(...rows.map((row) => readProposal(path, row)));
      }
      return proposals;
    },

    async proposal(run, index) {
      const [row] = await db.rows(`${PROPOSALS} WHERE p.run = ? AND p.position = ?`, [
        await db.runId(run),
        index,
      ]);
      if (row) return readProposal(path, row);
      const { proposals } = await db.runRow(run);
      throw new NosError(
        'unknown-name',
        `run '${run}' has no proposal ${index}`,
        proposals === 0 ? 'it has none yet' : `known: 0 to ${Number(proposals) - 1}`,
      );
    },

    async batches(run) {
      const rows = await db.rows(`${BATCHES} WHERE run = ? ORDER BY batch`, [await db.runId(run)]);
      return rows.map((row) => readBatch(path, row));
    },
  };
}

/** @param metrics What the strategy said of it when it was told, if it was. */
export function insertBatch(run: RunKey, { batch, first, size, ...rest }: BatchValues): InStatement {
  const metrics = rest.metrics === undefined ? null : toJson(rest.metrics);
  const values = { batch, first, size, metrics, appended: rest.appended || null };
  return {
    sql: `INSERT OR IGNORE INTO batches (run, batch, first, size, metrics, appended, checksum)
          VALUES (?, ?, ?, ?, ?, ?, ?)`,
    args: [run.id, ...Object.values(values), sealOf('batch', { ...values, mark: run.mark })],
  };
}

interface BatchValues {
  readonly batch: number;
  readonly first: number;
  readonly size: number;
  readonly metrics?: Metrics | undefined;
  readonly appended?: string | undefined;
}

export function insertCheckpoint(run: RunKey, { asked, told, state }: Checkpoint): InStatement {
  return {
    sql: 'INSERT OR REPLACE INTO checkpoints (run, asked, told, state, checksum) VALUES (?, ?, ?, ?, ?)',
    args: [run.id, asked, told, state, sealOf('checkpoint', { asked, told, state, mark: run.mark })],
  };
}

export function insertProposal(
  run: RunKey,
  { index, batch, tokens, rule, key, logProbability, parent }: ProposalValues,
): InStatement {
  const values = { position: index, batch, tokens: toJson(tokens), rule, key };
  const log_probability = storable(logProbability ?? null);
  return {
    sql: `INSERT OR IGNORE INTO proposals (run, position, batch, tokens, rule, key, log_probability, parent, checksum)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      run.id,
      ...Object.values(values),
      log_probability,
      parent ?? null,
      sealOf('proposal', { ...values, log_probability, parent, mark: run.mark }),
    ],
  };
}

type ProposalValues = Omit<StoredProposal, 'evaluation'>;

/** SQLite has no NaN, and libSQL refuses ±∞: they are kept by name. */
function storable(value: number | null): number | string | null {
  return value === null || Number.isFinite(value) ? value : String(value);
}
