/**
 * What coordinator and workers say to each other through Redis: plain JSON that is checked on arrival, on both sides. A rule
 * travels as text and is parsed where it is evaluated.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type ErrorCode, NosError } from '../../errors.ts';
import {
  ACCURACY,
  conditionShape,
  type Evaluation,
  type EvaluationIdentity,
  evaluationSchema,
  misfit,
  PROGRAM_FINGERPRINT,
  progressSchema,
} from '../../evaluation/index.ts';
import { toJson } from '../../json.ts';
import { MAX_TRIES } from '../dispatcher.ts';
import type { Thrown } from '../messages.ts';

/** Control characters: a terminal obeys them, so nothing that is shown to people has any. */
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
  /** Milliseconds between two reports of one evaluation: more with more workers, as the coordinator reads them all. */
  reportMilliseconds: count,
});
export type Search = z.output<typeof searchSchema>;

/** One evaluating process of a worker. */
export const processSchema = z.strictObject({
  name: short,
  state: z.enum(['starting', 'idle', 'busy']),
  rule: text.exactOptional(),
  progress: progressSchema.exactOptional(),
  finished: count,
  restarts: count,
  /** Evaluations per minute, over the last ten minutes. */
  perMinute: z.number().nonnegative(),
  /** Grows with every change, so that older news are told from newer ones. */
  sequence: count,
});
export type ProcessStatus = z.output<typeof processSchema>;

/** What a worker publishes of itself. */
export const workerSchema = z.strictObject({
  name: short,
  version: short,
  fingerprint: short,
  /** The search that it serves; absent while it waits for one. */
  search: searchSchema.exactOptional(),
  slots: z.array(processSchema).max(10_000),
});
export type WorkerRecord = z.output<typeof workerSchema>;

/** A job. Its id says which evaluation of which run it is, so that adding it again changes nothing. */
export const jobSchema = z.strictObject({ rule, ...conditionShape }).superRefine((job, context) => {
  for (const name of Object.keys(conditionShape) as (keyof typeof conditionShape)[]) {
    const found = z.union([short, count]).safeParse(job[name]);
    if (!found.success) context.addIssue({ code: 'custom', path: [name], message: 'not a short text' });
  }
});
export type JobData = z.output<typeof jobSchema>;

/** Names of measures that every object has already, or that a terminal would obey. */
const isOddName = (name: string): boolean => name in {} || !short.safeParse(name).success;

/** An evaluation as a worker gives it: one that came to an end by itself. */
const evaluation = evaluationSchema.superRefine((value, context) => {
  const object = (path: keyof Evaluation, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (value.status === 'failed') {
    if (value.fingerprint !== PROGRAM_FINGERPRINT) object('status', 'no worker gives it');
    const { error = '' } = value;
    if (error.length > 20_000 || sayable(error) !== error) {
      context.addIssue({ code: 'custom', path: ['error'], message: 'not a text' });
    }
  }
  if (value.reuses !== undefined) object('reuses', 'no worker gives it');
  const { score } = value;
  const metric = score === undefined ? ACCURACY : { metric: score.metric, goal: score.goal };
  const wrong = short.safeParse(metric.metric).success ? misfit(value, metric) : 'a name that is none';
  if (wrong !== undefined) object('reward', wrong);
  if ('reason' in value && !short.safeParse(value.reason).success) {
    context.addIssue({ code: 'custom', path: ['reason'], message: 'not a short text' });
  }
  for (const field of ['measures', 'measureCurves', 'testMeasures'] as const) {
    if (Object.keys(value[field] ?? {}).some(isOddName)) object(field, 'a name that is none');
  }
});

/** What is told of a job on the way: its answer, how far it is, that it waits again. */
export const eventSchema = z.strictObject({
  type: z.enum(['answer', 'progress', 'returned']),
  job: short,
  /** The answer, or the status of the process that evaluates it, as JSON; or why it waits again: `died`, `handed-back`. */
  text: z.string(),
});
export type JobNews = z.output<typeof eventSchema>;

const thrown = z.strictObject({
  message: text,
  stack: text.exactOptional(),
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && /^[a-z-]+$/.test(code)).exactOptional(),
  hint: text.exactOptional(),
});

/** The origin of an answer. */
const origin = {
  by: processSchema,
  /** Why the tries before the last one were lost. */
  retries: z.array(text).max(MAX_TRIES - 1),
};
interface Origin {
  readonly by: ProcessStatus;
  readonly retries: readonly string[];
}

/** How a job ended: `lost` if every try was lost. */
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
export type AskedEvaluation = EvaluationIdentity & Pick<Evaluation, 'rule'>;

/** Says how an evaluation differs from the one that was asked for; nothing if it is that one. */
export function deviation(evaluation: AskedEvaluation, asked: AskedEvaluation): string | undefined {
  const fields = Object.keys(asked) as (keyof AskedEvaluation)[];
  const field = fields.find((name) => evaluation[name] !== asked[name]);
  return field === undefined ? undefined : `its ${field} is not the one asked for`;
}

/** Makes a text of somebody else's fit to be shown: without control characters, and not endless. */
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

/** Characters of a text in an answer; what is longer is cut. */
const LONGEST = 10_000;

/** An answer as it travels. */
export function packAnswer(answer: Answer): string {
  const cut = { ...answer, retries: answer.retries.map((reason) => reason.slice(0, LONGEST)) };
  if (cut.type === 'done') return toJson(cut);
  if (cut.type === 'lost') return toJson({ ...cut, reason: cut.reason.slice(0, LONGEST) });
  const { message, stack, ...rest } = cut.thrown;
  const texts = { message: message.slice(0, LONGEST), ...(stack && { stack: stack.slice(0, LONGEST) }) };
  return toJson({ ...cut, thrown: { ...rest, ...texts } });
}

/** Characters of a message. Jobs, answers and records have far less. */
const MOST_CHARACTERS = 4_000_000;

/** Reads JSON of somebody else's; undefined if it is none, or endless. */
export function parseJson(text: string): unknown {
  if (text.length > MOST_CHARACTERS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Computes the first `length` digits of a hash of the parts. */
export function digest(parts: readonly unknown[], length: number): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}

/** Makes the id of a job: a hash of what says which evaluation it is, and of which run. */
export function jobId(parts: readonly unknown[]): string {
  return `e${digest(parts, 32)}`;
}

export const isJobId = (id: string): boolean => /^e[0-9a-f]{32}$/.test(id);

/** Writes one line about the first thing that is wrong. */
export function complaint({ issues: [issue] }: z.ZodError): string {
  // The name of a field may be made up by somebody else too.
  return sayable(`${issue?.path.join('.') || 'all of it'}: ${issue?.message}`).slice(0, 300);
}
