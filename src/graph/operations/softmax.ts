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
void @(int *failed, const float *restrict x, float *restrict y, int rows, int width) {
  (void)failed;
  for (int n; rows > 0; rows -= n, x += n*(long)width, y += n*(long)width) {
    n = rows < ROWS ? rows : ROWS;
    float largest[ROWS], total[ROWS];
    row_maxima(x, n, width, largest);
    for (int k = 0; k < n; k++) for (int i = 0; i < width; i++) y[k*(long)width + i] = exp_s(x[k*(long)width + i] - largest[k]);
    row_sums(y, n, width, total);
    for (int k = 0; k < n; k++) { for (int i = 0; i < width; i++) y[k*(long)width + i] = y[k*(long)width + i] / total[k]; }
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
