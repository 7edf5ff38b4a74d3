import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest: a core that began with one of them last would work alone at the end. */
const LONG = ['test/commands.test.ts', 'test/own-task.test.ts', 'test/crash/', 'test/cli/', 'src/dispatch/'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((path) => moduleId.includes(path));
      return place < 0 ? LONG.length : place;
    };
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

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
    sequence: { sequencer: LongestFirst },
    // Many tests wait, for clocks and for processes that they started: two at a time keep a core busy.
    maxWorkers: 2 * availableParallelism(),
    // Only for what hangs: a busy machine takes its time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      // A process for each file.
      { extends: true, test: { name: 'apart', include: APART } },
      // A process for many of them: what they test is loaded once in each.
      {
        extends: true,
        test: { name: 'rooms', include: ['src/**/*.test.ts'], exclude: APART, isolate: false },
      },
    ],
  },
});
