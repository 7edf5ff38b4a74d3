import { axesOf, broadcastShapes, equalShapes, type Shape, sizeOf, stridesOf } from '../shape.ts';
import type { Operation, Tensor } from '../tensor.ts';
import { reshape } from './reshape.ts';
import { sum } from './sum.ts';

/** An element-wise operation of two inputs under NumPy's broadcasting. */
export interface BinaryDefinition {
  readonly name: string;
  /** The ONNX operation. */
  readonly onnx: string;
  compute(a: number, b: number): number;
  /** Its C text, given those of the operands; `width` as in {@link NativeForm}. */
  native(a: string, b: string, width: string): string;
  /** Cotangents before they are summed to the inputs' shapes. */
  vjp(a: Tensor, b: Tensor, cotangent: Tensor, node: Tensor): readonly [() => Tensor, () => Tensor];
}

export function defineBinary(definition: BinaryDefinition): Operation {
  return {
    name: definition.name,
    broadcasts: true,
    shape: ([a, b]) => broadcastShapes(definition.name, a!.shape, b!.shape),
    evaluate: (node, [a, b]) => {
      const left = broadcastValues(a!, node.inputs[0]!.shape, node.shape);
      const right = broadcastValues(b!, node.inputs[1]!.shape, node.shape);
      return left.map((x, i) => definition.compute(x, right[i] as number));
    },
    lower: (_node, inputs, writer) => writer.node(definition.onnx, inputs),
    native: { kind: 'element', text: ([a, b], width) => definition.native(a!, b!, width) },
    vjp: (node, cotangent) => {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const [forA, forB] = definition.vjp(a, b, cotangent, node);
      return [() => sumTo(forA(), a.shape), () => sumTo(forB(), b.shape)];
    },
  };
}

/** The transpose of broadcasting: sums over the repeated axes so that `x` gets the shape that was broadcast. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (equalShapes(x.shape, shape)) return x;
  const leading = x.shape.length - shape.length;
  const axes = axesOf(x.shape).filter((axis) => {
    return axis < leading || (shape[axis - leading] === 1 && x.shape[axis] !== 1);
  });
  return reshape(axes.length > 0 ? sum(x, { axes, keepDims: true }) : x, shape);
}

/** Values of shape `from`, repeated to shape `to`. */
export function broadcastValues(values: Float64Array, from: Shape, to: Shape): Float64Array {
  if (equalShapes(from, to)) return values;
  const leading = to.length - from.length;
  const strides = stridesOf(from);
  const steps = to.map((_, axis) =>
    (from[axis - leading] ?? 1) === 1 ? 0 : (strides[axis - leading] as number),
  );
  return gather(values, to, steps, 0);
}

/** A new row-major array of shape `shape` that reads `values` with the given strides, from `start`. */
export function gather(
  values: Float64Array,
  shape: Shape,
  strides: readonly number[],
  start: number,
): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let position = start;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[position] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      position += strides[axis] as number;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      position -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}
