import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InStatement, ResultSet } from '@libsql/client';
import { NosError } from '../errors.ts';
import { type Evaluation, identityFields } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import { insertBatch, insertCheckpoint, insertProposal } from './batches.ts';
import { named, packed } from './columns.ts';
import { Database, markOf, type RunKey, type Transactions } from './database.ts';
import {
  type Columns,
  EVALUATION,
  readAppended,
  readBatch,
  readCheckpoint,
  readEvaluation,
  readLease,
  readProposal,
  readRun,
  readScore,
  readStoredEvaluation,
} from './documents.ts';
import { corrupt, guarded } from './errors.ts';
import { insertEvaluation, insertScore, scopeOf } from './evaluations.ts';
import { insertLease, LEASES } from './leases.ts';
import type { RunHead, RunPart } from './parts.ts';
import { insertRun, PROPOSAL_ROWS, runExists } from './runs.ts';
import type { Origin, ScoreRole, Store, Unpacked } from './store.ts';
import { contradictionOf, verifyRun } from './verify.ts';

const COUNTS = `
  SELECT (SELECT count(*) FROM batches WHERE run = r.id) AS batches,
    (SELECT count(*) FROM proposals WHERE run = r.id) AS proposals,
    (SELECT count(*) FROM evaluations e WHERE e.scope = r.name OR EXISTS (SELECT 1 FROM scores s WHERE s.evaluation = e.id AND s.run = r.id))
      AS evaluations,
    (SELECT count(*) FROM scores WHERE run = r.id) AS scores,
    (SELECT count(*) FROM checkpoints WHERE run = r.id) AS checkpoints,
    (SELECT count(*) FROM leases WHERE run = r.id) AS leases
  FROM runs r WHERE r.id = ?`;

/** Its batches with `position`, by which pages are read. */
const BATCHES = `
  SELECT ${packed({ ...named('b', 'batch', 'first', 'size', 'metrics', 'appended', 'checksum'), ...markOf('b'), position: 'b.batch' })}
  FROM batches b WHERE b.run = ? AND b.batch >= ? ORDER BY b.batch LIMIT ?`;

const SCORES = `
  SELECT ${packed({ ...named('s', 'role', 'position', 'checksum'), ...markOf('s'), id: 'e.id', ...EVALUATION })}
  FROM scores s JOIN evaluations e ON e.id = s.evaluation
  WHERE s.run = ? AND s.role = ? AND s.position >= ? ORDER BY s.position LIMIT ?`;

/** What a reopening left of a run's own evaluations. */
const UNSCORED = `
  SELECT ${packed({ position: 'e.id', ...EVALUATION })} FROM evaluations e
  WHERE e.scope = ? AND NOT EXISTS (SELECT 1 FROM scores s WHERE s.evaluation = e.id) AND e.id >= ?
  ORDER BY e.id LIMIT ?`;

const CHECKPOINTS = `
  SELECT ${packed({ ...named('c', 'asked', 'told', 'state', 'checksum'), ...markOf('c'), position: 'c.asked' })}
  FROM checkpoints c WHERE c.run = ? AND c.asked >= ? ORDER BY c.asked LIMIT ?`;

const EVALUATIONS = `SELECT ${packed({ id: 'e.id', ...EVALUATION })} FROM evaluations e`;

const STORED = `${EVALUATIONS} WHERE ${identityFields.map((name) => `${name} = ?`).join(' AND ')} AND scope = ?`;

const ROLES: readonly ScoreRole[] = ['reference', 'proposal', 'retest'];

/** The part of a store that gives a run away as data, and takes it in. */
export function packingOf(db: Database, client: Transactions): Pick<Store, 'packRun' | 'unpackRun'> {
  const { path } = db;
  return {
    async *packRun(name) {
      // A store that cannot be written is read through a copy, which nobody else has.
      if (!db.writable) return yield* partsOf(db, name);
      const snapshot = await guarded(path, () => client.transaction('read'));
      try {
        yield* partsOf(new Database(path, snapshot, false), name);
      } finally {
        snapshot.close();
      }
    },

    async unpackRun(name, parts) {
      db.checkWritable();
      const transaction = await guarded(path, () => client.transaction('write'));
      try {
        const unpacked = await insertParts(new Database(path, transaction, true), name, parts);
        await guarded(path, () => transaction.commit());
        return unpacked;
      } finally {
        transaction.close();
      }
    },
  };
}

