import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../store/index.ts';

/** How often the store is asked whether it changed: a look at a number, while somebody follows. */
const EVERY_MS = 500;

/** Numbers that change as the store does, the present one first, until the signal. */
export async function* changesOf(digest: Digest, signal: AbortSignal): AsyncGenerator<number> {
  let last: number | undefined;
  while (!signal.aborted) {
    const version = await digest.version();
    if (version !== last) yield version;
    last = version;
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
