import { ModelWriter } from './onnx/model.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './topology.ts';

/** The ONNX file that computes `outputs`, by name. */
export function lower(outputs: Readonly<Record<string, Tensor>>): Uint8Array {
  const writer = new ModelWriter();
  const names = new Map<Tensor, string>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((x) => names.get(x)!);
    names.set(node, node.operation.lower(node, inputs, writer));
  }
  for (const [name, tensor] of Object.entries(outputs)) writer.output(name, names.get(tensor)!, tensor.shape);
  return writer.finish();
}
