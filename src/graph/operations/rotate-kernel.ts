import { sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { imageShape } from './window.ts';

export const rotateKernelOperation: Operation = {
  name: 'rotateKernel',
  shape: ([w]) => {
    const [filters, channels, height, width] = imageShape('rotateKernel', w!.shape);
    return [channels, filters, height, width];
  },
  evaluate: ({ inputs, shape }, [w]) => {
    const [filters, channels] = inputs[0]!.shape as readonly [number, number];
    const area = sizeOf(shape.slice(2));
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const f = Math.floor(i / area) % filters;
      const c = Math.floor(i / (area * filters));
      return w![(f * channels + c + 1) * area - 1 - (i % area)] as number;
    });
  },
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *w, float *y, int filters, int channels, int area) {
  (void)failed;
  for (int c = 0; c < channels; c++) for (int f = 0; f < filters; f++) for (int k = 0; k < area; k++)
    *y++ = w[((long)f*channels + c + 1)*area - 1 - k];
}`,
    sizes: ({ shape: [channels, filters, height, width] }) => [filters!, channels!, height! * width!],
  },
  lower: (_node, [w], writer) => {
    const backwards = [-1, -1];
    const beforeFirst = [-(2 ** 31), -(2 ** 31)];
    const flipped = writer.node('Slice', [
      w!,
      writer.integers(backwards),
      writer.integers(beforeFirst),
      writer.integers([2, 3]),
      writer.integers(backwards),
    ]);
    return writer.node('Transpose', [flipped], { perm: [1, 0, 2, 3] });
  },
  vjp: (_node, cotangent) => [() => rotateKernel(cotangent)],
};

/**
 * Filters [filters, channels, height, width] turned by half a turn, with filters and channels exchanged: convolution
 * with them is the transpose of convolution with w. Its own inverse.
 */
export function rotateKernel(w: Tensor): Tensor {
  return createTensor(rotateKernelOperation, [w], {});
}
