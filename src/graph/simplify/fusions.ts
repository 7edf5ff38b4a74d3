import { addOperation } from '../operations/add.ts';
import { addAll, addAllOperation } from '../operations/add-all.ts';
import { gemm } from '../operations/gemm.ts';
import { type MatmulOptions, matmulOperation } from '../operations/matmul.ts';
import { type SliceAttributes, sliceOperation } from '../operations/slice.ts';
import { type SplitPartAttributes, splitPart } from '../operations/split-part.ts';
import { equalShapes } from '../shape.ts';
import { isA, type Tensor } from '../tensor.ts';
import { topologicalOrder } from '../topology.ts';
import { without } from './match.ts';
import type { Rewrite } from './rewrite.ts';

/** Rules for the last pass before lowering: they depend on who else uses a node, and make nodes without derivatives. */
export function fusions(outputs: readonly Tensor[]): readonly Rewrite[] {
  const users = usersOf(outputs);
  const splits = siblingSlices(users);
  return [
    {
      name: 'a·b + c, the product not used elsewhere ⇒ gemm(a, b, c)',
      apply: (node, original) => fuseProducts(node, original, (x) => users.get(x)?.length === 1),
    },
    {
      name: 'slices that tile x ⇒ the parts of one split',
      apply: (node, original) => {
        const attributes = splits.get(original);
        return attributes && splitPart(node.inputs[0]!, attributes);
      },
    },
  ];
}

/** The nodes that read each node, once per reading; undefined stands for being an output. */
function usersOf(outputs: readonly Tensor[]): ReadonlyMap<Tensor, readonly (Tensor | undefined)[]> {
  const users = new Map<Tensor, (Tensor | undefined)[]>();
  for (const node of topologicalOrder(outputs)) {
    users.set(node, []);
    for (const x of node.inputs) users.get(x)!.push(node);
  }
  for (const output of outputs) users.get(output)!.push(undefined);
  return users;
}

function fuseProducts(node: Tensor, original: Tensor, usedOnce: (x: Tensor) => boolean): Tensor | undefined {
  if (!isA(node, addOperation) && !isA(node, addAllOperation)) return undefined;
  const products = node.inputs.filter((x, i): x is Tensor<Required<MatmulOptions>> => {
    return isA(x, matmulOperation) && usedOnce(original.inputs[i]!) && equalShapes(x.shape, node.shape);
  });
  if (products.length === 0 || node.shape.length !== 2) return undefined;
  const others = without<Tensor>(node.inputs, products);
  const last = others.length === 0 ? products.pop()! : addAll(others);
  return products.reduceRight<Tensor>((c, x) => gemm(x.inputs[0]!, x.inputs[1]!, c, x.attributes), last);
}

/** The slices that, with their siblings, cut one tensor along one axis without gap or overlap. */
function siblingSlices(
  users: ReadonlyMap<Tensor, readonly (Tensor | undefined)[]>,
): ReadonlyMap<Tensor, SplitPartAttributes> {
  const parts = new Map<Tensor, SplitPartAttributes>();
  for (const [source, readers] of users) {
    const slices = [...new Set(readers)].filter((x): x is Tensor<SliceAttributes> => {
      return x !== undefined && isA(x, sliceOperation);
    });
    for (const axis of new Set(slices.map((x) => x.attributes.axis))) {
      const siblings = slices
        .filter((x) => x.attributes.axis === axis)
        .sort((a, b) => a.attributes.start - b.attributes.start);
      if (!tile(siblings, source.shape[axis] as number)) continue;
      const lengths = siblings.map((x) => x.shape[axis] as number);
      siblings.forEach((x, part) => {
        parts.set(x, { axis, lengths, part });
      });
    }
  }
  return parts;
}

function tile(slices: readonly Tensor<SliceAttributes>[], length: number): boolean {
  const ends = slices.map((x) => x.attributes.end);
  return ends.at(-1) === length && slices.every((x, i) => x.attributes.start === (i === 0 ? 0 : ends[i - 1]));
}
