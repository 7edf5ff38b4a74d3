import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is looked whether something changed: at a number, while somebody follows. */
const EVERY_MS = 250;

/** How long nobody is told of more after a change: what a search writes at once, and a little later, is one. */
const REST_MS = 900;

/** The numbers that are read, as they change, the present one first, until the signal. */
export async function* changesOf(read: () => Promise<number>, signal: AbortSignal): AsyncGenerator<number> {
  let last: number | undefined;
  while (!signal.aborted) {
    const version = await read();
    const changed = version !== last;
    if (changed) yield version;
    last = version;
    await sleep(changed ? REST_MS : EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
