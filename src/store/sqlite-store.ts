import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client, InStatement, ResultSet } from '@libsql/client';
import { NosError, unknownName } from '../errors.ts';
import { type Evaluation, type EvaluationIdentity, identityFields } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import type { Metrics } from '../search/index.ts';
import { shellWord } from '../shell.ts';
import { HELD, noting, removal, renaming, reopening } from './care.ts';
import { decodeRows, exact, named, packed } from './columns.ts';
import {
  type Columns,
  readAppended,
  readBatch,
  readCheckpoint,
  readEvaluation,
  readProposal,
  readRun,
  readScore,
  readSummary,
  scoreIdentity,
  sealOf,
} from './documents.ts';
import { corrupt, guarded, readOnly } from './errors.ts';
import { isLocked, lockFile, PATIENCE_MS } from './lock.ts';
import type {
  Checkpoint,
  NewBatch,
  NewRun,
  Removed,
  RunLock,
  RunRecord,
  Score,
  ScoreRole,
  ScoreSummary,
  Store,
  StoredBatch,
  StoredProposal,
} from './store.ts';
import { verifyRun } from './verify.ts';

/** Older checkpoints are dropped: the newest one is what a resume reads, the others are for whoever looks into a fault. */
const KEPT_CHECKPOINTS = 3;

/** Rows that are read at once, where a table has many. */
const PAGE = 500;

const RUNS = `
  SELECT ${packed({
    ...named(
      'r',
      'id',
      'name',
      'config',
      'created_at',
      'version',
      'fingerprint',
      'finished',
      'driver',
      'note',
      'checksum',
    ),
    proposals: '(SELECT count(*) FROM proposals p WHERE p.run = r.id)',
    told: '(SELECT coalesce(sum(size), 0) FROM batches b WHERE b.run = r.id AND b.metrics IS NOT NULL)',
  })}, ${exact('seconds', 'r.seconds')} FROM runs r`;

const EVALUATION = { ...named('e', 'scope', 'document'), evaluation_checksum: 'e.checksum' };

const EVALUATIONS = `SELECT ${packed(EVALUATION)} FROM evaluations e`;

/** The evaluation of a run's best proposal. */
const BEST = `
  ${EVALUATIONS} JOIN scores s ON s.evaluation = e.id
  WHERE s.run = ? AND s.role = 'proposal' AND json_extract(e.document, '$.status') = 'ok'
  ORDER BY json_extract(e.document, '$.reward') DESC LIMIT 1`;

const PROPOSALS = `
  SELECT ${packed({ ...named('p', 'position', 'batch', 'tokens', 'rule', 'key', 'checksum'), ...EVALUATION })},
    ${exact('log_probability', 'p.log_probability')}
  FROM proposals p
  LEFT JOIN scores s ON s.run = p.run AND s.role = 'proposal' AND s.position = p.position
  LEFT JOIN evaluations e ON e.id = s.evaluation`;

/** Proposals without their evaluations. */
const PROPOSAL_ROWS = `
  SELECT ${packed({ ...named('p', 'position', 'batch', 'tokens', 'rule', 'key', 'checksum'), document: 'NULL' })},
    ${exact('log_probability', 'p.log_probability')}
  FROM proposals p WHERE p.run = ? AND p.position >= ? ORDER BY p.position LIMIT ?`;

const SCORES = `
  SELECT ${packed({ ...named('s', 'role', 'position', 'checksum'), ...EVALUATION })}
  FROM scores s JOIN evaluations e ON e.id = s.evaluation
  WHERE s.run = ? AND s.role = ? AND s.position >= ? ORDER BY s.position LIMIT ?`;

const ROLES: readonly ScoreRole[] = ['reference', 'proposal', 'retest'];

const BATCHES = `SELECT ${packed(named('b', 'batch', 'first', 'size', 'metrics', 'appended', 'checksum'))} FROM batches b`;

