import * as z from 'zod';
import { jsonNumber } from '../json.ts';
import type { ClassReference } from './class-reference.ts';
import type { Precision } from './float64.ts';
import type { GradientPath } from './trajectory.ts';

/** What `assets/check/run_optimizer.py` is asked: it says what the fields are. */
export interface CheckRequest {
  readonly target: ClassReference;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly dtype: Precision;
  readonly trajectories: Readonly<Record<string, GradientPath>>;
  readonly runs: Readonly<Record<string, RunRequest>>;
}

export interface RunRequest {
  readonly trajectory: string;
  readonly requires: readonly string[];
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly optimizers: readonly (readonly GroupRequest[])[];
  readonly own_rate: boolean;
  readonly set_rate: number | null;
  readonly sign: 1 | -1;
  readonly reload: number | null;
  readonly late: number | null;
  readonly closure: boolean;
  /** Tells apart two equal runs. */
  readonly again: boolean;
}

interface GroupRequest {
  readonly tensors: readonly number[];
  readonly rate: number | null;
}

const errorSchema = z.object({
  type: z.string(),
  message: z.string(),
  file: z.string().nullable(),
  line: z.number().nullable(),
});

/** An exception of the user's class, and where. */
export type PythonError = z.infer<typeof errorSchema>;

const runSchema = z.union([
  z.object({ missing: z.string() }),
  z.object({ error: errorSchema.extend({ step: z.number() }) }),
  z.object({
    weights: z.array(z.array(jsonNumber)),
    state_in_dict: z.number(),
    closure: z.object({ calls: z.number(), enabled: z.boolean(), returned: z.boolean() }),
  }),
]);

/** What a run came to: its weights, an error, or the parameter that the constructor lacks for it. */
export type RunAnswer = z.infer<typeof runSchema>;
/** A run that came to its end. */
export type FinishedRun = Extract<RunAnswer, { weights: unknown }>;

/** What the class is, and what it did in each run. */
const foundSchema = z.object({
  python: z.string(),
  torch: z.string(),
  file: z.string(),
  parameters: z.array(z.string()),
  settings: z.record(z.string(), z.unknown()),
  runs: z.record(z.string(), runSchema),
});

export const answerSchema = z.union([
  z.object({ code: z.literal('no-torch'), message: z.string() }),
  z.object({ code: z.literal(['import', 'constructor']), error: errorSchema }),
  z.object({ code: z.literal('no-class'), known: z.array(z.string()) }),
  z.object({ code: z.literal(['no-optimizer', 'not-python']) }),
  foundSchema,
]);
