import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session, Tensor } from '../../src/graph/index.ts';
import { type CompileOptions, findCompiler, machineTarget } from '../../src/graph/native/compiler.ts';
import { openNativeSession } from '../../src/graph/native/session.ts';
import { type Processor, TARGETS } from '../../src/graph/native/target.ts';
import { inputPorts } from '../../src/graph/session.ts';

/** A way to compile that this machine has. */
export interface NativeVariant {
  readonly name: string;
  readonly options: CompileOptions;
}

/** `npm run test:sanitized`: with checks of memory and of undefined behaviour in every compiled file. */
const SANITIZERS = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];

const narrow: Processor = { ...TARGETS['x86-64-v3'], name: '128 bits', lanes: 4 };

/**
 * Every instruction set and compiler that runs here; the first is what `nos` would use. Empty without a compiler.
 *
 * @param folder Where compiled files go.
 */
export async function nativeVariants(folder: string): Promise<readonly NativeVariant[]> {
  const own = machineTarget();
  if (process.env.SANITIZED === '1' && own !== undefined) {
    const compiler = await findCompiler({ CC: 'gcc' });
    return compiler === undefined
      ? []
      : [{ name: 'sanitized', options: { compiler, target: own, folder, flags: SANITIZERS } }];
  }
  const targets =
    own === undefined ? [] : own.name.startsWith('x86') ? [own, TARGETS['x86-64-v3'], narrow] : [own];
  const variants: NativeVariant[] = [];
  for (const CC of ['gcc', 'clang']) {
    const compiler = await findCompiler({ CC });
    if (compiler === undefined) continue;
    for (const target of new Set(targets)) {
      // Little is optimised, which compiles twice as fast and may not change a bit.
      const flags = variants.length === 0 ? [] : ['-O1'];
      variants.push({ name: `${CC}, ${target.name}`, options: { compiler, target, folder, flags } });
    }
  }
  return variants;
}

/** A folder for compiled files that is removed after `use`. */
export async function temporaryFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'nos-native-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export function openVariant(
  outputs: Readonly<Record<string, Tensor>>,
  { options }: NativeVariant,
): Promise<Session> {
  const ports = Object.entries(outputs).map(([name, { shape }]) => ({ name, shape }));
  return openNativeSession(outputs, inputPorts(Object.values(outputs)), ports, options);
}
