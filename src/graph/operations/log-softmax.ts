import { sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { lastAxis } from './softmax.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

export const logSoftmaxOperation: Operation = {
  name: 'logSoftmax',
  shape: ([x]) => lastAxis('logSoftmax', x!),
  evaluate: ({ shape }, [x]) => logSoftmaxValues(x!, shape.at(-1) as number),
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
    for (int k = 0; k < n; k++) { const float shift = largest[k] + log_s(total[k]); for (int i = 0; i < width; i++) y[k*(long)width + i] = x[k*(long)width + i] - shift; }
  }
}`,
    sizes: ({ shape }) => [sizeOf(shape.slice(0, -1)), shape.at(-1)!],
  },
  lower: (_node, inputs, writer) => writer.node('LogSoftmax', inputs, { axis: -1 }),
  // g − softmax(x)·Σ g
  vjp: (node, cotangent) => [
    () => sub(cotangent, mul(exp(node), sum(cotangent, { axes: [node.shape.length - 1], keepDims: true }))),
  ],
};

/** x − log Σ eˣ along the last axis, without overflow. */
export function logSoftmax(x: Tensor): Tensor {
  return createTensor(logSoftmaxOperation, [x], {});
}

/** Row by row of length `width`. */
export function logSoftmaxValues(x: Float64Array, width: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const row = x.subarray(start, start + width);
    const largest = row.reduce((a, b) => Math.max(a, b));
    let total = 0;
    for (const value of row) total += Math.exp(value - largest);
    const shift = largest + Math.log(total);
    for (let i = 0; i < width; i++) out[start + i] = (row[i] as number) - shift;
  }
  return out;
}
