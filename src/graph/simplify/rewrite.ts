import { createTensor, type Tensor } from '../tensor.ts';
import { topologicalOrder } from '../topology.ts';

/** A rule that replaces a node by an equal, cheaper one. */
export interface Rewrite {
  readonly name: string;
  /**
   * The replacement of `node`, or undefined where the rule does not apply. Inputs of `node` are rewritten already;
   * `original` is the node as it was given. Each application must make the graph smaller by some measure.
   */
  apply(node: Tensor, original: Tensor): Tensor | undefined;
}

/** The graph of `outputs` with equal nodes merged, and rewritten bottom-up until no rule applies, earlier rules first. */
export function rewrite(outputs: readonly Tensor[], rewrites: readonly Rewrite[]): Tensor[] {
  const merge = merger();
  const finished = new Map<Tensor, Tensor>();
  const finish = (original: Tensor): Tensor => {
    const known = finished.get(original);
    if (known !== undefined) return known;
    const node = merge(withInputs(original, original.inputs.map(finish)));
    const result = finished.get(node) ?? settle(node, original);
    finished.set(node, result);
    finished.set(original, result);
    return result;
  };
  const settle = (node: Tensor, original: Tensor): Tensor => {
    for (const { apply } of rewrites) {
      const replacement = apply(node, original);
      if (replacement !== undefined) return finish(replacement);
    }
    return node;
  };
  // In this order the recursion is only as deep as what one rule builds.
  for (const node of topologicalOrder(outputs)) finish(node);
  return outputs.map(finish);
}

function withInputs(node: Tensor, inputs: readonly Tensor[]): Tensor {
  const same = inputs.every((x, i) => x === node.inputs[i]);
  return same ? node : createTensor(node.operation, inputs, node.attributes);
}

/** Gives the first node it saw of each structure: operation, attributes and (merged) inputs. */
function merger(): (node: Tensor) => Tensor {
  const numbers = new Map<Tensor, number>();
  const firsts = new Map<string, Tensor>();
  return (node) => {
    const inputs = node.inputs.map((x) => numbers.get(x));
    const key = `${node.operation.name} ${inputs.join(' ')} ${describeAttributes(node)}`;
    const first = firsts.get(key) ?? node;
    if (first === node) {
      firsts.set(key, node);
      numbers.set(node, numbers.size);
    }
    return first;
  };
}

function describeAttributes(node: Tensor): string {
  return JSON.stringify(node.attributes, (_, value) =>
    value instanceof Float64Array ? Buffer.from(value.buffer).toString('latin1') : value,
  );
}