/** @throws NosError `store-corrupt` before the first part, or at the row that is damaged. */
async function* partsOf(db: Database, name: string): AsyncGenerator<RunPart> {
  const { path } = db;
  const row = await db.runRow(name);
  const id = Number(row.id);
  await guarded(path, () => verifyRun(db.client, path, name, id));
  const { config, createdAt, version, fingerprint, status, seconds, note } = readRun(
    path,
    row,
    false,
    undefined,
  );
  const [counts] = await db.rows(COUNTS, [id]);
  yield {
    ...{ kind: 'run', name, config, createdAt, version, fingerprint, seconds },
    finished: status === 'finished',
    ...(note === undefined ? {} : { note }),
    counts: counts as unknown as RunHead['counts'],
  };
  for await (const rows of db.pages(BATCHES, [id])) {
    for (const row of rows) {
      const { told, metrics, ...batch } = readBatch(path, row);
      const appended = row.appended === null ? {} : { appended: readAppended(path, row) };
      yield { kind: 'batch', ...batch, ...(told ? { metrics } : {}), ...appended };
    }
  }
  for await (const rows of db.pages(PROPOSAL_ROWS, [id])) {
    for (const row of rows) yield { kind: 'proposal', ...readProposal(path, row) };
  }
  yield* evaluationsOf(db, id, name);
  for await (const rows of db.pages(CHECKPOINTS, [id])) {
    for (const row of rows) yield { kind: 'checkpoint', ...readCheckpoint(path, row) };
  }
  for (const row of await db.rows(`${LEASES} WHERE run = ? ORDER BY role, position`, [id])) {
    yield { kind: 'lease', ...readLease(path, row) };
  }
}

/** An evaluation comes before its first score, so that the order is that of the run and not of the file. */
async function* evaluationsOf(db: Database, id: number, name: string): AsyncGenerator<RunPart> {
  const { path } = db;
  const numbers = new Map<number, number>();
  for (const role of ROLES) {
    for await (const rows of db.pages(SCORES, [id, role])) {
      for (const row of rows) {
        const { index } = readScore(path, row);
        const number = numbers.get(Number(row.id)) ?? numbers.size;
        if (number === numbers.size) {
          numbers.set(Number(row.id), number);
          yield { kind: 'evaluation', ...readStoredEvaluation(path, row) };
        }
        yield { kind: 'score', role, index, evaluation: number };
      }
    }
  }
  for await (const rows of db.pages(UNSCORED, [name])) {
    for (const row of rows) yield { kind: 'evaluation', ...readStoredEvaluation(path, row) };
  }
}

/** Parts that are written between two turns of the event loop, in which libSQL frees its statements. */
const TURN = 200;

/** Writes the parts as a run of that name; whoever calls it takes all of it back if it throws. */
async function insertParts(db: Database, name: string, parts: AsyncIterable<RunPart>): Promise<Unpacked> {
  let writer: Writer | undefined;
  let done = 0;
  for await (const part of parts) {
    if (part.kind !== 'run') await headed(writer).write(part);
    else if (writer === undefined) writer = await beginRun(db, name, part);
    else throw damaged('it has two heads');
    if (++done % TURN === 0) await nextTurn();
  }
  return headed(writer).end();
}

function headed(writer: Writer | undefined): Writer {
  if (writer === undefined) throw damaged('it does not begin with its head');
  return writer;
}

interface Writer {
  write(part: Exclude<RunPart, RunHead>): Promise<void>;
  /** Checks that nothing is missing. */
  end(): Promise<Unpacked>;
}

