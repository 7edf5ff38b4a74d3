import { describe, expect, it } from 'vitest';
import { stream } from '../../random/index.ts';
import {
  add,
  channelMoments,
  convolution2d,
  gradients,
  input,
  maxPool2d,
  mul,
  patches,
  relu,
  reshape,
  scaleChannels,
  sum,
  type Tensor,
  tanh,
  transpose,
} from '../index.ts';
import { emitGraph } from './emit.ts';
import { layOut } from './layout.ts';
import { type NativeBuffer, planArena } from './memory.ts';
import { schedule } from './schedule.ts';
import { lanesFor, TARGETS } from './target.ts';
import { callsOfParts, floatText, partsOf } from './text.ts';
import { Unsupported } from './unsupported.ts';

const names = (nodes: Iterable<Tensor>) => [...nodes].map((node) => node.operation.name);

const image = input('image', [4, 3, 8, 8]);
const filters = input('filters', [16, 3, 3, 3]);
const more = input('more', [16, 16, 3, 3]);
const normed = (x: Tensor): Tensor => {
  const { mean, variance } = channelMoments(x);
  return add(scaleChannels(x, variance), reshape(mean, [16, 1, 1]));
};
/** Two layers, each with statistics over the batch. */
const network = relu(
  normed(
    convolution2d(maxPool2d(relu(normed(convolution2d(image, filters, { padding: 1 }))), 2), more, {
      padding: 1,
    }),
  ),
);

describe('layOut', () => {
  it('finds the images, and copies what enters and leaves them', () => {
    const { images, batch, order, outputs } = layOut([
      transpose(tanh(convolution2d(image, filters)), [1, 0, 2, 3]),
    ]);
    expect(batch).toBe(4);
    expect(names(images)).toEqual(['toImages', 'convolution2d', 'tanh']);
    expect(names(order)).toEqual([
      'input',
      'toImages',
      'input',
      'convolution2d',
      'tanh',
      'fromImages',
      'transpose',
    ]);
    expect(names(outputs)).toEqual(['transpose']);
  });

  it('takes four axes alone for no image', () => {
    expect(layOut([tanh(mul(image, image))]).images.size).toBe(0);
    expect([...layOut([sum(mul(filters, filters))]).images]).toEqual([]);
  });

  it('names an operation without a form', () => {
    expect(() => layOut([patches(image, { kernel: [3, 3] })])).toThrow(Unsupported);
    expect(() => layOut([patches(image, { kernel: [3, 3] })])).toThrow(
      'the native engine has no form of patches',
    );
  });

  it('refuses images of several batches', () => {
    const other = convolution2d(input('other', [2, 3, 8, 8]), filters);
    expect(() => layOut([sum(other), sum(convolution2d(image, filters))])).toThrow(
      'images of several batches',
    );
  });
});

describe('schedule', () => {
  it('ends a loop at every reduction over the batch, and keeps the images that later ones read', () => {
    const { loops, stored } = schedule(layOut([network]));
    expect(loops.map(({ roots }) => names(roots).sort())).toEqual([
      ['channelVariance', 'convolution2d', 'sum'],
      ['channelVariance', 'convolution2d', 'sum'],
      ['fromImages'],
    ]);
    expect(names(stored)).toEqual(['convolution2d', 'convolution2d']);
    // What is element by element is computed where it is wanted.
    expect(names(loops[1]!.computed)).toEqual(expect.arrayContaining(['maxPool2d', 'relu', 'convolution2d']));
  });

  it('computes every tensor after what it reads', () => {
    const layout = layOut(gradients(sum(mul(network, network)), [filters, more]));
    const { loops, after, stored } = schedule(layout);
    loops.forEach(({ computed, roots }, L) => {
      for (const node of new Set([...computed, ...roots])) {
        for (const x of node.inputs) {
          if (layout.images.has(x)) expect(computed.has(x) || stored.has(x)).toBe(true);
          else expect(after.get(x)).toBeLessThan(L);
        }
      }
    });
  });
});

describe('planArena', () => {
  it('gives buffers that live at once places of their own', () => {
    const random = stream(1, 'arena');
    const buffers: NativeBuffer[] = Array.from({ length: 200 }, (_, i) => {
      const first = random.integer(50);
      return { name: `B${i}`, floats: 1 + random.integer(500), first, last: first + random.integer(10) };
    });
    const { offsets, bytes } = planArena(buffers);
    const end = (buffer: NativeBuffer) => offsets.get(buffer)! + 4 * buffer.floats;
    for (const a of buffers) {
      expect(end(a)).toBeLessThanOrEqual(bytes);
      for (const b of buffers) {
        const together = a !== b && a.first <= b.last && b.first <= a.last;
        if (together) expect(end(a) <= offsets.get(b)! || end(b) <= offsets.get(a)!).toBe(true);
      }
    }
    expect(bytes).toBeLessThan(4 * buffers.reduce((total, { floats }) => total + floats, 0));
  });
});

describe('text', () => {
  it('writes floats that are read back as the same', () => {
    const cases = [0, -0, 1, -2.5, 0.1, 1e-45, 3.4028234663852886e38, 1e21];
    expect(cases.map(floatText)).toEqual([
      ...['0.f', '(-0.f)', '1.f', '(-2.5f)', '0.10000000149011612f', '1.401298464324817e-45f'],
      ...['3.4028234663852886e+38f', '1.0000000200408773e+21f'],
    ]);
    expect(floatText(Infinity)).toBe('__builtin_inff()');
    expect(floatText(Number.NaN)).toBe('__builtin_nanf("")');
  });

  it.each([
    [1, 8],
    [8, 8],
    [16, 8],
    [17, 8],
    [30, 8],
    [31, 16],
  ])('cuts %d into parts of at most %d, and calls each once', (length, most) => {
    const parts = partsOf(length, most);
    expect(Math.max(...parts.map(({ size }) => size))).toBeLessThanOrEqual(most);
    const covered = parts.flatMap(({ at, size }) => Array.from({ length: size }, (_, i) => at + i));
    expect(covered).toEqual(Array.from({ length }, (_, i) => i));
    const calls = callsOfParts(parts, 'c', (size, at) => `${at}/${size}`);
    expect(calls.match(/\/\d+/g)!.length).toBeLessThanOrEqual(2);
  });
});

describe('emitGraph', () => {
  it('gives equal text for equal graphs', () => {
    const graph = () => ({ y: tanh(mul(input('x', [3]), input('x', [3]))) });
    expect(emitGraph(graph(), TARGETS.arm64)).toEqual(emitGraph(graph(), TARGETS.arm64));
  });

  it('writes what many nodes share once', () => {
    let x = input('x', [4, 4]);
    for (let i = 0; i < 30; i++) x = tanh(transpose(x, [1, 0]));
    const { text } = emitGraph({ x }, TARGETS['x86-64-v3']);
    expect(text.match(/APART void fill\d+\(/g)!.length).toBeLessThan(4);
  });

  it('takes vectors of which the channels are a multiple', () => {
    const widths = [32, 24, 12, 10, 3].map((channels) => lanesFor(channels, TARGETS['x86-64-v4']));
    expect(widths).toEqual([16, 8, 4, 2, 1]);
    expect(lanesFor(32, TARGETS['x86-64-v3'])).toBe(8);
  });
});
