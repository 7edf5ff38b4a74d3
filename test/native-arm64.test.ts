import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Session, Tensor } from '../src/graph/index.ts';
import { emitGraph } from '../src/graph/native/emit.ts';
import { TARGETS } from '../src/graph/native/target.ts';
import { inputPorts } from '../src/graph/session.ts';
import { nativeVariants, openVariant, temporaryFolder } from './graph/native-variants.ts';
import { bitsOf, plausibleFeeds, smallNetworks } from './graph/networks.ts';

/*
 * The same networks for arm64, compiled by a cross compiler and run by an emulator: the bits of this machine.
 */

const CROSS = 'aarch64-linux-gnu-gcc';
const EMULATOR = 'qemu-aarch64';
const missing = [CROSS, EMULATOR].filter((program) => spawnSync(program, ['--version']).error !== undefined);
const { folder, remove } = await temporaryFolder();
const [own] = await nativeVariants(folder);
afterAll(remove);
if (missing.length > 0) {
  console.warn(
    `SKIPPED: bits on arm64, which need ${missing.join(' and ')} (Debian: gcc-aarch64-linux-gnu qemu-user)`,
  );
}

/** Runs the step of a file of C as a program: arrays come from one file, and go to another. Node-API is not there, nor called. */
const PROGRAM = `
#include <stdio.h>
#include "graph.c"
int main(int count, char **names) {
  float *p[PORTS];
  char *arena = 0;
  FILE *in = fopen(names[1], "rb"), *out = fopen(names[2], "wb");
  if (count != 3 || in == 0 || out == 0 || posix_memalign((void **)&arena, 1 << 21, BYTES) != 0) return 1;
  memset(arena, 0, BYTES);
  for (int i = 0; i < PORTS; i++) {
    p[i] = malloc(SIZES[i] * sizeof(float));
    if (p[i] == 0 || (i < INPUTS && fread(p[i], sizeof(float), SIZES[i], in) != SIZES[i])) return 2;
  }
  const __typeof__(flush()) mode = flush();
  step(arena, p);
  restore(mode);
  for (int i = INPUTS; i < PORTS; i++) if (fwrite(p[i], sizeof(float), SIZES[i], out) != SIZES[i]) return 3;
  return fclose(out) == 0 && *(int *)arena == 0 ? 0 : 4;
}
`;
const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-w',
  '-static',
];

/** What a graph gives for the feeds on arm64. */
async function emulated(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, Float32Array>>,
): Promise<Readonly<Record<string, Float32Array>>> {
  const graph = emitGraph(outputs, TARGETS.arm64);
  const at = (name: string): string => join(folder, name);
  await writeFile(at('graph.c'), graph.text);
  await writeFile(at('main.c'), PROGRAM);
  await writeFile(at('in'), Buffer.concat(graph.inputs.map((name) => bytesOf(feeds[name]!))));
  run(CROSS, [
    ...FLAGS,
    ...TARGETS.arm64.flags,
    '-Wl,--unresolved-symbols=ignore-all',
    'main.c',
    '-o',
    'main',
  ]);
  run(EMULATOR, ['main', 'in', 'out']);
  const bytes = await readFile(at('out'));
  const results: Record<string, Float32Array> = {};
  let offset = 0;
  for (const name of graph.outputs) {
    const size = outputs[name]!.shape.reduce((a, b) => a * b, 1);
    results[name] = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * size),
    );
    offset += 4 * size;
  }
  return results;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

function run(program: string, args: readonly string[]): void {
  const { status, stderr, signal } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  expect(status, `${program} ${signal ?? ''} ${stderr}`).toBe(0);
}

describe.skipIf(missing.length > 0 || own === undefined)('on arm64', () => {
  it.each(smallNetworks)('a step of $name has the bits of this machine', async ({ build }) => {
    const model = await build();
    const { training } = model.plain();
    const session: Session = await openVariant(training, own!);
    const feeds = plausibleFeeds(model, { inputs: inputPorts(Object.values(training)) });
    const here = await session.run(feeds);
    await session.close();
    expect(bitsOf(await emulated(training, feeds))).toBe(bitsOf(here));
  });
});
