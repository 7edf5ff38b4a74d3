import type { Operation, Tensor } from '../tensor.ts';

/** An element-wise operation of one input. */
export interface UnaryDefinition {
  readonly name: string;
  /** The ONNX operation. */
  readonly onnx: string;
  compute(x: number): number;
  /** Its C text, given the operand's; `width` as in {@link NativeForm}. */
  native(x: string, width: string): string;
  /** The cotangent of the input; left out: zero derivative. */
  vjp?(x: Tensor, cotangent: Tensor, node: Tensor): Tensor;
}

export function defineUnary(definition: UnaryDefinition): Operation {
  const { vjp } = definition;
  const operation: Operation = {
    name: definition.name,
    shape: ([x]) => x!.shape,
    evaluate: (_node, [x]) => x!.map(definition.compute),
    lower: (_node, inputs, writer) => writer.node(definition.onnx, inputs),
    native: { kind: 'element', text: ([x], width) => definition.native(x!, width) },
  };
  if (vjp === undefined) return operation;
  return { ...operation, vjp: (node, cotangent) => [() => vjp(node.inputs[0]!, cotangent, node)] };
}
