import { expect } from 'vitest';

/** Expects something of a value that is true soon, with patience for a busy machine. */
export const eventually = <T>(get: () => T) => expect.poll(get, { timeout: 60_000 });
