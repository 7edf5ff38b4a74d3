import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Client, createClient } from '@libsql/client/sqlite3';
import { NosError } from '../errors.ts';
import type { Evaluation } from '../evaluation/index.ts';
import { named, packed } from './columns.ts';
import { Database, markOf } from './database.ts';
import { EVALUATION, readEvaluation, readRun, readScore, readSummary } from './documents.ts';
import { guarded } from './errors.ts';
import { isLocked } from './lock.ts';
import { copyUnwritable } from './read-only.ts';
import { requireSchema } from './schema.ts';
import type { RunRecord, Score, ScoreSummary } from './store.ts';

/**
 * What a store holds, read beside searches that write it: one connection, to which the file is read-only, so that nothing is ever written
 * to it, nor brought up to date. Of every score a few columns are copied into a database in memory, once, which then answers in
 * milliseconds however many there are; documents are read from the file as they are asked for.
 */
export interface Digest {
  /** The file. */
  readonly path: string;
  /** A number that changes when scores that were taken in may have gone or changed, not when some came. */
  readonly generation: number;
  /** A number that changes with every write to the file, by whatever process. Costs microseconds. */
  version(): Promise<number>;
  /** Takes in what was written since; what it gives out is as of then. */
  refresh(): Promise<void>;
  /**
   * The same, but while there is much to take in, as when a long run is first read, it waits for no more than so many milliseconds: what
   * it gives out then lacks scores, and {@link reading} says so.
   */
  refreshWithin(milliseconds: number): Promise<void>;
  /** Scores that are taken in, of those that there are, while there is much to take in. */
  readonly reading: { readonly taken: number; readonly scores: number } | undefined;
  /** All runs, oldest first, each with its number. */
  runs(): Promise<readonly DigestRun[]>;
  /** @throws NosError `unknown-name`. */
  run(name: string): Promise<DigestRun>;
  /** The rows of a statement over the tables of the store and {@link SCORES}; texts by {@link textOf}. */
  rows(
    sql: string,
    args?: readonly (string | number)[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The scores of a run that are of these rules, without the parts that no ranking looks at. */
  summaries(run: number, keys: readonly string[]): Promise<readonly ScoreSummary[]>;
  /**
   * The sound evaluations of these rules, of runs and of none, oldest first, without those that a search chose by: a search's best is the
   * luckiest of many.
   */
  freshEvaluations(keys: readonly string[]): Promise<readonly Evaluation[]>;
  /** The whole evaluations of a run that are of these rules. */
  scores(run: number, keys: readonly string[]): Promise<readonly Score[]>;
  close(): void;
}

/**
 * A column that holds a text, for a SELECT of {@link Digest.rows}: the text of a damaged file may be none, which is then said.
 *
 * @example `SELECT ${textOf('key')}, reward FROM digest`
 */
export const textOf = (column: string, name = column): string => `CAST(${column} AS BLOB) AS ${name}`;

export interface DigestRun extends RunRecord {
  /** Its number in the store. */
  readonly id: number;
}

/** The table in memory: a row per score. A reward that is not a number, or of an evaluation that failed, is null. */
const SCORES = `
  CREATE TABLE digest (
    run INTEGER NOT NULL, role TEXT NOT NULL, position INTEGER NOT NULL, evaluation INTEGER NOT NULL, key TEXT NOT NULL, rule TEXT NOT NULL,
    status TEXT NOT NULL, standing INTEGER NOT NULL, reward REAL, rate REAL, steps INTEGER, seconds REAL, made TEXT, reused INTEGER NOT NULL,
    PRIMARY KEY (run, role, position)) WITHOUT ROWID`;

const INDICES = [
  'CREATE INDEX IF NOT EXISTS digest_best ON digest (run, role, standing, reward DESC, position)',
  'CREATE INDEX IF NOT EXISTS digest_key ON digest (run, key)',
];

/** Rows that are taken in at once: a few milliseconds. */
const SLICE = 2000;

/** Scores that take longer than somebody waits for a page. */
const MUCH = 20_000;

const field = (name: string): string => `json_extract(e.document, '$.${name}')`;
/** A number that may be written by name: NaN becomes null. */
const figure = (name: string): string =>
  `CASE ${field(name)} WHEN 'NaN' THEN NULL WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 ELSE CAST(${field(name)} AS REAL) END`;
const STANDING = `CASE ${field('status')} WHEN 'ok' THEN 0 WHEN 'stopped' THEN 1 WHEN 'diverged' THEN 2 WHEN 'rejected' THEN 3 ELSE 4 END`;

const TAKE = `
  INSERT OR REPLACE INTO digest
  SELECT s.run, s.role, s.position, e.id, e.key, ${field('rule')}, ${field('status')}, ${STANDING},
    ${figure('reward')}, ${figure('learningRate')}, ${field('steps')}, ${field('seconds')}, e.made_at,
    ${field('reuses')} IS NOT NULL
  FROM store.scores s JOIN store.evaluations e ON e.id = s.evaluation
  WHERE s.rowid > ? AND s.rowid <= ? ORDER BY s.rowid`;

/**
 * Opens the store at `path` for reading beside others. One that may not be written is read through a copy, which does not change.
 *
 * @throws NosError `unknown-name` if there is no such file; `store-newer`, `store-corrupt`.
 */
export async function openDigest(path: string): Promise<Digest> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new NosError(
      'unknown-name',
      `${file}: there is no store`,
      'a search makes one: nos search --preset quick',
    );
  }
  return guarded(file, async () => {
    const copy = await copyUnwritable(file);
    const client = createClient({ url: ':memory:', concurrency: 1 });
    try {
      const url = `${pathToFileURL(copy?.path ?? file).href.replaceAll("'", '%27')}?mode=ro`;
      await client.execute(`ATTACH '${url}' AS store`);
      await requireSchema(client, file);
      await client.execute(SCORES);
      return digestOf(new Database(file, client, false), client);
    } catch (error) {
      client.close();
      throw error;
    } finally {
      await copy?.remove();
    }
  });
}

