import { defineConfig } from 'vitest/config';

/** `npm run test:packed`: minutes of installs from npm's registry, apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['test/packed/*.packed.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
  },
});
