import { fileURLToPath } from 'node:url';

/** A task that costs next to nothing: see the file. */
export const BOWL = fileURLToPath(new URL('./fixtures/bowl.mjs', import.meta.url));
