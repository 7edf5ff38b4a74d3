import * as z from 'zod';
import { type Evaluation, evaluationId } from '../evaluation/index.ts';
import { jsonNumber } from '../json.ts';

/** File of a folder of results that holds all figures and how they were made. */
export const DATA = 'data.json';

const addition = z.object({
  /** Day, ISO 8601. */
  date: z.string(),
  /** The commands as a user would type them. */
  commands: z.array(z.string()),
  /** The number of evaluations. */
  count: z.int(),
  seconds: jsonNumber,
  /** What was different from the first ones. */
  note: z.string().exactOptional(),
});

/** Evaluations that were added later. */
export type Addition = z.output<typeof addition>;

export const provenance = z.object({
  /** The command as a user would type it. */
  command: z.string(),
  /** The command that trained, if the evaluations are those of another experiment. */
  trainedBy: z.string().exactOptional(),
  scale: z.number(),
  version: z.string(),
  fingerprint: z.string(),
  /** Processor. */
  machine: z.string(),
  /** Day, ISO 8601. */
  date: z.string(),
  /** Seconds from start to end, for an experiment that computes by itself. */
  seconds: jsonNumber.exactOptional(),
  /** Number of evaluations, whenever they were made, and the sum of their seconds. */
  trained: z.object({ count: z.int(), seconds: jsonNumber }).exactOptional(),
  /** Evaluations that are not among `trained`. */
  added: z.array(addition).exactOptional(),
});

/** How findings were made. */
export type Provenance = z.output<typeof provenance>;

/**
 * Counts evaluations and adds up their seconds. One that several searches share, or that a search proposed more than once, was
 * made once.
 */
export function effortOf(evaluations: readonly Evaluation[]): NonNullable<Provenance['trained']> {
  const made = [...new Map(evaluations.map((one) => [evaluationId(one), one])).values()];
  return { count: made.length, seconds: made.reduce((sum, { seconds }) => sum + seconds, 0) };
}
