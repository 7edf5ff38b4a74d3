import { defineConfig } from 'vitest/config';

/** `npm run test:image`: minutes of an install and real processes, apart from `npm test`; times only for what hangs. */
export default defineConfig({
  test: {
    include: ['test/deploy/*.slow.ts'],
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
  },
});
