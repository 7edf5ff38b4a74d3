import * as z from 'zod';
import {
  type Evaluation,
  type EvaluationIdentity,
  type EvaluationSummary,
  evaluationSchema,
  summarySchema,
  unusual,
} from '../evaluation/index.ts';
import { jsonNumber } from '../json.ts';
import { checksumOf } from './checksum.ts';
import { named } from './columns.ts';
import { corrupt } from './errors.ts';
import type {
  Checkpoint,
  Lease,
  RunRecord,
  Score,
  ScoreRole,
  ScoreSummary,
  StoredBatch,
  StoredEvaluation,
  StoredProposal,
} from './store.ts';

/** Rows and JSON documents of the file as the data that the store gives out, each checked when it is read. */

const metrics = z.record(z.string(), jsonNumber);
const tokens = z.array(z.int());

/** A row, by the names of its columns. */
export type Columns = Readonly<Record<string, unknown>>;

/** The columns that a row's checksum covers, in order. A score is covered with the identity of its evaluation. */
const COVERED = {
  run: ['name', 'config', 'created_at', 'version', 'fingerprint'],
  batch: ['batch', 'first', 'size', 'metrics'],
  proposal: ['position', 'batch', 'tokens', 'rule', 'key', 'log_probability'],
  evaluation: ['scope', 'document'],
  score: ['role', 'position', 'key', 'task', 'protocol', 'seed', 'fingerprint', 'version', 'scope'],
  checkpoint: ['asked', 'told', 'state'],
  lease: ['role', 'position', 'since', 'until'],
} as const;

type Kind = keyof typeof COVERED;

/**
 * Columns of later versions: covered if they hold something, so that rows without them keep their checksums. The worker of an evaluation is not:
 * nothing depends on it, and a process of version 7 that still works on the store reads rows that have one.
 */
const COVERED_IF_SET: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  run: ['note', 'mark'],
  batch: ['appended', 'mark'],
  proposal: ['mark', 'parent'],
  evaluation: ['made_by', 'made_at'],
  score: ['mark'],
  checkpoint: ['mark'],
  lease: ['mark'],
};

/** What a row of a kind must have as its checksum, which says that the row is what was written. */
export function sealOf(kind: Kind, row: Columns): string {
  const cell = (column: string): Value => (row[column] ?? null) as Value;
  const later = (COVERED_IF_SET[kind] ?? []).map(cell).filter((value) => value !== null);
  return checksumOf([...COVERED[kind].map(cell), ...later]);
}

type Value = string | number | null;

function check(path: string, kind: Kind, row: Columns, { checksum } = row): void {
  if (checksum === null || checksum === sealOf(kind, row)) return;
  throw corrupt(path, `what it holds of a ${kind} is not what was written: the checksum differs`);
}

/** The columns of evaluations, by the names that they have in rows with the columns of others. */
export const EVALUATION = {
  ...named('e', 'scope', 'document', 'made_by', 'made_at', 'made_on'),
  evaluation_checksum: 'e.checksum',
};

/** @param row With the columns of {@link EVALUATION}. */
export function readEvaluation(path: string, row: Columns): Evaluation {
  check(path, 'evaluation', row, { checksum: row.evaluation_checksum });
  return parseDocument(path, 'an evaluation', evaluationSchema, row.document);
}

/** @param row As for {@link readEvaluation}. */
export function readStoredEvaluation(path: string, row: Columns): StoredEvaluation {
  const evaluation = readEvaluation(path, row);
  const { made_by: by, made_at: at, made_on: worker } = row;
  if (by === null) return { evaluation };
  const origin = { by: String(by), at: String(at), ...(worker === null ? {} : { worker: String(worker) }) };
  return { evaluation, origin };
}