function digestOf(db: Database, client: Client): Digest {
  const { path } = db;
  let taken = { version: -1, newest: 0 };
  let generation = 0;
  let reading: Digest['reading'];
  let work: Promise<void> = Promise.resolve();

  const version = async (): Promise<number> => {
    const [row] = await db.rows('PRAGMA store.data_version');
    return Number(row?.data_version);
  };

  const take = async (): Promise<void> => {
    const now = await version();
    if (now === taken.version) return;
    const [row] = await db.rows(`
      SELECT coalesce(max(s.rowid), 0) AS newest, count(*) AS held,
        (SELECT count(*) FROM digest) AS known FROM store.scores s WHERE s.rowid <= ${taken.newest}`);
    // Fewer than were taken: a run was removed or reopened.
    const again = Number(row?.held) !== Number(row?.known);
    if (again) {
      generation++;
      await client.execute('DELETE FROM digest');
    }
    const [last] = await db.rows('SELECT coalesce(max(rowid), 0) AS newest FROM store.scores');
    const newest = Number(last?.newest);
    for (let from = again ? 0 : taken.newest; from < newest; from += SLICE) {
      reading = newest - from > MUCH || reading ? { taken: from, scores: newest } : undefined;
      await client.execute({ sql: TAKE, args: [from, Math.min(from + SLICE, newest)] });
      await nextTurn();
    }
    // After the first rows: to keep them up to date with each would take as long as the rows.
    for (const sql of INDICES) await client.execute(sql);
    taken = { version: now, newest };
    reading = undefined;
  };

  /** Rows of runs at a version of the store: to count what a long run has takes milliseconds, and each document of a page asks. */
  let kept = { version: -1, rows: new Map<string, Awaited<ReturnType<Database['runRow']>>>() };
  const rowOf = async (name: string) => {
    const now = await version();
    if (now !== kept.version) kept = { version: now, rows: new Map() };
    const { rows } = kept;
    const row = rows.get(name) ?? (await db.runRow(name));
    rows.set(name, row);
    return row;
  };

  const recordOf = async (row: Readonly<Record<string, unknown>>): Promise<DigestRun> => {
    const running = !row.finished && (await isLocked(`${path}-locks/run-${row.id}`));
    const [best] = await db.rows(
      `SELECT reward FROM digest WHERE run = ? AND role = 'proposal' AND standing < 2 ORDER BY standing, reward DESC LIMIT 1`,
      [Number(row.id)],
    );
    const record = readRun(path, row, running, undefined);
    const reward = best?.reward;
    return { ...record, id: Number(row.id), ...(typeof reward === 'number' ? { bestReward: reward } : {}) };
  };

  const ofKeys = (run: number, keys: readonly string[]) =>
    db.rows(
      `SELECT ${packed({ ...named('s', 'role', 'position', 'checksum'), ...markOf('s'), ...EVALUATION })}
       FROM store.scores s JOIN store.evaluations e ON e.id = s.evaluation
       JOIN digest d ON d.run = s.run AND d.role = s.role AND d.position = s.position
       WHERE s.run = ? AND d.key IN (SELECT value FROM json_each(?))
       ORDER BY CASE s.role WHEN 'reference' THEN 0 WHEN 'proposal' THEN 1 ELSE 2 END, s.position`,
      [run, JSON.stringify(keys)],
    );

  // One at a time, whoever asks.
  const refresh = (): Promise<void> => {
    work = work.catch(() => undefined).then(() => guarded(path, take));
    return work;
  };

  return {
    path,
    get generation() {
      return generation;
    },
    get reading() {
      return reading;
    },
    version,
    refresh,
    async refreshWithin(milliseconds) {
      const late = new AbortController();
      const whole = refresh().finally(() => late.abort());
      whole.catch(() => undefined);
      await sleep(milliseconds, undefined, { signal: late.signal }).catch(() => whole);
      if (reading === undefined) await whole;
    },
    async runs() {
      return Promise.all((await db.runRows()).map(recordOf));
    },
    async run(name) {
      return recordOf(await rowOf(name));
    },
    rows: (sql, args = []) => db.rows(sql, args),
    async summaries(run, keys) {
      return (await ofKeys(run, keys)).map((row) => readSummary(path, row));
    },
    async scores(run, keys) {
      return (await ofKeys(run, keys)).map((row) => readScore(path, row));
    },
    async freshEvaluations(keys) {
      const rows = await db.rows(
        `SELECT ${packed(EVALUATION)} FROM store.evaluations e
         WHERE e.key IN (SELECT value FROM json_each(?)) AND e.scope = ''
           AND NOT EXISTS (SELECT 1 FROM store.scores s WHERE s.evaluation = e.id AND s.role = 'proposal')
         ORDER BY e.id`,
        [JSON.stringify(keys)],
      );
      return rows.map((row) => readEvaluation(path, row));
    },
    close: () => client.close(),
  };
}
