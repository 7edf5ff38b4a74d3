import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is looked whether something changed: at a number, while somebody follows. */
const EVERY_MS = 500;

/** The numbers that are read, as they change, the present one first, until the signal. */
export async function* changesOf(read: () => Promise<number>, signal: AbortSignal): AsyncGenerator<number> {
  let last: number | undefined;
  while (!signal.aborted) {
    const version = await read();
    if (version !== last) yield version;
    last = version;
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
