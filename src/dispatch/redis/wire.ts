/**
 * What coordinator and workers say to each other through Redis: plain JSON that is checked on arrival, on both sides. A rule
 * travels as text and is parsed where it is evaluated.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type ErrorCode, NosError } from '../../errors.ts';
import type { Evaluation } from '../../evaluation/index.ts';
import { jsonNumber, toJson } from '../../json.ts';
import { MAX_TRIES } from '../dispatcher.ts';
import type { Thrown } from '../messages.ts';

/** A terminal obeys control characters, so what is shown to people has none. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** A name, a reference, an identity. */
const short = z
  .string()
  .min(1)
  .max(1_000)
  .refine((name) => !CONTROL.test(name), 'control characters');
/** A rule, which is only ever parsed. */
const rule = z.string().max(20_000);
/** A message. */
const text = z.string().max(20_000).transform(sayable);
/** What a task calls a measure, and no name that every object knows. */
const measure = short.refine((name) => !(name in {}), 'a reserved name');
const count = z.int().nonnegative();

/** What coordinator and workers must have in common for equal requests to give equal evaluations. */
export const projectSchema = z.strictObject({
  version: short,
  fingerprint: short,
  /** The task as it travels: a module by its file name and a hash of its text. */
  task: short,
  /** The checksum of the task's data. */
  checksum: short,
});
export type Project = z.output<typeof projectSchema>;

/** What a coordinator publishes for workers to join. */
export const searchSchema = z.strictObject({
  run: short,
  project: projectSchema,
  /** Between two reports of an evaluation: the more workers, the longer, as the coordinator reads them all. */
  reportMilliseconds: count,
});
export type Search = z.output<typeof searchSchema>;

const progress = z.strictObject({
  phase: z.enum(['sweep', 'final']),
  learningRate: jsonNumber,
  done: z.number().min(0).max(1),
  accuracy: jsonNumber.exactOptional(),
});

/** One evaluating process of a worker. */
export const slotSchema = z.strictObject({
  name: short,
  state: z.enum(['starting', 'idle', 'busy']),
  rule: text.exactOptional(),
  progress: progress.exactOptional(),
  finished: count,
  restarts: count,
  /** Evaluations a minute, over the last ten minutes. */
  perMinute: z.number().nonnegative(),
  /** Grows with every change: what is older than what is known is no news. */
  sequence: count,
});
export type SlotStatus = z.output<typeof slotSchema>;

/** What a worker publishes of itself. */
export const workerSchema = z.strictObject({
  name: short,
  version: short,
  fingerprint: short,
  /** What it evaluates for; absent while it waits for a search. */
  search: searchSchema.exactOptional(),
  slots: z.array(slotSchema).max(10_000),
});
export type WorkerRecord = z.output<typeof workerSchema>;

/** A job. Its id says which evaluation of which run it is, so that adding it again changes nothing. */
export const jobSchema = z.strictObject({
  rule,
  task: short,
  protocol: short,
  seed: count,
  environment: short,
});
export type JobData = z.output<typeof jobSchema>;

const evaluation = z.strictObject({
  ...jobSchema.shape,
  key: short,
  learningRate: jsonNumber,
  edgeOfGrid: z.boolean(),
  sweep: z.array(z.strictObject({ learningRate: jsonNumber, accuracy: jsonNumber })).max(1_000),
  reward: z.number().min(0).max(1),
  curve: z.array(jsonNumber).max(100_000),
  testCurve: z.array(jsonNumber).max(100_000).exactOptional(),
  lossCurve: z.array(jsonNumber).max(100_000).exactOptional(),
  measures: z.record(measure, jsonNumber).exactOptional(),
  measureCurves: z.record(measure, z.array(jsonNumber).max(100_000)).exactOptional(),
  testMeasures: z.record(measure, jsonNumber).exactOptional(),
  status: z.enum(['ok', 'diverged']),
  steps: count,
  seconds: z.number().nonnegative(),
  fingerprint: short,
  version: short,
});

const thrown = z.strictObject({
  message: text,
  stack: text.exactOptional(),
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && /^[a-z-]+$/.test(code)).exactOptional(),
  hint: text.exactOptional(),
});

/** Where an answer comes from. */
const origin = {
  by: slotSchema,
  /** Why the tries before the last one were lost. */
  retries: z.array(text).max(MAX_TRIES - 1),
};
interface Origin {
  readonly by: SlotStatus;
  readonly retries: readonly string[];
}

/** How a job ended: `lost` when every try was. */
export type Answer = Origin &
  (
    | { readonly type: 'done'; readonly evaluation: Evaluation }
    | { readonly type: 'threw'; readonly thrown: Thrown }
    | { readonly type: 'lost'; readonly reason: string }
  );

export const answerSchema: z.ZodType<Answer> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('done'), evaluation, ...origin }),
  z.strictObject({ type: z.literal('threw'), thrown, ...origin }),
  z.strictObject({ type: z.literal('lost'), reason: text, ...origin }),
]);

/** What an evaluation must say of itself to be that of a job. */
export type Asked = JobData & Pick<Evaluation, 'key' | 'fingerprint' | 'version'>;

/** What an evaluation says otherwise than was asked; nothing where it is the one that was asked for. */
export function deviation(evaluation: Asked, asked: Asked): string | undefined {
  const fields = Object.keys(asked) as (keyof Asked)[];
  const field = fields.find((name) => evaluation[name] !== asked[name]);
  return field === undefined ? undefined : `its ${field} is not the one asked for`;
}

/** A text of somebody else's as it may be shown: without control characters, and not endless. */
export function sayable(message: string): string {
  return String(message)
    .slice(0, 20_000)
    .replace(/[^\P{Cc}\n\t]/gu, '');
}

export function invalidAnswer(complaint: string): NosError {
  return new NosError(
    'queue',
    `a worker's answer is not valid: ${complaint}`,
    'use workers of the same version, and a Redis that only they can write',
  );
}

/** As JSON can hold it: numbers that are not finite become strings, which the schemas read back. */
export function pack(value: unknown): unknown {
  return JSON.parse(toJson(value));
}

/** The first `length` digits of a hash of the parts. */
export function digest(parts: readonly unknown[], length: number): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}

/** The id of a job: which evaluation it is, of which run. A letter comes first, as BullMQ takes no numbers as ids. */
export function jobId(parts: readonly unknown[]): string {
  return `e${digest(parts, 32)}`;
}

export const isJobId = (id: string): boolean => /^e[0-9a-f]{32}$/.test(id);

/** One line about the first thing that is wrong. */
export function complaint({ issues: [issue] }: z.ZodError): string {
  // A name of a field may be anybody's too.
  return sayable(`${issue?.path.join('.') || 'all of it'}: ${issue?.message}`).slice(0, 300);
}