async function beginRun(db: Database, name: string, head: RunHead): Promise<Writer> {
  const { path } = db;
  const counts = { batches: 0, proposals: 0, evaluations: 0, scores: 0, checkpoints: 0, leases: 0 };
  /** Row numbers of the evaluations so far. */
  const rows: number[] = [];
  let [newest, known]: [Evaluation | undefined, number] = [undefined, 0];
  const execute = (statement: InStatement): Promise<ResultSet> =>
    guarded(path, () => db.client.execute(statement));

  const run = await insertHead(db, name, head);
  const add = async (kind: keyof typeof counts, statement: InStatement): Promise<void> => {
    const { rowsAffected } = await execute(statement);
    if (rowsAffected === 0) throw damaged(`it has one of its ${kind} twice`);
    counts[kind]++;
  };

  const addEvaluation = async (evaluation: Evaluation, origin: Origin | undefined): Promise<void> => {
    const { sql, args } = insertEvaluation(evaluation, scopeOf(evaluation, name), origin);
    const [added] = (await execute({ sql: `${sql} RETURNING id`, args })).rows;
    if (added === undefined) known++;
    rows.push(added === undefined ? await idOfEqual(db, evaluation) : Number(added.id));
    newest = evaluation;
    counts.evaluations++;
  };

  const evaluationAt = async (number: number): Promise<Evaluation> => {
    if (number === rows.length - 1 && newest !== undefined) return newest;
    const row = rows[number];
    if (row === undefined) throw damaged('a score comes before its evaluation');
    return readEvaluation(path, (await db.rows(`${EVALUATIONS} WHERE e.id = ?`, [row]))[0] as Columns);
  };

  return {
    async write(part) {
      switch (part.kind) {
        case 'batch':
          return add('batches', insertBatch(run, part));
        case 'proposal':
          return add('proposals', insertProposal(run, part));
        case 'evaluation':
          return addEvaluation(part.evaluation, part.origin);
        case 'score': {
          const evaluation = await evaluationAt(part.evaluation);
          return add('scores', insertScore(run, { ...part, evaluation }, scopeOf(evaluation, name)));
        }
        case 'checkpoint':
          return add('checkpoints', insertCheckpoint(run, part));
        case 'lease':
          return add('leases', insertLease(run, part));
      }
    },
    async end() {
      const short = (Object.keys(counts) as (keyof typeof counts)[]).find(
        (kind) => counts[kind] !== head.counts[kind],
      );
      if (short) throw damaged(`it has ${counts[short]} ${short}, and says ${head.counts[short]}`);
      const contradiction = await guarded(path, () => contradictionOf(db.client, run.id));
      if (contradiction !== undefined) throw damaged(contradiction);
      return { evaluations: counts.evaluations, known };
    },
  };
}

/** @throws NosError `run-exists`. */
async function insertHead(db: Database, name: string, head: RunHead): Promise<RunKey> {
  const { createdAt, version, fingerprint, finished, seconds, note = null } = head;
  const row = { name, config: toJson(head.config), created_at: createdAt, version, fingerprint, note };
  const [added] = await db.write([
    insertRun(row),
    {
      sql: 'UPDATE runs SET finished = ?, seconds = ? WHERE name = ?',
      args: [Number(finished), seconds, name],
    },
  ]);
  if (added?.rowsAffected === 0) throw runExists(name, 'take the run in under another name: --as NAME');
  return db.runKey(name);
}

/**
 * The row of the stored evaluation with that identity: equal conditions on one fingerprint have one result, so it is the same but for the
 * time that it took.
 *
 * @throws NosError `bad-pack` if it is not.
 */
async function idOfEqual(db: Database, evaluation: Evaluation): Promise<number> {
  const [row] = await db.rows(STORED, [...identityFields.map((name) => evaluation[name]), '']);
  if (row === undefined) throw corrupt(db.path, `the evaluation of ${evaluation.key} in it cannot be found`);
  const stored = readEvaluation(db.path, row);
  if (toJson({ ...stored, seconds: 0 }) === toJson({ ...evaluation, seconds: 0 })) return Number(row.id);
  throw new NosError(
    'bad-pack',
    `the packed run has another result of '${evaluation.rule}' with seed ${evaluation.seed} than this store (${reward(evaluation)}; here ${reward(stored)})`,
    'one of the two was changed, or a machine computed wrongly: unpack it into a store of its own, by --store',
  );
}

const reward = (evaluation: Evaluation): string => `${evaluation.status} ${evaluation.reward}`;

const damaged = (what: string): NosError =>
  new NosError('bad-pack', `the packed run is damaged: ${what}`, 'pack it again, or copy the file again');
