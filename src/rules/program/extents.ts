import { EXTENTS, type Extent, widest } from '../language/operation.ts';
import type { Node, Program, ReductionNode, Slot } from './program.ts';

/**
 * The extents of a program's nodes and slots. A slot is as wide as what is written to it, which may read the slot: they are widened from
 * the narrowest until nothing changes. What depends on the step alone is kept per weight.
 */
export function extentsOf(
  nodes: readonly Node[],
  slots: readonly Omit<Slot, 'extent'>[],
): { readonly nodes: readonly Extent[]; readonly slots: readonly Slot['extent'][] } {
  const narrow = settled(
    nodes,
    slots,
    slots.map((): Extent => 'step'),
  );
  const kept = settled(
    nodes,
    slots,
    narrow.map((extent) => (extent === 'step' ? 'weight' : extent)),
  );
  return { nodes: nodeExtents(nodes, kept), slots: kept as readonly Slot['extent'][] };
}

/** The extents of slots, widened by what is written to them. */
function settled(
  nodes: readonly Node[],
  slots: readonly Omit<Slot, 'extent'>[],
  states: readonly Extent[],
): readonly Extent[] {
  const extents = nodeExtents(nodes, states);
  const next = slots.map((slot, i) => widest([states[i]!, extents[slot.next]!]));
  return next.every((extent, i) => extent === states[i]) ? states : settled(nodes, slots, next);
}

function nodeExtents(nodes: readonly Node[], states: readonly Extent[]): readonly Extent[] {
  const extents: Extent[] = [];
  for (const node of nodes) {
    if (node.kind === 'literal' || node.kind === 'scalar') extents.push('step');
    else if (node.kind === 'previous') extents.push(states[node.slot]!);
    else if (node.kind === 'updated') extents.push('weight');
    else if (node.kind === 'reduction') extents.push(node.operation.over);
    else {
      const extent = EXTENTS[node.kind];
      extents.push(extent === 'widest' ? widest(argsOf(node).map((arg) => extents[arg]!)) : extent);
    }
  }
  return extents;
}

/** How many reductions, one of another, each node waits for. */
export function stagesOf(nodes: readonly Node[]): readonly number[] {
  const stages: number[] = [];
  for (const node of nodes) {
    const stage = Math.max(0, ...argsOf(node).map((arg) => stages[arg]!));
    stages.push(node.kind === 'reduction' ? stage + 1 : stage);
  }
  return stages;
}

const argsOf = (node: Node): readonly number[] => ('args' in node ? node.args : []);

/** Passes over the weights that end with reductions; one more takes the step. */
export const reductionPasses = ({ stages }: Pick<Program, 'stages'>): number => Math.max(0, ...stages);

/** A loop over the weights of a tensor that ends with reductions. */
export interface TensorPass {
  /** Nodes that have one value for the network, and are computed before the first tensor. */
  readonly perNetwork: readonly number[];
  /** Nodes that have one value per tensor, and are computed before the loop. */
  readonly perTensor: readonly number[];
  /** What it reduces. */
  readonly reductions: readonly { readonly node: ReductionNode; readonly i: number }[];
  /** Nodes whose values at a weight are wanted, in their order. */
  readonly wanted: readonly number[];
}

/** Whether a reduction is over all tensors, so that every pass is made over all of them before the next. */
export const reducesNetwork = ({ nodes }: Pick<Program, 'nodes'>): boolean =>
  nodes.some((node) => node.kind === 'reduction' && node.operation.over === 'network');

/**
 * The passes over a tensor before its step: each reduces what depends on the reductions before. Every pass, and {@link lastPass}, computes
 * what it needs at a weight again, as nothing that is kept is written before the end.
 */
export function passesOf(program: Program): readonly TensorPass[] {
  return Array.from({ length: reductionPasses(program) }, (_, stage) => {
    const reductions = program.nodes.flatMap((node, i) =>
      node.kind === 'reduction' && program.stages[i] === stage + 1 ? [{ node, i }] : [],
    );
    const args = reductions.map(({ node }) => node.args[0]);
    return {
      perNetwork: computedAt(program, stage, 'network'),
      perTensor: computedAt(program, stage, 'tensor'),
      reductions,
      wanted: wantedPerWeight(program, args),
    };
  });
}

/** What the step itself needs. */
export function lastPass(program: Program): Omit<TensorPass, 'reductions'> {
  const stored = [program.result, ...program.slots.map(({ next }) => next)];
  const stage = reductionPasses(program);
  return {
    perNetwork: computedAt(program, stage, 'network'),
    perTensor: computedAt(program, stage, 'tensor'),
    wanted: wantedPerWeight(program, stored),
  };
}

function computedAt(
  { nodes, extents, stages }: Program,
  stage: number,
  extent: 'network' | 'tensor',
): readonly number[] {
  return nodes.flatMap(({ kind }, i) =>
    kind !== 'reduction' && extents[i] === extent && stages[i] === stage ? [i] : [],
  );
}

/** The nodes whose values at a weight are wanted for those of `roots`; what has one value per tensor, or for all, is known before. */
function wantedPerWeight({ nodes, extents }: Program, roots: readonly number[]): readonly number[] {
  const wanted = new Set<number>();
  const visit = (i: number): void => {
    if (extents[i] === 'tensor' || extents[i] === 'network' || wanted.has(i)) return;
    wanted.add(i);
    for (const arg of argsOf(nodes[i]!)) visit(arg);
  };
  for (const root of roots) visit(root);
  return [...wanted].sort((a, b) => a - b);
}
