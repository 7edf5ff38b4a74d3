import { broadcastShapes } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { broadcastValues } from './broadcast.ts';

export const attainsOperation: Operation = {
  name: 'attains',
  shape: ([x, bound]) => broadcastShapes('attains', x!.shape, bound!.shape),
  evaluate: ({ inputs, shape }, [x, bound]) => {
    const bounds = broadcastValues(bound!, inputs[1]!.shape, shape);
    return broadcastValues(x!, inputs[0]!.shape, shape).map((value, i) =>
      value >= (bounds[i] as number) ? 1 : 0,
    );
  },
  native: { kind: 'element', text: ([x, bound], width) => `attains_${width}(${x}, ${bound})` },
  // clamp(2^100·(x − bound) + 1, 0, 1). Comparison and Cast are several times slower.
  lower: (_node, inputs, writer) => {
    const difference = writer.node('Sub', inputs);
    return writer.node('HardSigmoid', [difference], { alpha: { float: 2 ** 100 }, beta: { float: 1 } });
  },
};

/** 1 where x reaches an upper bound (x ≥ bound), else 0; zero derivative. */
export function attains(x: Tensor, bound: Tensor): Tensor {
  return createTensor(attainsOperation, [x, bound], {});
}