/** @param best The columns of the evaluation of its best proposal. */
export function readRun(path: string, row: Columns, running: boolean, best: Columns | undefined): RunRecord {
  check(path, 'run', row);
  return {
    name: String(row.name),
    config: parseDocument(path, 'a configuration', z.unknown(), row.config),
    createdAt: String(row.created_at),
    version: String(row.version),
    fingerprint: String(row.fingerprint),
    status: row.finished ? 'finished' : running ? 'running' : 'stopped',
    proposals: Number(row.proposals),
    told: Number(row.told),
    ...(best === undefined ? {} : { bestReward: readEvaluation(path, best).reward }),
    seconds: Number(row.seconds),
    ...(row.note === null ? {} : { note: String(row.note) }),
  };
}

/** @param row With the columns of its evaluation, where it has one. */
export function readProposal(path: string, row: Columns): StoredProposal {
  check(path, 'proposal', row);
  const key = String(row.key);
  const own = row.document === null ? undefined : readEvaluation(path, row);
  if (own && own.key !== key) throw corrupt(path, `proposal ${row.position} has another rule's evaluation`);
  return {
    index: Number(row.position),
    batch: Number(row.batch),
    tokens: parseDocument(path, 'tokens', tokens, row.tokens),
    rule: String(row.rule),
    key,
    ...(row.log_probability === null ? {} : { logProbability: Number(row.log_probability) }),
    ...(row.parent === null ? {} : { parent: Number(row.parent) }),
    ...(own ? { evaluation: own } : {}),
  };
}

export function readBatch(path: string, row: Columns): StoredBatch {
  check(path, 'batch', row);
  const told = row.metrics !== null;
  return {
    batch: Number(row.batch),
    first: Number(row.first),
    size: Number(row.size),
    told,
    metrics: told ? parseDocument(path, 'metrics', metrics, row.metrics) : {},
  };
}

/** What a batch's checkpoint appended. */
export function readAppended(path: string, row: Columns): string {
  check(path, 'batch', row);
  return String(row.appended);
}

/**
 * What a score's checksum covers of its evaluation. Conditions that are not the usual ones are covered with the protocol, so that
 * the scores of stores that knew no others keep their checksums.
 */
export function scoreIdentity(evaluation: EvaluationIdentity): Columns {
  return {
    ...evaluation,
    protocol: [evaluation.protocol, ...Object.values(unusual(evaluation))].join(' in '),
  };
}

function checkScore(path: string, row: Columns, evaluation: EvaluationSummary): void {
  const { role, position, scope, mark, checksum } = row;
  check(path, 'score', { role, position, scope, mark, checksum, ...scoreIdentity(evaluation) });
}

/** @param row With the columns of its evaluation. */
export function readScore(path: string, row: Columns): Score {
  const evaluation = readEvaluation(path, row);
  checkScore(path, row, evaluation);
  return { role: row.role as ScoreRole, index: Number(row.position), evaluation };
}

/** {@link readScore}, of the evaluation only what its summary has. */
export function readSummary(path: string, row: Columns): ScoreSummary {
  check(path, 'evaluation', row, { checksum: row.evaluation_checksum });
  const evaluation = parseDocument(path, 'an evaluation', summarySchema, row.document);
  checkScore(path, row, evaluation);
  return { role: row.role as ScoreRole, index: Number(row.position), evaluation };
}

export function readCheckpoint(path: string, row: Columns): Checkpoint {
  check(path, 'checkpoint', row);
  return { asked: Number(row.asked), told: Number(row.told), state: String(row.state) };
}

export function readLease(path: string, row: Columns): Lease {
  check(path, 'lease', row);
  const { role, position, since, until } = row;
  return {
    role: role as ScoreRole,
    index: Number(position),
    since: Number(since),
    until: Number(until),
  };
}

function parseDocument<T>(path: string, what: string, schema: z.ZodType<T>, document: unknown): T {
  try {
    return schema.parse(JSON.parse(String(document)));
  } catch (error) {
    throw corrupt(path, `${what} in it cannot be read`, error);
  }
}
