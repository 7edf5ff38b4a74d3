import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NATIVE_BITS, nativeBits } from '../src/evaluate/native-check.ts';
import { add, gatherRows, input, mul, sum, type Tensor, tanh } from '../src/graph/index.ts';
import { type Addon, compileAddon } from '../src/graph/native/compiler.ts';
import { emitGraph } from '../src/graph/native/emit.ts';
import { stream } from '../src/random/index.ts';
import { nativeVariants, openVariant, temporaryFolder } from './graph/native-variants.ts';

/* The native engine as a whole: equal bits whatever compiles it, and what it refuses. */

const { folder, remove } = await temporaryFolder();
const variants = await nativeVariants(folder);
afterAll(remove);
const [variant] = variants;

describe('bits', () => {
  it.each(variants)('are those of every other machine: $name', async (compiled) => {
    expect(await nativeBits((graph) => openVariant(graph, compiled))).toBe(NATIVE_BITS);
  });
});

const x = input('x', [2, 3]);
const graph: Record<string, Tensor> = { y: tanh(add(x, input('b', [3]))), total: sum(mul(x, x)) };

describe.skipIf(variant === undefined)('a compiled graph', async () => {
  const { text, inputs, outputs } = emitGraph(graph, variant!.options.target);
  const addon: Addon = await compileAddon(text, variant!.options);
  const state = addon.create();
  const fitting = () =>
    [...inputs, ...outputs].map((name) => new Float32Array({ x: 6, b: 3, y: 6, total: 1 }[name]!).fill(1));

  it('runs on arrays that fit', () => {
    const arrays = fitting();
    addon.run(state, ...arrays);
    expect(arrays[inputs.length + outputs.indexOf('total')]).toEqual(Float32Array.of(6));
  });

  it('refuses arrays of another length, type or place, and detached ones', () => {
    const detached = new Float32Array(6);
    structuredClone(detached, { transfer: [detached.buffer] });
    const shared = fitting();
    shared[2] = shared[0]!.subarray(0);
    const wrong: readonly (readonly unknown[])[] = [
      fitting().map((array, i) => (i === 0 ? array.subarray(1) : array)),
      fitting().map((array, i) => (i === 3 ? new Float32Array(2) : array)),
      fitting().map((array, i) => (i === 1 ? new Float64Array(3) : array)),
      fitting().map((array, i) => (i === 1 ? new Uint8Array(12) : array)),
      fitting().map((array, i) => (i === 0 ? detached : array)),
      fitting().map((array, i) => (i === 0 ? [...array] : array)),
      fitting().map((array, i) => (i === 0 ? new DataView(array.buffer) : array)),
      shared,
    ];
    for (const arrays of wrong)
      expect(() => addon.run(state, ...(arrays as Float32Array[]))).toThrow(RangeError);
  });

  it('survives whatever it is called with', () => {
    const random = stream(1, 'native');
    const other = addon.create();
    const things: readonly (() => unknown)[] = [
      () => state,
      () => undefined,
      () => null,
      () => ({}),
      () => 1,
      () => 'x',
      () => new ArrayBuffer(24),
      () => new Float32Array(random.integer(9)),
      () => new Float32Array(6),
      () => new Float32Array(3),
      () => new Float32Array(new SharedArrayBuffer(24)),
      () => new Int32Array(6),
    ];
    const methods = [addon.run, addon.destroy] as readonly ((...given: unknown[]) => unknown)[];
    for (let i = 0; i < 5_000; i++) {
      const given = Array.from({ length: random.integer(8) }, () => things[random.integer(things.length)]!());
      const method = methods[given[0] === state ? 0 : random.integer(2)]!;
      try {
        method(...given);
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
      }
    }
    addon.destroy(other);
    expect(() => addon.run(other, ...fitting())).toThrow(TypeError);
    addon.run(state, ...fitting());
  });

  it('refuses an index out of range, and goes on afterwards', async () => {
    const rows = gatherRows(input('table', [4, 2]), input('index', [2]));
    const session = await openVariant({ rows }, variant!);
    const table = Float32Array.from({ length: 8 }, (_, i) => i);
    for (const index of [4, -1, 0.5, Number.NaN, Infinity]) {
      await expect(session.run({ table, index: Float32Array.of(0, index) })).rejects.toThrow(RangeError);
    }
    const found = await session.run({ table, index: Float32Array.of(3, 0) });
    expect(found.rows).toEqual(Float32Array.of(6, 7, 0, 1));
    await session.close();
  });

  it('has text that holds no name of the graph', () => {
    const named = emitGraph({ 'an output': tanh(input('an input */', [2])) }, variant!.options.target);
    expect(named.text).not.toMatch(/an output|an input/);
  });
});

describe.skipIf(variant === undefined)('compiling', () => {
  const { text } = emitGraph(graph, variant!.options.target);

  it('is done once, also by several at once, and again for a damaged file', async () => {
    const own = join(folder, 'once');
    const options = { ...variant!.options, folder: own };
    await Promise.all([1, 2, 3].map(() => compileAddon(text, options)));
    const files = await readdir(own);
    expect(files.filter((file) => file.endsWith('.node'))).toHaveLength(1);
    expect(files).toHaveLength(2);
    const damaged = join(folder, 'damaged');
    await mkdir(damaged, { mode: 0o700 });
    for (const file of files) await writeFile(join(damaged, file), 'no code');
    const addon = await compileAddon(text, { ...options, folder: damaged });
    expect(addon.create()).toBeTypeOf('object');
  });

  it('says what the compiler said', async () => {
    const failing = compileAddon(`${text}\nint broken(void) { return; }\n#error no good\n`, variant!.options);
    await expect(failing).rejects.toThrow(
      expect.objectContaining({ code: 'engine', message: expect.stringContaining('does not compile') }),
    );
  });
});
