import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InStatement, ResultSet } from '@libsql/client';
import { unknownName } from '../errors.ts';
import { decodeRows, exact, named, packed } from './columns.ts';
import type { Columns } from './documents.ts';
import { corrupt, guarded, readOnly } from './errors.ts';

/** Rows that are read at once from tables that have many. */
const PAGE = 500;

const RUNS = `
  SELECT ${packed({
    ...named('r', 'id', 'name', 'config', 'created_at', 'version', 'fingerprint', 'finished', 'driver'),
    ...named('r', 'note', 'mark', 'checksum'),
    proposals: '(SELECT count(*) FROM proposals p WHERE p.run = r.id)',
    told: '(SELECT coalesce(sum(size), 0) FROM batches b WHERE b.run = r.id AND b.metrics IS NOT NULL)',
  })}, ${exact('seconds', 'r.seconds')} FROM runs r`;

type Values = readonly (string | number)[];

/** Which run a row is of. */
export interface RunKey {
  readonly id: number;
  /** Null for a run of a version before 7. */
  readonly mark: string | null;
}

/** @param row A run's columns. */
export const keyOfRun = ({ id, mark }: Columns): RunKey => ({
  id: Number(id),
  mark: mark === null ? null : String(mark),
});

/** The mark of a row's run, as a column that its checksum covers. */
export const markOf = (table: string): { readonly mark: string } => ({
  mark: `(SELECT mark FROM runs WHERE id = ${table}.run)`,
});

/** What runs statements: a client of the file, or one transaction of it. */
export interface Statements {
  execute(sql: string, args?: (string | number)[]): Promise<ResultSet>;
  execute(statement: InStatement): Promise<ResultSet>;
  /** Runs in a transaction of its own, unless it is in one. */
  batch(statements: InStatement[], mode?: 'write'): Promise<ResultSet[]>;
}

/** What can also begin a transaction. */
export interface Transactions extends Statements {
  transaction(
    mode: 'read' | 'write',
  ): Promise<Statements & { commit(): Promise<void>; readonly close: () => void }>;
}

/** The file, as statements over it: what every part of the store reads and writes through. */
export class Database {
  readonly path: string;
  readonly client: Statements;
  readonly writable: boolean;

  constructor(path: string, client: Statements, writable: boolean) {
    this.path = path;
    this.client = client;
    this.writable = writable;
  }

  rows(sql: string, args: Values = []): Promise<readonly Columns[]> {
    return guarded(this.path, async () => decodeRows(this.path, await this.client.execute(sql, [...args])));
  }

  /** Runs the statements in one transaction. @throws NosError `unwritable`. */
  async write(statements: InStatement[]): Promise<ResultSet[]> {
    this.checkWritable();
    return guarded(this.path, () => this.client.batch(statements, 'write'));
  }

  /** @throws NosError `unwritable`. */
  checkWritable(): void {
    if (!this.writable) throw readOnly(this.path);
  }

  /**
   * Reads the rows of a statement a page at a time, so that a long run is never in memory as a whole.
   *
   * @param sql In order of `position`; its last parameters are the first position and the number of rows.
   */
  async *pages(sql: string, args: Values, first = 0): AsyncGenerator<readonly Columns[]> {
    for (let next = first; ; ) {
      const rows = await this.rows(sql, [...args, next, PAGE]);
      yield rows;
      if (rows.length < PAGE) return;
      next = Number(rows.at(-1)?.position) + 1;
      // libSQL frees a statement in a turn of the event loop, which promises alone never give.
      await nextTurn();
    }
  }

  /** Rows of all runs, oldest first. */
  runRows(): Promise<readonly Columns[]> {
    return this.rows(`${RUNS} ORDER BY r.id`);
  }

  /** @throws NosError `unknown-name`; `store-corrupt` if only the index lacks the run. */
  async runRow(name: string): Promise<Columns> {
    const [row] = await this.rows(`${RUNS} WHERE r.name = ?`, [name]);
    if (row) return row;
    const [unindexed] = await this.rows('SELECT id FROM runs NOT INDEXED WHERE name = ?', [name]);
    if (unindexed) throw corrupt(this.path, `the file is damaged: its index of runs does not have '${name}'`);
    const known = await this.rows(
      `SELECT ${packed({ name: 'r.name' })} FROM runs r ORDER BY r.id DESC LIMIT 20`,
    );
    throw unknownName(
      'run',
      name,
      known.map((run) => String(run.name)),
    );
  }

  /** The number of a run. @throws NosError `unknown-name`. */
  async runId(name: string): Promise<number> {
    return (await this.runKey(name)).id;
  }

  /** What the rows of a run are written with. @throws NosError `unknown-name`. */
  async runKey(name: string): Promise<RunKey> {
    const columns = packed(named('r', 'id', 'mark'));
    const [row] = await this.rows(`SELECT ${columns} FROM runs r WHERE name = ?`, [name]);
    return keyOfRun(row ?? (await this.runRow(name)));
  }
}
