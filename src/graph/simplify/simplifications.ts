import { addOperation } from '../operations/add.ts';
import { addAll, addAllOperation } from '../operations/add-all.ts';
import { concat, concatOperation } from '../operations/concat.ts';
import { fill } from '../operations/constant.ts';
import { divOperation } from '../operations/div.ts';
import { expandOperation } from '../operations/expand.ts';
import { matmul, matmulOperation } from '../operations/matmul.ts';
import { mulOperation } from '../operations/mul.ts';
import { negOperation } from '../operations/neg.ts';
import { type PadAttributes, pad, padOperation } from '../operations/pad.ts';
import { reshape, reshapeOperation } from '../operations/reshape.ts';
import { slice, sliceOperation } from '../operations/slice.ts';
import { sub, subOperation } from '../operations/sub.ts';
import { transpose, transposeOperation } from '../operations/transpose.ts';
import { axesOf, equalShapes, withAxis } from '../shape.ts';
import { createTensor, isA, type Tensor } from '../tensor.ts';
import { isFilledWith, without } from './match.ts';
import type { Rewrite } from './rewrite.ts';

/** What differentiation and plain writing leave behind, most of it gone before onnxruntime sees it. In order. */
export const simplifications: readonly Rewrite[] = [
  { name: 'x + 0 ⇒ x, x − 0 ⇒ x, x·1 ⇒ x, x / 1 ⇒ x', apply: dropNeutral },
  { name: '−(−x) ⇒ x', apply: dropDoubleNegation },
  { name: 'a + (−b) ⇒ a − b', apply: subtract },
  { name: 'element-wise on repeat(x) ⇒ on x', apply: dropExpand },
  { name: 'reshape(reshape(x)) ⇒ reshape(x)', apply: mergeReshapes },
  { name: 'transpose(transpose(x)) ⇒ transpose(x)', apply: mergeTransposes },
  { name: 'slice(concat(…, x, …)) ⇒ slice(x)', apply: sliceOfConcat },
  { name: 'slice(slice(x)) ⇒ slice(x)', apply: mergeSlices },
  { name: 'concat(slices of x, in order) ⇒ x', apply: concatOfSlices },
  { name: 'sum of zeros and others ⇒ sum of the others', apply: dropZeros },
  { name: 'sum of pads side by side ⇒ concat', apply: joinPads },
  { name: 'Σ AₖᵀBₖ ⇒ concat(Aₖ)ᵀ concat(Bₖ)', apply: joinMatmuls },
  { name: 'sum of two ⇒ a + b', apply: addTwo },
];

function dropNeutral(node: Tensor): Tensor | undefined {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const neutral = isA(node, addOperation) || isA(node, subOperation) ? 0 : 1;
  const commutes = isA(node, addOperation) || isA(node, mulOperation);
  if (!commutes && !isA(node, subOperation) && !isA(node, divOperation)) return undefined;
  if (isFilledWith(b, neutral) && equalShapes(a.shape, node.shape)) return a;
  if (commutes && isFilledWith(a, neutral) && equalShapes(b.shape, node.shape)) return b;
  return undefined;
}

function dropDoubleNegation(node: Tensor): Tensor | undefined {
  if (!isA(node, negOperation) || !isA(node.inputs[0]!, negOperation)) return undefined;
  return node.inputs[0].inputs[0];
}

function subtract(node: Tensor): Tensor | undefined {
  if (!isA(node, addOperation)) return undefined;
  const [a, b] = node.inputs as [Tensor, Tensor];
  if (isA(b, negOperation)) return sub(a, b.inputs[0]!);
  return isA(a, negOperation) ? sub(b, a.inputs[0]!) : undefined;
}

function dropExpand(node: Tensor): Tensor | undefined {
  if (node.operation.broadcasts === undefined) return undefined;
  const needless = (x: Tensor, i: number): boolean =>
    isA(x, expandOperation) && node.inputs.some((y, j) => i !== j && equalShapes(y.shape, node.shape));
  const first = node.inputs.findIndex(needless);
  if (first < 0) return undefined;
  const inputs = node.inputs.map((x, i) => (i === first ? x.inputs[0]! : x));
  return createTensor(node.operation, inputs, node.attributes);
}

function mergeReshapes(node: Tensor): Tensor | undefined {
  const x = node.inputs[0];
  if (!isA(node, reshapeOperation) || !isA(x!, reshapeOperation)) return undefined;
  return reshape(x.inputs[0]!, node.shape);
}

