import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { NosError } from '../errors.ts';
import type { Trial, TrialResult } from './trial.ts';

const lineSchema = z.strictObject({
  key: z.string(),
  result: z.strictObject({
    standings: z.array(
      z.strictObject({
        samples: z.int(),
        regret: z.number(),
        proposalRegret: z.number(),
        distinctShare: z.number(),
      }),
    ),
    samplesToTop: z.int().nullable(),
  }),
});

/** Results of trials in a file, a line each, written as they come: who starts again goes on. */
export interface Journal {
  find(trial: Trial): TrialResult | undefined;
  add(trial: Trial, result: TrialResult): void;
}

/**
 * @param version Version of whatever else the results depend on: results of other versions are not found.
 * @throws NosError `unwritable`.
 */
export function openJournal(path: string, version: string): Journal {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const known = new Map(readLines(text));
  const append = (more: string): void => {
    try {
      appendFileSync(path, more);
    } catch (error) {
      const hint = 'choose another directory: -o DIR';
      throw new NosError('unwritable', `${path}: ${(error as Error).message}`, hint);
    }
  };
  // Says at once whether it can be written; a line that was cut off ends here, so that the next stands on its own.
  append(text === '' || text.endsWith('\n') ? '' : '\n');
  const keyOf = (trial: Trial): string =>
    createHash('sha256')
      .update(JSON.stringify([version, sorted(trial)]))
      .digest('hex')
      .slice(0, 16);
  return {
    find: (trial) => known.get(keyOf(trial)),
    add: (trial, result) => {
      const key = keyOf(trial);
      known.set(key, result);
      append(`${JSON.stringify({ key, result })}\n`);
    },
  };
}

/** Whole lines: the last one may have been cut off by a kill. */
function readLines(text: string): (readonly [string, TrialResult])[] {
  return text.split('\n').flatMap((line) => {
    try {
      const { key, result } = lineSchema.parse(JSON.parse(line));
      return [[key, result] as const];
    } catch {
      return [];
    }
  });
}

/** Options in the order of their names: how they were written does not matter. */
function sorted(trial: Trial): unknown {
  const { strategy, landscape, noise, seed, samples } = trial;
  return [strategy, Object.entries(trial.options).sort(), landscape, noise, seed, samples];
}
