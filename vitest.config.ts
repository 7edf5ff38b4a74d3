import { defineConfig } from 'vitest/config';

/** They start processes, or change what is this process's own: its environment, its working directory, its timers. */
const APART = [
  'src/dispatch/**/*.test.ts',
  // Looks at the bytes of files: once one was not as it was left, in a process of many tests; alone it always is.
  'src/store/**/*.test.ts',
  'test/**/*.test.ts',
  'bench/*.test.mjs',
];

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Many tests wait for processes that they started: no core is kept free for the runner itself.
    maxWorkers: '100%',
    // Only for what hangs: a busy machine takes its time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      // A process for each file. The long ones are here, and vitest begins with these.
      { extends: true, test: { name: 'apart', include: APART } },
      // A process for all of them, one a core: what they test is loaded once.
      {
        extends: true,
        test: { name: 'rooms', include: ['src/**/*.test.ts'], exclude: APART, isolate: false },
      },
    ],
  },
});
