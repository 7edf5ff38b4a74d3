import { equalShapes, sizeOf } from '../shape.ts';
import { createTensor, isA, type Operation, type Tensor } from '../tensor.ts';
import { add, addOperation } from './add.ts';
import { attains } from './attains.ts';
import { averagePool2d } from './average-pool2d.ts';
import { scalar } from './constant.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';
import { relu, reluOperation } from './relu.ts';
import { upsample2d, visitTiles } from './upsample2d.ts';
import { checkTiles, imageShape } from './window.ts';

export const maxPool2dOperation: Operation<{ readonly size: number }> = {
  name: 'maxPool2d',
  shape: ([x], { size }) => {
    checkTiles('maxPool2d', x!.shape, size);
    const [batch, channels, height, width] = imageShape('maxPool2d', x!.shape);
    return [batch, channels, height / size, width / size];
  },
  evaluate: ({ inputs, attributes: { size }, shape }, [x]) => {
    const out = new Float64Array(sizeOf(shape)).fill(-Infinity);
    visitTiles(inputs[0]!.shape, size, (pixel, tile) => {
      out[tile] = Math.max(out[tile] as number, x![pixel] as number);
    });
    return out;
  },
  native: { kind: 'pool', combine: 'max', size: ({ attributes }) => attributes.size },
  lower: ({ attributes: { size } }, inputs, writer) =>
    writer.node('MaxPool', inputs, { kernel_shape: [size, size], strides: [size, size] }),
  // A comparison with the upsampled maximum: ten times faster than MaxPool's indices and MaxUnpool.
  vjp: (node, cotangent) => [
    () => {
      const { size } = node.attributes;
      const largest = attains(node.inputs[0]!, upsample2d(node, size));
      const count = mul(averagePool2d(largest, size), scalar(size * size));
      return mul(largest, upsample2d(div(cotangent, count), size));
    },
  ],
};

/**
 * The largest of each tile of size × size pixels of x [batch, channels, height, width]. Pixels that tie for it share
 * its cotangent equally (PyTorch gives all of it to the first).
 *
 * @throws RangeError when height or width is not a multiple of `size`.
 */
export function maxPool2d(x: Tensor, size: number): Tensor {
  const node = createTensor(maxPool2dOperation, [x], { size });
  // max(relu(x)) = relu(max(x)), with less to rectify and no ties among the zeros that relu makes.
  if (x.operation === reluOperation) return relu(maxPool2d(x.inputs[0]!, size));
  // max(x + b) = max(x) + b, with less to add.
  if (isChannelShift(x)) return add(maxPool2d(x.inputs[0]!, size), x.inputs[1]!);
  return node;
}

/** Whether x is a sum whose second part is one number a channel. */
function isChannelShift(x: Tensor): boolean {
  const { inputs, shape } = x;
  return (
    isA(x, addOperation) &&
    equalShapes(inputs[1]!.shape, [shape[1]!, 1, 1]) &&
    equalShapes(inputs[0]!.shape, shape)
  );
}
