import * as z from 'zod';
import { evaluationSchema } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { jsonNumber } from '../json.ts';
import { scorePlace } from './store.ts';

/**
 * A run as data that can travel: its row, and then its batches, proposals, evaluations with the scores that refer to them, checkpoints
 * and leases, in this order. What it is made of may come from anywhere, so every text has a limit.
 */

/** Characters of a name, a key, a reason. */
const SHORT = 10_000;
const short = (description: string) => z.string().max(SHORT).describe(description);
const place = { role: scorePlace.role, index: scorePlace.index };

/** How many parts of each kind follow. */
const countsSchema = z.strictObject({
  batches: f.count('batches'),
  proposals: f.count('proposals'),
  evaluations: f.count('evaluations'),
  scores: f.count('scores'),
  checkpoints: f.count('checkpoints'),
  leases: f.count('leases'),
});

const runPart = z.strictObject({
  kind: z.literal('run'),
  name: short('name of the run'),
  config: z.unknown(),
  createdAt: z.iso.datetime(),
  version: short('version of this package'),
  fingerprint: short('fingerprint of the machine'),
  finished: f.flag('whether it came to its end'),
  seconds: z.number().nonnegative(),
  note: short('note of the user').exactOptional(),
  counts: countsSchema,
});

const batchPart = z.strictObject({
  kind: z.literal('batch'),
  batch: f.count('number of the batch'),
  first: f.count('index of its first proposal'),
  size: f.count('proposals in it'),
  metrics: z.record(short('name'), jsonNumber).exactOptional(),
  appended: z.string().exactOptional(),
});

const proposalPart = z.strictObject({
  kind: z.literal('proposal'),
  index: f.count('index of the proposal'),
  batch: f.count('number of its batch'),
  tokens: z.array(z.int()).max(SHORT),
  rule: short('the rule as text'),
  key: short('key of the rule'),
  logProbability: jsonNumber.exactOptional(),
  parent: f.count('index of the proposal that it was made from').exactOptional(),
});

const evaluationPart = z.strictObject({
  kind: z.literal('evaluation'),
  evaluation: evaluationSchema,
  origin: z
    .strictObject({
      by: short('who made it'),
      at: short('when'),
      worker: short('its worker').exactOptional(),
    })
    .exactOptional(),
});

/** `evaluation` is the place of the evaluation among those of the run. */
const scorePart = z.strictObject({
  kind: z.literal('score'),
  ...place,
  evaluation: f.count('number of the evaluation, from 0'),
});

const checkpointPart = z.strictObject({
  kind: z.literal('checkpoint'),
  asked: f.count('batches asked'),
  told: f.count('batches told'),
  state: z.string(),
});

const leasePart = z.strictObject({
  kind: z.literal('lease'),
  ...place,
  since: f.count('milliseconds since 1970'),
  until: f.count('milliseconds since 1970'),
});

/** One part of a run as somebody else wrote it. */
export const partSchema = z.discriminatedUnion('kind', [
  runPart,
  batchPart,
  proposalPart,
  evaluationPart,
  scorePart,
  checkpointPart,
  leasePart,
]);

export type RunPart = f.DataOf<typeof partSchema>;
/** The part that comes first. */
export type RunHead = Extract<RunPart, { kind: 'run' }>;
