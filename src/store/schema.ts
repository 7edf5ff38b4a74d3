import type { Client } from '@libsql/client';
import { NosError } from '../errors.ts';
import { identityFields } from '../evaluation/index.ts';

/** Marks a SQLite file as ours: "NOS1". */
const APPLICATION_ID = 0x4e4f5331;

/** The version of the tables below, kept in `PRAGMA user_version`; a change of the tables raises it. */
const SCHEMA_VERSION = 8;
const MARK = `PRAGMA user_version = ${SCHEMA_VERSION}`;

/**
 * The table of evaluations.
 *
 * @param identity What says which evaluation it is, together with its scope.
 * @param more Columns that may be null.
 */
function evaluationsTable(table: string, identity: readonly string[], more: readonly string[]): string {
  const columns = [
    'id INTEGER PRIMARY KEY',
    ...identity.map((name) => `${name} ${name === 'seed' ? 'INTEGER' : 'TEXT'} NOT NULL`),
    'scope TEXT NOT NULL',
    'document TEXT NOT NULL',
    ...more.map((name) => `${name} TEXT`),
    `UNIQUE (${[...identity, 'scope'].join(', ')})`,
  ];
  return `CREATE TABLE ${table} (${columns.join(', ')}) STRICT`;
}

/** Gives the evaluations, whose columns are there, another identity: SQLite can change a table's UNIQUE only with the table. */
function rebuildEvaluations(identity: readonly string[], more: readonly string[]): readonly string[] {
  const columns = ['id', ...identity, 'scope', 'document', ...more].join(', ');
  return [
    evaluationsTable('evaluations_new', identity, more),
    `INSERT INTO evaluations_new (${columns}) SELECT ${columns} FROM evaluations`,
    'DROP TABLE evaluations',
    'ALTER TABLE evaluations_new RENAME TO evaluations',
  ];
}

/** A failed evaluation of a run that is removed goes with it: without this, each would search all scores for those that refer to it. */
const SCORES_OF_EVALUATION = 'CREATE INDEX scores_of_evaluation ON scores (evaluation)';

/** Who asked for what, and until when it is theirs: {@link Lease}, of runs whose trials are asked for and told. */
const LEASES = `
  CREATE TABLE leases (
    run INTEGER NOT NULL REFERENCES runs (id), role TEXT NOT NULL, position INTEGER NOT NULL, since INTEGER NOT NULL,
    until INTEGER NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (run, role, position)) STRICT`.trim();

/**
 * `note` is what a person says of the run, `seconds` how long processes have driven it. `mark` is a random text that no other run has; the
 * checksums of a run's rows cover it, so that no row passes for another run's; null in runs of versions before 7. `appended` is what a strategy's growing lists
 * got with the batch, null in batches of versions before 4, whose checkpoints held the whole lists. `scope` is empty for a sound
 * evaluation, which every run may use, and the run's name for one that failed for outside reasons, which only that run replays.
 * `made_by` and `made_at` are an evaluation's origin, null before version 5; `made_on` is its worker, and `parent` the index of the proposal that a
 * proposal was made from, both null before version 8. `log_probability` is a number, or the name of one that is
 * not finite. `checksum` is of the row's other values (documents.ts), and null in rows of version 1, which had none.
 */
const TABLES = [
  `CREATE TABLE runs (
     id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, config TEXT NOT NULL, created_at TEXT NOT NULL,
     version TEXT NOT NULL, fingerprint TEXT NOT NULL, finished INTEGER NOT NULL DEFAULT 0, driver TEXT, note TEXT,
     seconds REAL NOT NULL DEFAULT 0, mark TEXT, checksum TEXT) STRICT`,
  `CREATE TABLE batches (
     run INTEGER NOT NULL REFERENCES runs (id), batch INTEGER NOT NULL, first INTEGER NOT NULL, size INTEGER NOT NULL,
     metrics TEXT, appended TEXT, checksum TEXT, PRIMARY KEY (run, batch)) STRICT`,
  `CREATE TABLE proposals (
     run INTEGER NOT NULL REFERENCES runs (id), position INTEGER NOT NULL, batch INTEGER NOT NULL, tokens TEXT NOT NULL,
     rule TEXT NOT NULL, key TEXT NOT NULL, log_probability ANY, parent INTEGER, checksum TEXT, PRIMARY KEY (run, position)) STRICT`,
  evaluationsTable('evaluations', identityFields, ['checksum', 'made_by', 'made_at', 'made_on']),
  `CREATE TABLE scores (
     run INTEGER NOT NULL REFERENCES runs (id), role TEXT NOT NULL, position INTEGER NOT NULL,
     evaluation INTEGER NOT NULL REFERENCES evaluations (id), checksum TEXT, PRIMARY KEY (run, role, position)) STRICT`,
  `CREATE TABLE checkpoints (
     run INTEGER NOT NULL REFERENCES runs (id), asked INTEGER NOT NULL, told INTEGER NOT NULL, state TEXT NOT NULL,
     checksum TEXT, PRIMARY KEY (run, asked)) STRICT`,
  SCORES_OF_EVALUATION,
  LEASES,
];