function mergeTransposes(node: Tensor): Tensor | undefined {
  if (!isA(node, transposeOperation)) return undefined;
  const { permutation } = node.attributes;
  const x = node.inputs[0]!;
  if (equalShapes(permutation, axesOf(permutation))) return x;
  if (!isA(x, transposeOperation)) return undefined;
  return transpose(
    x.inputs[0]!,
    permutation.map((axis) => x.attributes.permutation[axis] as number),
  );
}

function sliceOfConcat(node: Tensor): Tensor | undefined {
  const joined = node.inputs[0];
  if (!isA(node, sliceOperation) || !isA(joined!, concatOperation)) return undefined;
  const { axis, start, end } = node.attributes;
  if (joined.attributes.axis !== axis) return undefined;
  let offset = 0;
  for (const part of joined.inputs) {
    const length = part.shape[axis] as number;
    if (start >= offset && end <= offset + length) return slice(part, axis, start - offset, end - offset);
    offset += length;
  }
  return undefined;
}

function mergeSlices(node: Tensor): Tensor | undefined {
  const x = node.inputs[0];
  if (!isA(node, sliceOperation) || !isA(x!, sliceOperation)) return undefined;
  const { axis, start, end } = node.attributes;
  if (x.attributes.axis !== axis) return undefined;
  return slice(x.inputs[0]!, axis, x.attributes.start + start, x.attributes.start + end);
}

function concatOfSlices(node: Tensor): Tensor | undefined {
  if (!isA(node, concatOperation)) return undefined;
  const { axis } = node.attributes;
  const source = node.inputs[0]!.inputs[0];
  if (source === undefined || !equalShapes(source.shape, node.shape)) return undefined;
  let offset = 0;
  for (const part of node.inputs) {
    if (!isA(part, sliceOperation) || part.inputs[0] !== source) return undefined;
    if (part.attributes.axis !== axis || part.attributes.start !== offset) return undefined;
    offset = part.attributes.end;
  }
  return source;
}

function dropZeros(node: Tensor): Tensor | undefined {
  if (!isA(node, addAllOperation)) return undefined;
  const kept = node.inputs.filter((x) => !isFilledWith(x, 0));
  if (kept.length === node.inputs.length) return undefined;
  return kept.length === 0 ? node.inputs[0] : addAll(kept);
}

function joinPads(node: Tensor): Tensor | undefined {
  if (!isA(node, addAllOperation)) return undefined;
  const all = node.inputs.filter((x) => isA(x, padOperation));
  const axis = all[0]?.attributes.axis;
  const pads = all
    .filter((x) => x.attributes.axis === axis)
    .sort((a, b) => a.attributes.before - b.attributes.before);
  if (axis === undefined || pads.length < 2 || !apart(pads)) return undefined;
  return addAll([sideBySide(pads, axis), ...without<Tensor>(node.inputs, pads)]);
}

/** Whether sorted pads put their elements at different places. */
function apart(pads: readonly Tensor<PadAttributes>[]): boolean {
  return pads.every((x, i) => i === 0 || x.attributes.before >= endOf(pads[i - 1]!));
}

/** Where the elements of a pad's input end. */
function endOf(x: Tensor<PadAttributes>): number {
  return (x.shape[x.attributes.axis] as number) - x.attributes.after;
}

function sideBySide(pads: readonly Tensor<PadAttributes>[], axis: number): Tensor {
  const parts: Tensor[] = [];
  let offset = pads[0]!.attributes.before;
  for (const x of pads) {
    const gap = x.attributes.before - offset;
    if (gap > 0) parts.push(fill(0, withAxis(x.shape, axis, gap)));
    parts.push(x.inputs[0]!);
    offset = endOf(x);
  }
  return pad(concat(parts, axis), axis, pads[0]!.attributes.before, pads.at(-1)!.attributes.after);
}

function joinMatmuls(node: Tensor): Tensor | undefined {
  if (!isA(node, addAllOperation)) return undefined;
  const products = node.inputs
    .filter((x) => isA(x, matmulOperation))
    .filter(({ attributes, shape }) => {
      return shape.length === 2 && attributes.transposeA && !attributes.transposeB;
    });
  if (products.length < 2) return undefined;
  const stacked = [0, 1].map((side) =>
    concat(
      products.map((x) => x.inputs[side]!),
      0,
    ),
  );
  const product = matmul(stacked[0]!, stacked[1]!, { transposeA: true });
  return addAll([product, ...without<Tensor>(node.inputs, products)]);
}

function addTwo(node: Tensor): Tensor | undefined {
  if (!isA(node, addAllOperation) || node.inputs.length !== 2) return undefined;
  return createTensor(addOperation, node.inputs, {});
}
