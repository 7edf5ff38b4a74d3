import { createTensor, type Operation, type Tensor } from '../tensor.ts';

export const stopGradientOperation: Operation = {
  name: 'stopGradient',
  shape: ([x]) => x!.shape,
  evaluate: (_node, [x]) => x!,
  native: { kind: 'element', text: ([x]) => x! },
  lower: (_node, [x]) => x!,
};

/** x itself, treated as a constant by differentiation. */
export function stopGradient(x: Tensor): Tensor {
  return createTensor(stopGradientOperation, [x], {});
}
