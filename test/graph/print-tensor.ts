import type { AttributeValue, Tensor } from '../../src/graph/index.ts';

/** A small graph as text: `slice(mul(x, [2]), axis: 0, start: 1, end: 2)`. */
export function printTensor(tensor: Tensor): string {
  const { operation, inputs, attributes } = tensor;
  if (operation.name === 'input') return String(attributes.name);
  if (operation.name === 'constant') return printValue(attributes.values!);
  const parts = inputs.map(printTensor);
  const options = Object.entries(attributes)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? name : `${name}: ${printValue(value)}`));
  return `${operation.name}(${[...parts, ...options].join(', ')})`;
}

function printValue(value: AttributeValue): string {
  return typeof value === 'object' ? `[${[...value].join(' ')}]` : String(value);
}