/**
 * What makes a store of a version one of the next. The first statement of each fails if another process has been faster, and
 * with it all of them. Columns are spelt out: a later version may have others.
 */
const UPGRADES: readonly (readonly string[])[] = [
  [],
  ['runs', 'batches', 'proposals', 'evaluations', 'scores', 'checkpoints'].map(
    (table) => `ALTER TABLE ${table} ADD COLUMN checksum TEXT`,
  ),
  // Until then every evaluation was made in the environment `none`.
  [
    `ALTER TABLE evaluations ADD COLUMN environment TEXT NOT NULL DEFAULT 'none'`,
    ...rebuildEvaluations(
      ['key', 'task', 'protocol', 'seed', 'environment', 'fingerprint', 'version'],
      ['checksum'],
    ),
  ],
  [
    'ALTER TABLE runs ADD COLUMN note TEXT',
    'ALTER TABLE runs ADD COLUMN seconds REAL NOT NULL DEFAULT 0',
    'ALTER TABLE batches ADD COLUMN appended TEXT',
    SCORES_OF_EVALUATION,
  ],
  ['made_by', 'made_at'].map((column) => `ALTER TABLE evaluations ADD COLUMN ${column} TEXT`),
  [LEASES],
  ['ALTER TABLE runs ADD COLUMN mark TEXT'],
  ['ALTER TABLE evaluations ADD COLUMN made_on TEXT', 'ALTER TABLE proposals ADD COLUMN parent INTEGER'],
];

/**
 * Makes an empty file a store, and a store of an older version one of this. Nothing is written to any other file.
 *
 * @throws NosError `store-newer`, or `store-corrupt` if the file is some other program's database.
 */
export async function prepareSchema(client: Client, path: string): Promise<void> {
  const version = await versionOf(client, path);
  if (version === SCHEMA_VERSION) return;
  if (version === 0) {
    await client.execute('PRAGMA journal_mode = WAL');
    const create = TABLES.map((sql) => sql.replace(/^CREATE (TABLE|INDEX)/, '$& IF NOT EXISTS'));
    await client.batch([...create, `PRAGMA application_id = ${APPLICATION_ID}`, MARK], 'write');
    return;
  }
  try {
    // A batch whose table is dropped while scores refer to it: without the check of foreign keys.
    await client.migrate([...UPGRADES.slice(version).flat(), MARK]);
  } catch (error) {
    // Another process may have done it in the meantime.
    if ((await versionOf(client, path)) !== SCHEMA_VERSION) throw error;
  }
}

/**
 * Refuses a store that is not of this version, as who only reads cannot bring it up to date.
 *
 * @param client With the store as its database `store`.
 * @throws NosError `store-newer`, `store-corrupt`.
 */
export async function requireSchema(client: Client, path: string): Promise<void> {
  const pragma = async (name: string): Promise<unknown> =>
    Object.values((await client.execute(`PRAGMA store.${name}`)).rows[0] ?? {})[0];
  const { rows } = await client.execute('SELECT count(*) AS tables FROM store.sqlite_master');
  const version = judged(
    path,
    Number(await pragma('user_version')),
    Number(await pragma('application_id')),
    Number(rows[0]?.tables),
  );
  if (version === SCHEMA_VERSION) return;
  throw new NosError(
    'store-corrupt',
    version === 0
      ? `${path} is empty`
      : `${path} is a store of version ${version}, and reading changes nothing`,
    version === 0 ? 'a search fills it: nos search' : '`nos runs` brings it up to date, once',
  );
}

/** The version of the store; 0 where the file is empty. */
async function versionOf(client: Client, path: string): Promise<number> {
  // One statement, so that a process that creates the tables at this moment is seen before or after, not between.
  const found = await client.execute(
    `SELECT user_version AS version, application_id AS application, (SELECT count(*) FROM sqlite_master) AS tables
     FROM pragma_user_version, pragma_application_id`,
  );
  const { version, application, tables } = found.rows[0] as unknown as Record<string, number>;
  return judged(path, Number(version), Number(application), Number(tables));
}

/** @throws NosError `store-newer`, `store-corrupt` for what this program does not read. */
function judged(path: string, version: number, application: number, tables: number): number {
  if (tables === 0 && version === 0) return 0;
  if (application !== APPLICATION_ID) {
    throw new NosError(
      'store-corrupt',
      `${path} is a SQLite file, but not a store of runs`,
      'name another file as the store; this one was left as it is',
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new NosError(
      'store-newer',
      `${path} is a store of version ${version}; this program reads versions up to ${SCHEMA_VERSION}`,
      'update neural-optimizer-search, or name another file as the store; this one was left as it is',
    );
  }
  return version;
}
