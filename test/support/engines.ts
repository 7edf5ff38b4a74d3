import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { EngineName } from '../../src/graph/index.ts';
import { findCompiler, machineTarget } from '../../src/graph/native/compiler.ts';

// Compiled files go to a folder of this test's own; tests in test/ have a process each.
const cache = mkdtempSync(join(tmpdir(), 'nos-engines-'));
process.env.XDG_CACHE_HOME = cache;
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const canCompile = machineTarget() !== undefined && (await findCompiler()) !== undefined;
if (!canCompile)
  console.warn('no C compiler, or a processor that the native engine is not made for: it is not tested');

/** The engines of this machine. */
export const engines: readonly EngineName[] = canCompile ? ['onnxruntime', 'native'] : ['onnxruntime'];
