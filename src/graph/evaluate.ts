import { inputOperation } from './operations/input.ts';
import { sizeOf } from './shape.ts';
import { isA, type Tensor } from './tensor.ts';
import { topologicalOrder } from './topology.ts';

/**
 * The values of `outputs`, computed plainly in float64 by each operation's reference meaning: what tests compare with.
 *
 * @throws RangeError when an input has no feed, or one of the wrong length.
 */
export function evaluateFloat64(
  outputs: readonly Tensor[],
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Float64Array[] {
  const values = new Map<Tensor, Float64Array>();
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((x) => values.get(x)!);
    values.set(node, isA(node, inputOperation) ? fed(node, feeds) : node.operation.evaluate(node, inputs));
  }
  return outputs.map((output) => Float64Array.from(values.get(output)!));
}

function fed(
  node: Tensor<{ name: string; shape: readonly number[] }>,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Float64Array {
  const { name, shape } = node.attributes;
  const values = feeds[name];
  if (values === undefined) throw new RangeError(`input '${name}' has no value`);
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(`input '${name}': expected ${sizeOf(shape)} numbers, got ${values.length}`);
  }
  return Float64Array.from(values);
}
