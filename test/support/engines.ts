import type { EngineName } from '../../src/graph/index.ts';
import { findCompiler, machineTarget } from '../../src/graph/native/compiler.ts';

const canCompile = machineTarget() !== undefined && (await findCompiler()) !== undefined;
if (!canCompile)
  console.warn('no C compiler, or a processor that the native engine is not made for: it is not tested');

/** The engines of this machine. */
export const engines: readonly EngineName[] = canCompile ? ['onnxruntime', 'native'] : ['onnxruntime'];
