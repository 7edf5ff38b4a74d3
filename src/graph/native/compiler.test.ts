import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { chmod, chown, copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeVariants, temporaryFolder } from '../../../test/graph/native-variants.ts';
import type { NosError } from '../../errors.ts';
import { add, input, mul, scalar, type Tensor } from '../index.ts';
import { type CompileOptions, compileAddon, findCompiler } from './compiler.ts';
import { emitGraph } from './emit.ts';

/* Compilers that fail, caches that are damaged or not one's own: each is refused with one line, or mended. */

const { folder, remove } = await temporaryFolder();
const [variant] = await nativeVariants(folder);
afterAll(remove);

let folders = 0;
const fresh = (): string => join(folder, `cache ${folders++}`);

/** A file of C whose graph gives `factor` for 1. */
const textOf = (factor: number): string => {
  const x = input('x', [2]);
  const graph: Record<string, Tensor> = { y: add(mul(x, scalar(factor - 1)), x) };
  return emitGraph(graph, variant!.options.target).text;
};

/** What the compiled graph gives for 1. */
async function compiled(factor: number, options: CompileOptions): Promise<number> {
  const addon = await compileAddon(textOf(factor), options);
  const y = new Float32Array(2);
  addon.run(addon.create(), Float32Array.of(1, 1), y);
  return y[0]!;
}

/** A compiler that is a script; `$@` are the arguments, and `$CC` compiles. */
function scripted(script: string): CompileOptions {
  const path = join(folder, `cc-${folders++}`);
  const { compiler } = variant!.options;
  writeFileSync(path, `#!/bin/sh\nCC='${compiler.command[0]}'\n${script}\n`);
  chmodSync(path, 0o755);
  return { ...variant!.options, folder: fresh(), compiler: { command: [path], version: path } };
}

const failure = (options: CompileOptions): Promise<NosError> =>
  compiled(2, options).then(
    () => expect.fail('compiled'),
    (error: NosError) => error,
  );

describe.skipIf(variant === undefined)('a compiler', () => {
  it('that works is asked once for each text', async () => {
    const options = scripted('echo run >> "$0.log"; exec $CC "$@"');
    let told = 0;
    const watched = { ...options, onCompile: () => told++ };
    expect([await compiled(2, watched), await compiled(3, watched), await compiled(2, watched)]).toEqual([
      2, 3, 2,
    ]);
    expect(told).toBe(2);
    expect(readFileSync(`${options.compiler.command[0]}.log`, 'utf8')).toBe('run\nrun\n');
  });

  it('that fails at the second file leaves the first one whole', async () => {
    const options = scripted(
      'if [ -e "$0.ran" ]; then echo "graph.c:7: error: no good" >&2; exit 1; fi; touch "$0.ran"; exec $CC "$@"',
    );
    expect(await compiled(3, options)).toBe(3);
    expect(await failure(options)).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/does not compile the graph: graph\.c:7: error: no good$/),
      hint: 'name another compiler with CC, or use --engine onnxruntime',
    });
    expect(await compiled(3, options)).toBe(3);
    expect(await readdir(options.folder!)).toHaveLength(2);
  });

  it.each([
    ['says nothing', 'exit 3', 'it exited with code 3'],
    ['is killed', 'kill -9 $$', 'it was ended by SIGKILL'],
    ['writes nothing', 'exit 0', 'it wrote nothing'],
  ])('that %s is refused', async (_, script, reason) => {
    const options = scripted(script);
    expect(await failure(options)).toMatchObject({
      code: 'engine',
      message: `${options.compiler.command[0]} does not compile the graph: ${reason}`,
    });
    expect(await readdir(options.folder!)).toEqual([]);
  });

  it.each([
    ['an empty file', 'touch graph.node'],
    ['no program', 'echo text > graph.node'],
    [
      'another library',
      'echo "int f(void) { return 1; }" > other.c; exec $CC -shared -fPIC other.c -o graph.node',
    ],
  ])('that makes %s is refused', async (_, script) => {
    expect(await failure(scripted(script))).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/^what \S+ made does not load: [^\n]+$/),
    });
  });

  it('that hangs is ended, with what it started', async () => {
    const options = { ...scripted('sleep 1000 & echo $! > "$0.pid"; wait'), seconds: 1 };
    expect(await failure(options)).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/does not compile the graph: it took more than 1 s$/),
    });
    const pid = readFileSync(`${options.compiler.command[0]}.pid`, 'utf8').trim();
    // A process that has ended may wait for its parent to notice.
    const state = (): string =>
      spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim();
    await expect.poll(state).toMatch(/^(Z.*)?$/);
  });
});

