import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/*.test.mjs'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Many tests wait for processes that they started: no core is kept free for the runner itself.
    maxWorkers: '100%',
    // Only for what hangs: a busy machine takes its time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
