import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { expand } from './expand.ts';
import { matmul } from './matmul.ts';
import { maxOver } from './max-over.ts';
import { patches } from './patches.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { imagesInCache, type Padding } from './window.ts';

/*
 * A network's first convolution reads data: its image needs no cotangent, and has few channels, so that its patches
 * are hardly larger than its result. Then it is best written as a product of filters and patches.
 */

type Convolution = Tensor<{ readonly padding: Padding }>;

/** Whether x convolves a leaf of the graph, with patches of at most `share` times as many elements as x has channels. */
export function isOfFewPatches(x: Convolution, share: number): boolean {
  const [image, filters] = x.inputs as [Tensor, Tensor];
  return image.inputs.length === 0 && sizeOf(filters.shape.slice(1)) <= share * (filters.shape[0] as number);
}

/**
 * The patches that x filters, as blocks of images: each [images, elements of a patch, places], places ordered by tiles.
 * A block's result fits into a core's second-level cache, so that a chain of operations on it does not wait for memory.
 */
export function patchBlocks(x: Convolution, tile: number): readonly Tensor[] {
  const [image, filters] = x.inputs as [Tensor, Tensor];
  const kernel = filters.shape.slice(2) as readonly number[] as readonly [number, number];
  const batch = image.shape[0] as number;
  const size = imagesInCache(batch, sizeOf(x.shape.slice(1)));
  return Array.from({ length: batch / size }, (_, k) => {
    const images = slice(image, 0, k * size, (k + 1) * size);
    const p = patches(images, { kernel, padding: x.attributes.padding, tile });
    return reshape(p, [size, p.shape[1]!, sizeOf(p.shape.slice(2))]);
  });
}

/** The filters of x as rows: [filters, elements of a patch]. */
export function filterMatrix(x: Convolution): Tensor {
  const filters = x.inputs[1]!;
  return reshape(filters, [filters.shape[0]!, sizeOf(filters.shape.slice(1))]);
}

/** The largest value of x in each tile of size × size: places in tile order make that a maximum over an axis. */
export function maxPoolOfFiltered(x: Convolution, size: number): Tensor {
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  const w = filterMatrix(x);
  const area = size * size;
  const blocks = patchBlocks(x, size).map((p) => {
    const images = p.shape[0]!;
    const filtered = matmul(expand(w, [images, ...w.shape]), p);
    const tiles = reshape(filtered, [images, channels, area, (height * width) / area]);
    return reshape(maxOver(tiles, 2), [images, channels, height / size, width / size]);
  });
  return concat(blocks, 0);
}
