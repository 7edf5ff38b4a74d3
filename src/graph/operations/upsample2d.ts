import { sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { averagePool2d } from './average-pool2d.ts';
import { scalar } from './constant.ts';
import { mul } from './mul.ts';
import { imageShape } from './window.ts';

export const upsample2dOperation: Operation<{ readonly factor: number }> = {
  name: 'upsample2d',
  shape: ([x], { factor }) => {
    const [batch, channels, height, width] = imageShape('upsample2d', x!.shape);
    if (!Number.isInteger(factor) || factor < 1) {
      throw new RangeError(`upsample2d: expected an integer factor from 1, got ${factor}`);
    }
    return [batch, channels, height * factor, width * factor];
  },
  evaluate: ({ attributes: { factor }, shape }, [x]) => {
    const out = new Float64Array(sizeOf(shape));
    visitTiles(shape, factor, (pixel, tile) => {
      out[pixel] = x![tile] as number;
    });
    return out;
  },
  native: { kind: 'upsampling', factor: ({ attributes }) => attributes.factor },
  lower: ({ attributes: { factor } }, [x], writer) =>
    writer.node('Resize', [x!, '', writer.floats([1, 1, factor, factor], [4])], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    }),
  vjp: ({ attributes: { factor } }, cotangent) => [
    () => mul(averagePool2d(cotangent, factor), scalar(factor * factor)),
  ],
};

/** Each pixel of x [batch, channels, height, width] repeated to factor × factor pixels. */
export function upsample2d(x: Tensor, factor: number): Tensor {
  return createTensor(upsample2dOperation, [x], { factor });
}

/** Calls `visit` with each pixel's position in images of shape `shape` and that of its tile of size × size. */
export function visitTiles(
  shape: readonly number[],
  size: number,
  visit: (pixel: number, tile: number) => void,
): void {
  const [height, width] = shape.slice(2) as [number, number];
  for (let pixel = 0; pixel < sizeOf(shape); pixel++) {
    const column = Math.floor((pixel % width) / size);
    const row = Math.floor((Math.floor(pixel / width) % height) / size);
    const image = Math.floor(pixel / (width * height));
    visit(pixel, (image * (height / size) + row) * (width / size) + column);
  }
}
