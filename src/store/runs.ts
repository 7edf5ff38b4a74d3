import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { NosError } from '../errors.ts';
import { toJson } from '../json.ts';
import { shellWord } from '../shell.ts';
import { HELD, noting, removal, renaming, reopening } from './care.ts';
import { exact, named, packed } from './columns.ts';
import { type Database, markOf } from './database.ts';
import { type Columns, EVALUATION, readProposal, readRun, sealOf } from './documents.ts';
import { guarded } from './errors.ts';
import { isLocked, lockFile, PATIENCE_MS } from './lock.ts';
import type { RunLock, RunRecord, Store } from './store.ts';
import { verifyRun } from './verify.ts';

/** The evaluation of a run's best proposal. */
const BEST = `
  SELECT ${packed(EVALUATION)} FROM evaluations e JOIN scores s ON s.evaluation = e.id
  WHERE s.run = ? AND s.role = 'proposal' AND json_extract(e.document, '$.status') IN ('ok', 'stopped')
  ORDER BY json_extract(e.document, '$.status') = 'ok' DESC, json_extract(e.document, '$.reward') DESC LIMIT 1`;

/** Proposals without their evaluations. */
export const PROPOSAL_ROWS = `
  SELECT ${packed({ ...named('p', 'position', 'batch', 'tokens', 'rule', 'key', 'parent', 'checksum'), ...markOf('p'), document: 'NULL' })},
    ${exact('log_probability', 'p.log_probability')}
  FROM proposals p WHERE p.run = ? AND p.position >= ? ORDER BY p.position LIMIT ?`;

type Runs = Pick<
  Store,
  | 'createRun'
  | 'listRuns'
  | 'run'
  | 'lockRun'
  | 'verify'
  | 'finishRun'
  | 'removeRun'
  | 'renameRun'
  | 'noteRun'
  | 'reopenRun'
  | 'addSeconds'
>;

/** The part of a store that looks after runs, and the locks that it holds. */
export function runsOf(db: Database): Runs & { readonly locks: ReadonlySet<RunLock> } {
  const { path } = db;
  const locks = new Set<RunLock>();
  /** The lock's file is named by the run's number: a run's name need not be fit for a file name. */
  const lockPath = (row: Columns): string => `${path}-locks/run-${row.id}`;

  const read = async (row: Columns): Promise<RunRecord> => {
    const running = !row.finished && (await isLocked(lockPath(row)));
    const [best] = await db.rows(BEST, [Number(row.id)]);
    return readRun(path, row, running, best);
  };

  const lockRun = async (name: string, driver: string): Promise<RunLock> => {
    const row = await db.runRow(name);
    db.checkWritable();
    const lock = await guarded(path, () => lockFile(lockPath(row), PATIENCE_MS));
    if (lock === undefined) throw runLocked(name, String(row.driver));
    const held: RunLock = {
      release: async () => {
        if (locks.delete(held)) await lock.release();
      },
    };
    locks.add(held);
    await db.write([{ sql: 'UPDATE runs SET driver = ? WHERE name = ?', args: [driver, name] }]);
    return held;
  };

  /** Does something to a run that nobody drives meanwhile. */
  const owning = async <T>(name: string, act: (row: Columns) => Promise<T>): Promise<T> => {
    const lock = await lockRun(name, `process ${process.pid}`);
    try {
      return await act(await db.runRow(name));
    } finally {
      await lock.release();
    }
  };

  return {
    locks,
    lockRun,

    async createRun(run) {
      const { name, createdAt, version, fingerprint } = run;
      const row = {
        name,
        config: toJson(run.config),
        created_at: createdAt,
        version,
        fingerprint,
        note: null,
      };
      const [inserted] = await db.write([insertRun(row)]);
      if (inserted?.rowsAffected === 0) {
        throw runExists(name, `\`nos resume ${shellWord(name)}\`, or another --run`);
      }
    },

    async listRuns() {
      return Promise.all((await db.runRows()).map(read));
    },

    async run(name) {
      return read(await db.runRow(name));
    },

    async verify(run) {
      const id = await db.runId(run);
      await guarded(path, () => verifyRun(db.client, path, run, id));
      // A resume reads the evaluations itself, and of the proposals only those in flight.
      for await (const rows of db.pages(PROPOSAL_ROWS, [id])) for (const row of rows) readProposal(path, row);
    },

    async finishRun(name) {
      await db.write([{ sql: 'UPDATE runs SET finished = 1 WHERE name = ?', args: [name] }]);
    },

    async removeRun(name) {
      return owning(name, async (row) => {
        const id = Number(row.id);
        const before = await sizeOf(path);
        const [held] = await db.rows(HELD, [id, id]);
        await db.write(removal(id, name));
        // What is not given back now, as another process reads, later runs fill.
        await db.client.execute('VACUUM').catch(() => undefined);
        await db.client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
        const shared = Number(held?.shared);
        return {
          proposals: Number(row.proposals),
          evaluations: Number(held?.held) - shared,
          shared,
          bytes: Math.max(before - (await sizeOf(path)), 0),
        };
      });
    },

    async renameRun(name, to) {
      await owning(name, async (row) => {
        const [taken] = await db.rows('SELECT id FROM runs WHERE name = ?', [to]);
        if (taken) throw runExists(to, 'choose another name');
        const failed = await db.rows(
          `SELECT ${packed({ evaluation: 'e.id', ...EVALUATION, ...named('s', 'role', 'position') })}
           FROM evaluations e LEFT JOIN scores s ON s.evaluation = e.id WHERE e.scope = ?`,
          [name],
        );
        await db.write(renaming(path, row, to, failed));
      });
    },

    async noteRun(name, note) {
      await db.write([noting(await db.runRow(name), note === '' ? null : note)]);
    },

    async reopenRun(name, config, batches) {
      await owning(name, (row) => db.write(reopening(row, config, batches)));
    },

    async addSeconds(name, seconds) {
      await db.write([
        { sql: 'UPDATE runs SET seconds = seconds + ? WHERE name = ?', args: [seconds, name] },
      ]);
    },
  };
}

/** A run with a mark of its own; nothing if the name is taken. */
export function insertRun(
  row: Readonly<Record<'name' | 'config' | 'created_at' | 'version' | 'fingerprint', string>> & {
    readonly note: string | null;
  },
): { readonly sql: string; readonly args: (string | null)[] } {
  const marked = { ...row, mark: randomBytes(12).toString('hex') };
  const names = Object.keys(marked);
  return {
    sql: `INSERT OR IGNORE INTO runs (${names.join(', ')}, checksum) VALUES (${names.map(() => '?').join(', ')}, ?)`,
    args: [...Object.values(marked), sealOf('run', marked)],
  };
}

/** Bytes of the file, and of what was written beside it. */
async function sizeOf(file: string): Promise<number> {
  const sizes = [file, `${file}-wal`].map((path) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

export function runExists(name: string, hint: string): NosError {
  return new NosError('run-exists', `there is a run '${name}' already`, hint);
}

function runLocked(name: string, driver: string): NosError {
  return new NosError(
    'run-locked',
    `run '${name}' is driven by another coordinator (${driver})`,
    'wait for it, or stop it first',
  );
}