const CHECKPOINTS = `SELECT ${packed(named('c', 'asked', 'told', 'state', 'checksum'))} FROM checkpoints c`;

const IDENTITY = `${identityFields.map((name) => `${name} = ?`).join(' AND ')} AND scope IN (?, ?)`;

/** {@link Store} on libSQL; {@link openStore} makes it. */
export class SqliteStore implements Store {
  readonly path: string;
  readonly #client: Client;
  readonly #writable: boolean;
  readonly #locks = new Set<RunLock>();

  constructor(path: string, client: Client, writable: boolean) {
    this.path = path;
    this.#client = client;
    this.#writable = writable;
  }

  async createRun(run: NewRun): Promise<void> {
    const { name, createdAt, version, fingerprint } = run;
    const row = { name, config: toJson(run.config), created_at: createdAt, version, fingerprint };
    const [inserted] = await this.#write([
      {
        sql: `INSERT OR IGNORE INTO runs (name, config, created_at, version, fingerprint, checksum)
              VALUES (?, ?, ?, ?, ?, ?)`,
        args: [name, row.config, createdAt, version, fingerprint, sealOf('run', row)],
      },
    ]);
    if (inserted?.rowsAffected === 0) throw runExists(name);
  }

  async listRuns(): Promise<readonly RunRecord[]> {
    const rows = await this.#rows(`${RUNS} ORDER BY r.id`);
    return Promise.all(rows.map((row) => this.#readRun(row)));
  }

  async run(name: string): Promise<RunRecord> {
    return this.#readRun(await this.#runRow(name));
  }

  async lockRun(name: string, driver: string): Promise<RunLock> {
    const row = await this.#runRow(name);
    if (!this.#writable) throw readOnly(this.path);
    const lock = await guarded(this.path, () => lockFile(this.#lockPath(row), PATIENCE_MS));
    if (lock === undefined) throw runLocked(name, String(row.driver));
    this.#locks.add(lock);
    await this.#write([{ sql: 'UPDATE runs SET driver = ? WHERE name = ?', args: [driver, name] }]);
    const release = async (): Promise<void> => {
      if (this.#locks.delete(lock)) await lock.release();
    };
    return { release };
  }

  async verify(run: string): Promise<void> {
    const id = await this.#runId(run);
    await guarded(this.path, () => verifyRun(this.#client, this.path, run, id));
    // A resume reads the evaluations itself, and of the proposals only those in flight.
    for await (const rows of this.#pages(PROPOSAL_ROWS, [id]))
      for (const row of rows) readProposal(this.path, row);
  }

  async finishRun(name: string): Promise<void> {
    await this.#write([{ sql: 'UPDATE runs SET finished = 1 WHERE name = ?', args: [name] }]);
  }

  async removeRun(name: string): Promise<Removed> {
    return this.#owning(name, async (row) => {
      const id = Number(row.id);
      const before = await this.#size();
      const [held] = await this.#rows(HELD, [id, id]);
      await this.#write(removal(id, name));
      // What is not given back now, as another process reads, later runs fill.
      await this.#client.execute('VACUUM').catch(() => undefined);
      await this.#client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
      const shared = Number(held?.shared);
      return {
        proposals: Number(row.proposals),
        evaluations: Number(held?.held) - shared,
        shared,
        bytes: Math.max(before - (await this.#size()), 0),
      };
    });
  }

  async renameRun(name: string, to: string): Promise<void> {
    await this.#owning(name, async (row) => {
      const [taken] = await this.#rows('SELECT id FROM runs WHERE name = ?', [to]);
      if (taken) throw nameTaken(to);
      const failed = await this.#rows(
        `SELECT ${packed({ evaluation: 'e.id', ...EVALUATION, ...named('s', 'role', 'position') })} FROM evaluations e LEFT JOIN scores s ON s.evaluation = e.id WHERE e.scope = ?`,
        [name],
      );
      await this.#write(renaming(this.path, row, to, failed));
    });
  }

  async noteRun(name: string, note: string): Promise<void> {
    await this.#write([noting(await this.#runRow(name), note === '' ? null : note)]);
  }

  async reopenRun(name: string, config: unknown, batches: number): Promise<void> {
    await this.#owning(name, async (row) => {
      await this.#write(reopening(row, config, batches));
    });
  }

  async addSeconds(name: string, seconds: number): Promise<void> {
    await this.#write([
      { sql: 'UPDATE runs SET seconds = seconds + ? WHERE name = ?', args: [seconds, name] },
    ]);
  }

  async addBatch(run: string, added: NewBatch, checkpoint: Checkpoint): Promise<void> {
    const id = await this.#runId(run);
    const { batch, first, proposals } = added;
    const size = proposals.length;
    const appended = added.appended || null;
    const { asked, told, state } = checkpoint;
    await this.#write([
      {
        sql: 'INSERT OR IGNORE INTO batches (run, batch, first, size, appended, checksum) VALUES (?, ?, ?, ?, ?, ?)',
        args: [
          id,
          batch,
          first,
          size,
          appended,
          sealOf('batch', { batch, first, size, metrics: null, appended }),
        ],
      },
      ...proposals.map((proposal, i) => insertProposal(id, batch, first + i, proposal)),
      {
        sql: 'INSERT OR REPLACE INTO checkpoints (run, asked, told, state, checksum) VALUES (?, ?, ?, ?, ?)',
        args: [id, asked, told, state, sealOf('checkpoint', { asked, told, state })],
      },
      {
        sql: 'DELETE FROM checkpoints WHERE run = ? AND asked <= ?',
        args: [id, asked - KEPT_CHECKPOINTS],
      },
    ]);
  }

  async tellBatch(run: string, batch: number, told: Metrics): Promise<void> {
    const id = await this.#runId(run);
    const key = [id, batch];
    const [row] = await this.#rows(`${BATCHES} WHERE run = ? AND batch = ?`, key);
    const metrics = toJson(told);
    const seal = sealOf('batch', { ...row, metrics });
    await this.#write([
      {
        sql: 'UPDATE batches SET metrics = ?, checksum = ? WHERE run = ? AND batch = ?',
        args: [metrics, seal, ...key],
      },
    ]);
  }

  async checkpoint(run: string): Promise<Checkpoint | undefined> {
    const [row] = await this.#rows(`${CHECKPOINTS} WHERE c.run = ? ORDER BY c.asked DESC LIMIT 1`, [
      await this.#runId(run),
    ]);
    return row && readCheckpoint(this.path, row);
  }

  async appended(run: string): Promise<readonly string[]> {
    const rows = await this.#rows(`${BATCHES} WHERE run = ? AND appended IS NOT NULL ORDER BY batch`, [
      await this.#runId(run),
    ]);
    return rows.map((row) => readAppended(this.path, row));
  }

  async addScore(run: string, role: ScoreRole, index: number, evaluation: Evaluation): Promise<void> {
    const id = await this.#runId(run);
    const scope = evaluation.status === 'failed' ? run : '';
    const identity = identityOf(evaluation);
    const seal = sealOf('score', { ...scoreIdentity(evaluation), role, position: index, scope });
    await this.#write([
      insertion(evaluation, scope),
      {
        sql: `INSERT OR IGNORE INTO scores (run, role, position, evaluation, checksum)
              SELECT ?, ?, ?, id, ? FROM evaluations WHERE ${IDENTITY}`,
        args: [id, role, index, seal, ...identity, scope, scope],
      },
    ]);
  }

  async findEvaluation(run: string, identity: EvaluationIdentity): Promise<Evaluation | undefined> {
    // This run's own failure comes first, so that a resume replays it whatever other runs have found since.
    const [row] = await this.#rows(`${EVALUATIONS} WHERE ${IDENTITY} ORDER BY e.scope DESC LIMIT 1`, [
      ...identityOf(identity),
      '',
      run,
    ]);
    if (row === undefined) return undefined;
    const found = readEvaluation(this.path, row);
    if (String(identityOf(found)) === String(identityOf(identity))) return found;
    throw corrupt(this.path, `the evaluation of ${identity.key} in it is another one's`);
  }

  async addEvaluation(evaluation: Evaluation): Promise<void> {
    if (evaluation.status !== 'failed') await this.#write([insertion(evaluation, '')]);
  }

  async evaluations(identity: Partial<EvaluationIdentity>): Promise<readonly Evaluation[]> {
    const given = identityFields.filter((name) => identity[name] !== undefined);
    const conditions = [...given, 'scope'].map((name) => `${name} = ?`).join(' AND ');
    const rows = await this.#rows(`${EVALUATIONS} WHERE ${conditions} ORDER BY e.id`, [
      ...given.map((name) => identity[name] as string | number),
      '',
    ]);
    return rows.map((row) => readEvaluation(this.path, row));
  }

  async proposals(run: string, first = 0): Promise<readonly StoredProposal[]> {
    const pages = this.#pages(
      `${PROPOSALS} WHERE p.run = ? AND p.position >= ? ORDER BY p.position LIMIT ?`,
      [await this.#runId(run)],
      first,
    );
    const proposals: StoredProposal[] = [];
    for await (const rows of pages) proposals.push(...rows.map((row) => readProposal(this.path, row)));
    return proposals;
  }

  async proposal(run: string, index: number): Promise<StoredProposal> {
    const [row] = await this.#rows(`${PROPOSALS} WHERE p.run = ? AND p.position = ?`, [
      await this.#runId(run),
      index,
    ]);
    if (row) return readProposal(this.path, row);
    const { proposals } = await this.#runRow(run);
    throw new NosError(
      'unknown-name',
      `run '${run}' has no proposal ${index}`,
      proposals === 0 ? 'it has none yet' : `known: 0 to ${Number(proposals) - 1}`,
    );
  }

  async batches(run: string): Promise<readonly StoredBatch[]> {
    const rows = await this.#rows(`${BATCHES} WHERE run = ? ORDER BY batch`, [await this.#runId(run)]);
    return rows.map((row) => readBatch(this.path, row));
  }

  async scores(run: string): Promise<readonly Score[]> {
    const scores: Score[] = [];
    for await (const score of this.streamScores(run)) scores.push(score);
    return scores;
  }

  async *streamScores(run: string): AsyncGenerator<Score> {
    for await (const rows of this.#scorePages(run, ROLES)) {
      yield* rows.map((row) => readScore(this.path, row));
    }
  }

  async *streamSummaries(run: string, roles = ROLES): AsyncGenerator<ScoreSummary> {
    for await (const rows of this.#scorePages(run, roles)) {
      yield* rows.map((row) => readSummary(this.path, row));
    }
  }

  async close(): Promise<void> {
    for (const lock of this.#locks) await lock.release();
    this.#locks.clear();
    if (this.#client.closed) return;
    // So that the one file is the whole store for whoever copies it. Not vital: the next to open it does the same.
    await this.#client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
    this.#client.close();
  }

  /** Does something to a run that nobody drives meanwhile. */
  async #owning<T>(name: string, act: (row: Columns) => Promise<T>): Promise<T> {
    const lock = await this.lockRun(name, `process ${process.pid}`);
    try {
      return await act(await this.#runRow(name));
    } finally {
      await lock.release();
    }
  }

  /** Bytes of the file, and of what was written beside it. */
  async #size(): Promise<number> {
    const sizes = [this.path, `${this.path}-wal`].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async #readRun(row: Columns): Promise<RunRecord> {
    const running = !row.finished && (await isLocked(this.#lockPath(row)));
    const [best] = await this.#rows(BEST, [Number(row.id)]);
    return readRun(this.path, row, running, best);
  }

  async #runRow(name: string): Promise<Columns> {
    const [row] = await this.#rows(`${RUNS} WHERE r.name = ?`, [name]);
    if (row) return row;
    const known = await this.#rows(
      `SELECT ${packed({ name: 'r.name' })} FROM runs r ORDER BY r.id DESC LIMIT 20`,
    );
    throw unknownName(
      'run',
      name,
      known.map((run) => String(run.name)),
    );
  }

  async #runId(name: string): Promise<number> {
    const [row] = await this.#rows('SELECT id FROM runs WHERE name = ?', [name]);
    return row ? Number(row.id) : Number((await this.#runRow(name)).id);
  }

  /** Named by the run's number: a run's name need not be fit for a file name. */
  #lockPath(row: Columns): string {
    return `${this.path}-locks/run-${row.id}`;
  }

  async *#scorePages(run: string, roles: readonly ScoreRole[]): AsyncGenerator<readonly Columns[]> {
    const id = await this.#runId(run);
    for (const role of roles) yield* this.#pages(SCORES, [id, role]);
  }

  /**
   * The rows of a statement, a page at a time, so that a long run is never in memory as a whole.
   *
   * @param sql In order of `position`; its last parameters are the first position and the number of rows.
   */
  async *#pages(
    sql: string,
    args: readonly (string | number)[],
    first = 0,
  ): AsyncGenerator<readonly Columns[]> {
    for (let next = first; ; ) {
      const rows = await this.#rows(sql, [...args, next, PAGE]);
      yield rows;
      if (rows.length < PAGE) return;
      next = Number(rows.at(-1)?.position) + 1;
      // libSQL frees a statement in a turn of the event loop, which promises alone never give.
      await nextTurn();
    }
  }

  #rows(sql: string, args: readonly (string | number)[] = []): Promise<readonly Columns[]> {
    return guarded(this.path, async () => decodeRows(this.path, await this.#client.execute(sql, [...args])));
  }

  async #write(statements: InStatement[]): Promise<ResultSet[]> {
    if (!this.#writable) throw readOnly(this.path);
    return guarded(this.path, () => this.#client.batch(statements, 'write'));
  }
}

function insertProposal(
  run: number,
  batch: number,
  position: number,
  { tokens, rule, key, logProbability }: NewBatch['proposals'][number],
): { sql: string; args: (string | number | null)[] } {
  const values = { position, batch, tokens: toJson(tokens), rule, key };
  const log_probability = storable(logProbability ?? null);
  return {
    sql: `INSERT OR IGNORE INTO proposals (run, position, batch, tokens, rule, key, log_probability, checksum)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      run,
      ...Object.values(values),
      log_probability,
      sealOf('proposal', { ...values, log_probability }),
    ],
  };
}

function identityOf(identity: EvaluationIdentity): (string | number)[] {
  return identityFields.map((name) => identity[name]);
}

function insertion(evaluation: Evaluation, scope: string): InStatement {
  const document = toJson(evaluation);
  return {
    sql: `INSERT OR IGNORE INTO evaluations (${[...identityFields, 'scope', 'document', 'checksum'].join(', ')})
          VALUES (${identityFields.map(() => '?').join(', ')}, ?, ?, ?)`,
    args: [...identityOf(evaluation), scope, document, sealOf('evaluation', { scope, document })],
  };
}

/** SQLite has no NaN, and libSQL refuses ±∞: they are kept by name. */
function storable(value: number | null): number | string | null {
  return value === null || Number.isFinite(value) ? value : String(value);
}

function runExists(name: string): NosError {
  return new NosError(
    'run-exists',
    `there is a run '${name}' already`,
    `\`nos resume ${shellWord(name)}\`, or another --run`,
  );
}

function nameTaken(name: string): NosError {
  return new NosError('run-exists', `there is a run '${name}' already`, 'choose another name');
}

function runLocked(name: string, driver: string): NosError {
  return new NosError(
    'run-locked',
    `run '${name}' is driven by another coordinator (${driver})`,
    'wait for it, or stop it first',
  );
}
