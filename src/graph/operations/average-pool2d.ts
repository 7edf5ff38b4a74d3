import { sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { scalar } from './constant.ts';
import { mul } from './mul.ts';
import { upsample2d, visitTiles } from './upsample2d.ts';
import { checkTiles, imageShape } from './window.ts';

export const averagePool2dOperation: Operation<{ readonly size: number }> = {
  name: 'averagePool2d',
  shape: ([x], { size }) => {
    checkTiles('averagePool2d', x!.shape, size);
    const [batch, channels, height, width] = imageShape('averagePool2d', x!.shape);
    return [batch, channels, height / size, width / size];
  },
  evaluate: ({ inputs, attributes: { size }, shape }, [x]) => {
    const out = new Float64Array(sizeOf(shape));
    visitTiles(inputs[0]!.shape, size, (pixel, tile) => {
      out[tile] = (out[tile] as number) + (x![pixel] as number) / (size * size);
    });
    return out;
  },
  native: { kind: 'pool', combine: 'mean', size: ({ attributes }) => attributes.size },
  lower: ({ attributes: { size } }, inputs, writer) =>
    writer.node('AveragePool', inputs, { kernel_shape: [size, size], strides: [size, size] }),
  vjp: ({ attributes: { size } }, cotangent) => [
    () => upsample2d(mul(cotangent, scalar(1 / (size * size))), size),
  ],
};

/**
 * The mean of each tile of size × size pixels of x [batch, channels, height, width].
 *
 * @throws RangeError when height or width is not a multiple of `size`.
 */
export function averagePool2d(x: Tensor, size: number): Tensor {
  return createTensor(averagePool2dOperation, [x], { size });
}
