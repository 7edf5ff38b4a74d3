import * as z from 'zod';
import { jsonNumber } from '../json.ts';

/** The file of a folder of results that holds everything in figures, and how they came about. */
export const DATA = 'data.json';

const addition = z.object({
  /** ISO 8601, the day. */
  date: z.string(),
  /** The commands as a user would type them. */
  commands: z.array(z.string()),
  /** The number of evaluations. */
  count: z.int(),
  seconds: jsonNumber,
  /** What was otherwise than with the first. */
  note: z.string().exactOptional(),
});

/** Evaluations that joined others later. */
export type Addition = z.output<typeof addition>;

export const provenance = z.object({
  /** The command as a user would type it. */
  command: z.string(),
  /** The same of what trained, where the evaluations are another experiment's. */
  trainedBy: z.string().exactOptional(),
  scale: z.number(),
  version: z.string(),
  fingerprint: z.string(),
  /** The processor. */
  machine: z.string(),
  /** ISO 8601, the day. */
  date: z.string(),
  /** Seconds from start to end, of an experiment that computes by itself. */
  seconds: jsonNumber.exactOptional(),
  /** The number of evaluations, whenever they were made, and their seconds added up. */
  trained: z.object({ count: z.int(), seconds: jsonNumber }).exactOptional(),
  /** Those that are not among them. */
  added: z.array(addition).exactOptional(),
});

/** How findings came about. */
export type Provenance = z.output<typeof provenance>;
