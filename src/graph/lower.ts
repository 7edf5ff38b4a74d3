import { ModelWriter } from './onnx/model.ts';
import { optimize } from './simplify/optimize.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './topology.ts';

/** The ONNX file that computes `outputs`, by name, simplified. */
export function lower(outputs: Readonly<Record<string, Tensor>>): Uint8Array {
  const optimized = optimize(Object.values(outputs));
  return write(Object.fromEntries(Object.keys(outputs).map((name, i) => [name, optimized[i]!])));
}

/** The ONNX file of a graph as it is. */
export function write(outputs: Readonly<Record<string, Tensor>>): Uint8Array {
  const writer = new ModelWriter();
  const values = new Map<Tensor, string>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((x) => values.get(x)!);
    values.set(node, node.operation.lower(node, inputs, writer));
  }
  for (const [name, tensor] of Object.entries(outputs)) {
    writer.output(name, values.get(tensor)!, tensor.shape);
  }
  return writer.finish();
}
