import { sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { logSoftmaxValues } from './log-softmax.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

export const softmaxOperation: Operation = {
  name: 'softmax',
  shape: ([x]) => lastAxis('softmax', x!),
  evaluate: ({ shape }, [x]) => logSoftmaxValues(x!, shape.at(-1) as number).map(Math.exp),
  native: {
    kind: 'function',
    text: `
void @(int *failed, const float *x, float *y, int rows, int width) {
  (void)failed;
  for (int r = 0; r < rows; r++, x += width, y += width) {
    float largest = x[0], total = 0;
    for (int i = 1; i < width; i++) largest = max_s(x[i], largest);
    for (int i = 0; i < width; i++) y[i] = exp_s(x[i] - largest);
    for (int i = 0; i < width; i++) total += y[i];
    for (int i = 0; i < width; i++) y[i] = y[i] / total;
  }
}`,
    sizes: ({ shape }) => [sizeOf(shape.slice(0, -1)), shape.at(-1)!],
  },
  lower: (_node, inputs, writer) => writer.node('Softmax', inputs, { axis: -1 }),
  // y·(g − Σ y·g)
  vjp: (node, cotangent) => [
    () => {
      const weighted = mul(node, cotangent);
      return sub(weighted, mul(node, sum(weighted, { axes: [node.shape.length - 1], keepDims: true })));
    },
  ],
};

/** eˣ / Σ eˣ along the last axis. */
export function softmax(x: Tensor): Tensor {
  return createTensor(softmaxOperation, [x], {});
}

/** The shape of `x`, which must have an axis. */
export function lastAxis(where: string, x: Tensor): readonly number[] {
  if (x.shape.length === 0) throw new RangeError(`${where}: expected at least one axis, got a scalar`);
  return x.shape;
}
