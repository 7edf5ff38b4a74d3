import type * as z from 'zod';
import { NosError } from '../errors.ts';

/**
 * A strategy's checkpoint as data.
 *
 * @throws NosError `store-corrupt` when the text is not what the schema describes.
 */
export function parseCheckpoint<T>(strategy: string, schema: z.ZodType<T>, checkpoint: string): T {
  return restoring(strategy, () => schema.parse(JSON.parse(checkpoint)));
}

/** Runs `restore`; whatever it throws is the checkpoint's fault. */
export function restoring<T>(strategy: string, restore: () => T): T {
  try {
    return restore();
  } catch (cause) {
    throw new NosError(
      'store-corrupt',
      `checkpoint of strategy '${strategy}': ${cause instanceof RangeError ? cause.message : 'not readable'}`,
      'start a new run; the rules found so far stay in the store',
      { cause },
    );
  }
}
