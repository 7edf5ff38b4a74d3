import { checkShape, type Shape } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';

export const inputOperation: Operation<{ readonly name: string; readonly shape: Shape }> = {
  name: 'input',
  shape: (_inputs, { name, shape }) => {
    checkShape(`input '${name}'`, shape);
    return shape;
  },
  evaluate: ({ attributes }) => {
    throw new RangeError(`input '${attributes.name}' has no value`);
  },
  native: { kind: 'input' },
  lower: ({ attributes }, _inputs, writer) => writer.input(attributes.name, attributes.shape),
};

/** A value handed in at each run, known by its name. */
export function input(name: string, shape: Shape): Tensor {
  return createTensor(inputOperation, [], { name, shape: [...shape] });
}
