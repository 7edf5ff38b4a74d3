import type { Row } from '@libsql/client';
import * as z from 'zod';
import type { Evaluation } from '../evaluate/index.ts';
import { jsonNumber } from '../json.ts';
import { corrupt } from './errors.ts';
import type { RunRecord, StoredBatch, StoredProposal } from './store.ts';

/** Rows and JSON documents of the file as the data that the store gives out, each checked when it is read. */

const evaluation = z.object({
  rule: z.string(),
  task: z.string(),
  protocol: z.string(),
  seed: z.int(),
  /** Absent in stores of version 1, which knew no other. */
  environment: z.string().default('none'),
  key: z.string(),
  learningRate: jsonNumber,
  edgeOfGrid: z.boolean(),
  sweep: z.array(z.object({ learningRate: jsonNumber, accuracy: jsonNumber })),
  reward: jsonNumber,
  curve: z.array(jsonNumber),
  status: z.enum(['ok', 'diverged', 'failed']),
  steps: z.int(),
  seconds: jsonNumber,
  fingerprint: z.string(),
  version: z.string(),
  error: z.string().exactOptional(),
});

const metrics = z.record(z.string(), jsonNumber);
const tokens = z.array(z.int());

export function readEvaluation(path: string, document: unknown): Evaluation {
  return parseDocument(path, 'an evaluation', evaluation, document);
}

export function readRun(path: string, row: Row, running: boolean): RunRecord {
  return {
    name: String(row.name),
    config: parseDocument(path, 'a configuration', z.unknown(), row.config),
    createdAt: String(row.created_at),
    version: String(row.version),
    fingerprint: String(row.fingerprint),
    status: row.finished ? 'finished' : running ? 'running' : 'stopped',
    proposals: Number(row.proposals),
    told: Number(row.told),
    ...(row.best === null ? {} : { bestReward: Number(row.best) }),
  };
}

export function readProposal(path: string, row: Row): StoredProposal {
  return {
    index: Number(row.position),
    batch: Number(row.batch),
    tokens: parseDocument(path, 'tokens', tokens, row.tokens),
    rule: String(row.rule),
    key: String(row.key),
    ...(row.log_probability === null ? {} : { logProbability: Number(row.log_probability) }),
    ...(row.document === null ? {} : { evaluation: readEvaluation(path, row.document) }),
  };
}

export function readBatch(path: string, row: Row): StoredBatch {
  const told = row.metrics !== null;
  return {
    batch: Number(row.batch),
    first: Number(row.first),
    size: Number(row.size),
    told,
    metrics: told ? parseDocument(path, 'metrics', metrics, row.metrics) : {},
  };
}

function parseDocument<T>(path: string, what: string, schema: z.ZodType<T>, document: unknown): T {
  try {
    return schema.parse(JSON.parse(String(document)));
  } catch (error) {
    throw corrupt(path, `${what} in it cannot be read`, error);
  }
}
