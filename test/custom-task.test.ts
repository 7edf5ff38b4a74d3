import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const built = existsSync(join(root, 'dist', 'evaluate', 'index.js'));

describe('examples/custom-task.mjs', () => {
  it.skipIf(!built)('is a task that rules are scored on, by its path', async () => {
    const script = `
      import { openEvaluator } from 'neural-optimizer-search/evaluate';
      const task = 'examples/custom-task.mjs';
      const evaluator = await openEvaluator({ task, directory: '' });
      const evaluation = await evaluator.evaluate({ rule: 'adam', task, protocol: 'quick', seed: 1 });
      console.log(JSON.stringify(evaluation));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { cwd: root },
    );
    const evaluation = JSON.parse(stdout);
    expect(evaluation).toMatchObject({ task: 'examples/custom-task.mjs', status: 'ok' });
    expect(evaluation.reward).toBeGreaterThan(0.9);
  });
});
if (!built) console.warn('skipped: the test of the example, which needs `npm run build`');
