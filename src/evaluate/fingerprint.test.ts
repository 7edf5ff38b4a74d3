import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import { engineOf } from '../evaluation/index.ts';
import { chosenEngine } from './engine.ts';
import { openEvaluator } from './evaluator.ts';
import { fingerprint } from './fingerprint.ts';

const compiled = fileURLToPath(new URL('../../dist/evaluate/index.js', import.meta.url));
const request = {
  rule: 'adam * exp(sign(g) * sign(m)) + noise',
  task: 'digits-mlp',
  protocol: 'quick',
  seed: 5,
};

/** What a fresh process gives, from the compiled program. */
async function elsewhere(): Promise<{ readonly fingerprint: string; readonly evaluation: unknown }> {
  const script = `
    import { fingerprint, openEvaluator } from ${JSON.stringify(compiled)};
    const request = ${JSON.stringify(request)};
    const evaluator = await openEvaluator({ task: request.task, directory: '', clock: () => 0 });
    const evaluation = await evaluator.evaluate(request);
    console.log(JSON.stringify({ fingerprint: await fingerprint(), evaluation }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return JSON.parse(stdout);
}

describe('fingerprint', () => {
  it('names onnxruntime, V8, the platform and the bits of a training', async () => {
    const text = await fingerprint('onnxruntime');
    expect(text).toMatch(/^onnxruntime-[\d.]+ v8-\S+ \w+-\w+ [0-9a-f]{16}$/);
    expect(text).toContain(`${process.platform}-${process.arch}`);
    expect(engineOf(text)).toBe('onnxruntime');
  });

  it.skipIf(!engines.includes('native'))('names the native engine by its bits, and no platform', async () => {
    const text = await fingerprint('native');
    expect(text).toMatch(/^native-[0-9a-f]{16} v8-\S+ [0-9a-f]{16}$/);
    expect(engineOf(text)).toBe('native');
  });

  it('is that of the engine that this process computes with', async () => {
    expect(await fingerprint()).toBe(await fingerprint(await chosenEngine()));
  });

  it.skipIf(!existsSync(compiled))('is the same in another process, and so is an evaluation', async () => {
    const there = await elsewhere();
    expect(there.fingerprint).toBe(await fingerprint());
    const evaluator = await openEvaluator({ task: request.task, directory: '', clock: () => 0 });
    const here = await evaluator.evaluate(request);
    await evaluator.close();
    expect(there.evaluation).toEqual(JSON.parse(JSON.stringify(here)));
  });

  it.skipIf(!existsSync(compiled))(
    'is not computed where the process that started this one told it',
    async () => {
      const started: typeof import('./index.ts') = await import(compiled);
      expect(started.knownFingerprints()).toEqual([]);
      started.inheritFingerprint('native-abacus');
      expect(await started.fingerprint('native')).toBe('native-abacus');
      expect(started.knownFingerprints()).toEqual(['native-abacus']);
    },
  );
});
if (!existsSync(compiled)) console.warn('skipped: the test across processes, which needs `npm run build`');
