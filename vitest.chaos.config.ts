import { defineConfig } from 'vitest/config';

/** `npm run test:chaos`: minutes of kills, apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['test/chaos/*.chaos.ts'],
    pool: 'forks',
    testTimeout: 900_000,
  },
});
