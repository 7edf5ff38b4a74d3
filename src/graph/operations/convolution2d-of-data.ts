import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { expand } from './expand.ts';
import { matmul } from './matmul.ts';
import { maxOver } from './max-over.ts';
import { patches } from './patches.ts';
import { reshape } from './reshape.ts';
import type { Padding } from './window.ts';

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

/** The patches that x filters: [batch, elements of a patch, places], places ordered by tiles. */
export function imagePatches(x: Convolution, tile: number): Tensor {
  const [image, filters] = x.inputs as [Tensor, Tensor];
  const kernel = filters.shape.slice(2) as readonly number[] as readonly [number, number];
  const all = patches(image, { kernel, padding: x.attributes.padding, tile });
  return reshape(all, [all.shape[0]!, all.shape[1]!, sizeOf(all.shape.slice(2))]);
}

/** The filters of x as rows: [filters, elements of a patch]. */
export function filterMatrix(x: Convolution): Tensor {
  const filters = x.inputs[1]!;
  return reshape(filters, [filters.shape[0]!, sizeOf(filters.shape.slice(1))]);
}

/** The largest value of x in each tile of size × size: places in tile order make that a maximum over an axis. */
export function maxPoolOfFiltered(x: Convolution, size: number): Tensor {
  const [batch, channels, height, width] = x.shape as readonly [number, number, number, number];
  const p = imagePatches(x, size);
  const w = filterMatrix(x);
  const filtered = matmul(expand(w, [batch, ...w.shape]), p);
  const tiles = reshape(filtered, [batch, channels, size * size, (height * width) / (size * size)]);
  return reshape(maxOver(tiles, 2), [batch, channels, height / size, width / size]);
}
