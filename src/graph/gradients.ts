import { addAll } from './operations/add-all.ts';
import { fill, scalar } from './operations/constant.ts';
import { input } from './operations/input.ts';
import { describeShape, equalShapes } from './shape.ts';
import type { Tensor } from './tensor.ts';
import { topologicalOrder } from './topology.ts';

/**
 * ∂y/∂x for each x of `wrt`, y a scalar. The results are nodes of the graph: they can be differentiated again.
 *
 * @throws RangeError when y is not a scalar.
 */
export function gradients(y: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (y.shape.length !== 0) {
    throw new RangeError(`gradients: expected a scalar, got shape ${describeShape(y.shape)}`);
  }
  return vjp([y], [scalar(1)], wrt);
}

/**
 * The vector–Jacobian product: Σₖ cotangentₖᵀ · ∂outputₖ/∂x for each x of `wrt` (of x's shape); zeros where no
 * output depends on x.
 *
 * @throws RangeError when the cotangents do not match the outputs.
 */
export function vjp(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  wrt: readonly Tensor[],
): Tensor[] {
  checkPairs('vjp', outputs, cotangents);
  const order = topologicalOrder(outputs);
  const active = dependents(order, new Set(wrt));
  const arrived = new Map<Tensor, Tensor[]>();
  const send = (to: Tensor, cotangent: Tensor) => {
    const list = arrived.get(to);
    if (list === undefined) arrived.set(to, [cotangent]);
    else list.push(cotangent);
  };
  outputs.forEach((output, k) => {
    send(output, cotangents[k]!);
  });
  const totals = new Map<Tensor, Tensor>();
  for (const node of order.toReversed()) {
    const received = arrived.get(node);
    if (received === undefined || !active.has(node)) continue;
    const total = addAll(received);
    totals.set(node, total);
    propagate(node, total, active, send);
  }
  return wrt.map((x) => totals.get(x) ?? fill(0, x.shape));
}

/**
 * The Jacobian–vector product Σᵢ ∂output/∂xᵢ · tangentᵢ for each output, by transposing twice: the vector–Jacobian
 * product is linear in its cotangent w, and its transpose in w is the product sought; w itself drops out.
 *
 * @throws RangeError when the tangents do not match `wrt`.
 */
export function jvp(
  outputs: readonly Tensor[],
  wrt: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor[] {
  checkPairs('jvp', wrt, tangents);
  const cotangents = outputs.map((output, k) => input(`jvp: cotangent ${k}`, output.shape));
  return vjp(vjp(outputs, cotangents, wrt), tangents, cotangents);
}

/** The nodes of `order` through which a member of `sources` acts on the outputs with a derivative. */
function dependents(order: readonly Tensor[], sources: ReadonlySet<Tensor>): ReadonlySet<Tensor> {
  const active = new Set(sources);
  for (const node of order) {
    if (node.operation.vjp !== undefined && node.inputs.some((x) => active.has(x))) active.add(node);
  }
  return active;
}

function propagate(
  node: Tensor,
  cotangent: Tensor,
  active: ReadonlySet<Tensor>,
  send: (to: Tensor, cotangent: Tensor) => void,
): void {
  if (!node.inputs.some((x) => active.has(x))) return;
  const builders = node.operation.vjp?.(node, cotangent) ?? [];
  node.inputs.forEach((x, i) => {
    const build = builders[i];
    if (build === undefined || !active.has(x)) return;
    const sent = build();
    if (!equalShapes(sent.shape, x.shape)) {
      throw new Error(
        `${node.operation.name}: cotangent ${describeShape(sent.shape)} for input ${describeShape(x.shape)}`,
      );
    }
    send(x, sent);
  });
}

function checkPairs(where: string, tensors: readonly Tensor[], vectors: readonly Tensor[]): void {
  if (tensors.length !== vectors.length) {
    throw new RangeError(`${where}: expected ${tensors.length} vectors, got ${vectors.length}`);
  }
  tensors.forEach((tensor, i) => {
    const vector = vectors[i]!;
    if (!equalShapes(tensor.shape, vector.shape)) {
      throw new RangeError(
        `${where}: expected vector ${i} of shape ${describeShape(tensor.shape)}, got ${describeShape(vector.shape)}`,
      );
    }
  });
}
