import type { Tensor } from './tensor.ts';

/** Every node that `outputs` depend on, each once and after its inputs. Without recursion: graphs may be deep. */
export function topologicalOrder(outputs: readonly Tensor[]): readonly Tensor[] {
  const done = new Set<Tensor>();
  const stack: { node: Tensor; next: number }[] = [];
  for (const output of outputs) {
    if (!done.has(output)) stack.push({ node: output, next: 0 });
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        done.add(top.node);
        stack.pop();
      } else if (!done.has(child)) {
        stack.push({ node: child, next: 0 });
      }
    }
  }
  return [...done];
}
