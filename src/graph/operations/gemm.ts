import { broadcastShapes, describeShape, equalShapes } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { broadcastValues } from './broadcast.ts';
import { type MatmulOptions, matmulOperation } from './matmul.ts';

/** What a matmul and an add become just before lowering; not differentiated. */
export const gemmOperation: Operation<Required<MatmulOptions>> = {
  name: 'gemm',
  shape: ([a, b, c], attributes) => {
    const shape = matmulOperation.shape([a!, b!], attributes);
    if (shape.length !== 2 || !equalShapes(broadcastShapes('gemm', shape, c!.shape), shape)) {
      throw new RangeError(`gemm: cannot add ${describeShape(c!.shape)} to ${describeShape(shape)}`);
    }
    return shape;
  },
  evaluate: ({ inputs: [a, b, c], attributes, shape }, [x, y, z]) => {
    const product = matmulOperation.evaluate(createTensor(matmulOperation, [a!, b!], attributes), [x!, y!]);
    const added = broadcastValues(z!, c!.shape, shape);
    return product.map((value, i) => value + (added[i] as number));
  },
  native: { kind: 'product', transposed: ({ attributes }) => [attributes.transposeA, attributes.transposeB] },
  lower: ({ attributes: { transposeA, transposeB } }, inputs, writer) =>
    writer.node('Gemm', inputs, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }),
};

/** a·b + c for matrices a and b, c broadcast. */
export function gemm(a: Tensor, b: Tensor, c: Tensor, options: Required<MatmulOptions>): Tensor {
  return createTensor(gemmOperation, [a, b, c], options);
}