describe.skipIf(variant === undefined)('the cache', () => {
  const own = (): CompileOptions => ({ ...variant!.options, folder: fresh() });
  const sound = fresh();
  const files = (options: CompileOptions) => {
    const name = readdirSync(options.folder!).find((one) => one.endsWith('.node'));
    const file = join(options.folder!, name!);
    return { file, sum: `${file}.sha256` };
  };
  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

  it.each([
    ['truncated', async ({ file }) => truncate(file, 1_000)],
    ['empty', async ({ file }) => truncate(file, 0)],
    [
      'altered',
      async ({ file }) => {
        const bytes = await readFile(file);
        bytes[bytes.length >> 1]! ^= 1;
        await writeFile(file, bytes);
      },
    ],
    ['without its checksum', async ({ sum }) => writeFile(sum, '')],
    ['writable by others', async ({ file }) => chmod(file, 0o666)],
    [
      'no program, although its checksum is right',
      async ({ file, sum }) => {
        await writeFile(file, 'text');
        await writeFile(sum, sha256(file));
      },
    ],
  ] satisfies readonly (readonly [
    string,
    (of: { readonly file: string; readonly sum: string }) => Promise<void>,
  ])[])('makes a file again that is %s', async (_, damage) => {
    const [made, options] = [{ ...own(), folder: sound }, own()];
    await compiled(2, made);
    // The folder is another one, as this process has loaded the file of this one.
    mkdirSync(options.folder!, { mode: 0o700 });
    const { file, sum } = files(made);
    for (const path of [file, sum]) await copyFile(path, path.replace(made.folder!, options.folder!));
    await damage(files(options));
    const { file: there } = files(options);
    let told = 0;
    expect(await compiled(2, { ...options, onCompile: () => told++ })).toBe(2);
    expect(told).toBe(1);
    expect(readFileSync(sum.replace(made.folder!, options.folder!), 'utf8')).toBe(sha256(there));
    expect(statSync(there).mode & 0o022).toBe(0);
  });

  it('is refused if others may write to it', async () => {
    const options = own();
    await mkdir(options.folder!);
    await chmod(options.folder!, 0o777);
    expect(await failure(options)).toMatchObject({
      code: 'engine',
      message: `compiled code cannot be kept in ${options.folder}: others may write to it`,
    });
  });

  it.skipIf(process.getuid?.() !== 0)('is refused if it is somebody else’s', async () => {
    const options = own();
    await mkdir(options.folder!, { mode: 0o700 });
    await chown(options.folder!, 1234, 1234);
    expect(await failure(options)).toMatchObject({
      code: 'engine',
      hint: expect.stringMatching(/of your own/),
    });
  });

  it('is refused if it is a file', async () => {
    const options = own();
    await writeFile(options.folder!, '');
    expect(await failure(options)).toMatchObject({ code: 'engine' });
  });

  it('says that a disk is full', async ({ skip }) => {
    const options = own();
    await mkdir(options.folder!, { mode: 0o700 });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=700', 'tmpfs', options.folder!]);
    skip(mounted.status !== 0, 'SKIPPED, as no small disk can be mounted here');
    try {
      expect(await failure(options)).toMatchObject({
        code: 'engine',
        message: expect.stringMatching(/no space left on device|No space left on device/),
        hint: expect.stringMatching(/--engine onnxruntime$/),
      });
    } finally {
      spawnSync('umount', [options.folder!]);
    }
  });

  it('loses what processes left that came to a sudden end, but not what is under way', async () => {
    const options = own();
    await mkdir(options.folder!, { mode: 0o700 });
    const [old, young] = ['1.node.AAAAAA', '2.node.BBBBBB'].map((name) => join(options.folder!, name));
    for (const path of [old!, young!]) await mkdir(path);
    const before = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    utimesSync(old!, before, before);
    await compiled(2, options);
    expect([old!, young!].map((path) => existsSync(path))).toEqual([false, true]);
  });
});

describe('findCompiler', () => {
  it('finds none if CC names none', async () => {
    expect(await findCompiler({ CC: 'no-such-compiler' })).toBeUndefined();
    expect(await findCompiler({ CC: 'false' })).toBeUndefined();
  });
});
