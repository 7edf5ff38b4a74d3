import * as z from 'zod';
import { NosError } from '../errors.ts';
import { KnownKeys } from './known-keys.ts';
import type { StrategyPast } from './strategy.ts';

/**
 * A strategy's checkpoint as data.
 *
 * @throws NosError `store-corrupt` when the text is not what the schema describes.
 */
export function parseCheckpoint<T>(strategy: string, schema: z.ZodType<T>, checkpoint: string): T {
  return restoring(strategy, () => schema.parse(JSON.parse(checkpoint)));
}

/**
 * What checkpoints appended, in order: a list for each that appended something.
 *
 * @throws NosError `store-corrupt` when one is not what the schema describes.
 */
export function parseAppended<T>(
  strategy: string,
  schema: z.ZodType<T>,
  { appended }: StrategyPast,
): readonly T[] {
  return appended
    .filter((text) => text !== '')
    .map((text) => restoring(strategy, () => schema.parse(JSON.parse(text))));
}

/**
 * The keys that checkpoints appended.
 *
 * @param fresh Those that the newest checkpoint holds itself, as an earlier version wrote it: the next one appends them.
 * @throws NosError `store-corrupt`.
 */
export function restoreKeys(strategy: string, past: StrategyPast, fresh: readonly string[]): KnownKeys {
  return new KnownKeys(parseAppended(strategy, z.array(z.string()), past).flat(), fresh);
}

/** A list as text that a checkpoint appends. */
export function appendedText(list: readonly unknown[]): string {
  return list.length === 0 ? '' : JSON.stringify(list);
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
