import { ModelWriter } from './onnx/model.ts';
import { optimize } from './simplify/optimize.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './topology.ts';

/** The ONNX file that computes `outputs`, by name. */
export function lower(outputs: Readonly<Record<string, Tensor>>): Uint8Array {
  const writer = new ModelWriter();
  const names = new Map<Tensor, string>();
  const optimized = optimize(Object.values(outputs));
  for (const node of topologicalOrder(optimized)) {
    const inputs = node.inputs.map((x) => names.get(x)!);
    names.set(node, node.operation.lower(node, inputs, writer));
  }
  Object.keys(outputs).forEach((name, i) => {
    const tensor = optimized[i]!;
    writer.output(name, names.get(tensor)!, tensor.shape);
  });
  return writer.finish();
}
