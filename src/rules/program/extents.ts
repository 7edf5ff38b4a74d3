import { EXTENTS, type Extent, reducedExtent, widest } from '../language/operation.ts';
import type { MatrixNode, Node, Program, ReductionNode, Slot } from './program.ts';

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
    else if (node.kind === 'reduction') {
      extents.push(reducedExtent(node.operation.over, extents[node.args[0]]!));
    } else {
      const extent = EXTENTS[node.kind];
      extents.push(extent === 'widest' ? widest(argsOf(node).map((arg) => extents[arg]!)) : extent);
    }
  }
  return extents;
}

/** How many reductions and matrices, one of another, each node waits for. */
export function stagesOf(nodes: readonly Node[]): readonly number[] {
  const stages: number[] = [];
  for (const node of nodes) {
    const stage = Math.max(0, ...argsOf(node).map((arg) => stages[arg]!));
    stages.push(node.kind === 'reduction' || node.kind === 'matrix' ? stage + 1 : stage);
  }
  return stages;
}

const argsOf = (node: Node): readonly number[] => ('args' in node ? node.args : []);

/** Passes over the weights that end with reductions or matrices; one more takes the step. */
export const reductionPasses = ({ stages }: Pick<Program, 'stages'>): number => Math.max(0, ...stages);

/** Whether a program has values per row or column, so that its loops go by them. */
export const goesByRows = ({ extents }: Pick<Program, 'extents'>): boolean =>
  extents.some((extent) => extent === 'row' || extent === 'column');

/** Whether the shape of a tensor makes a difference. */
export const seesShape = (program: Pick<Program, 'extents' | 'nodes'>): boolean =>
  goesByRows(program) ||
  program.nodes.some(
    (node) =>
      node.kind === 'matrix' ||
      (node.kind === 'reduction' && (node.operation.over === 'row' || node.operation.over === 'column')),
  );

/** Whether a reduction is over all tensors, so that every pass is made over all of them before the next. */
export const reducesNetwork = ({ nodes }: Pick<Program, 'nodes'>): boolean =>
  nodes.some((node) => node.kind === 'reduction' && node.operation.over === 'network');

/** What is known before a loop over the weights of a tensor. */
export interface BeforePass {
  /** Nodes that have one value for the network: known before the first tensor. */
  readonly perNetwork: readonly number[];
  /** Nodes that have one value per tensor, per row, or per column. */
  readonly perTensor: readonly number[];
  readonly perRow: readonly number[];
  readonly perColumn: readonly number[];
}

/** A loop over the weights of a tensor that ends with reductions and matrices. */
export interface TensorPass extends BeforePass {
  /** What it reduces. */
  readonly reductions: readonly PlacedReduction[];
  /** Reductions of what has no value per weight, which a loop over one row or column gives. */
  readonly short: readonly PlacedReduction[];
  /** What it takes as a whole. */
  readonly matrices: readonly { readonly node: MatrixNode; readonly i: number }[];
  /** Nodes whose values at a weight are wanted, in their order. */
  readonly wanted: readonly number[];
}

export interface PlacedReduction {
  readonly node: ReductionNode;
  readonly i: number;
}

/**
 * The passes over a tensor before its step: each reduces what depends on the reductions before. Every pass, and {@link lastPass}, computes
 * what it needs at a weight again, as nothing that is kept is written before the end.
 */
export function passesOf(program: Program): readonly TensorPass[] {
  const { nodes, stages, extents } = program;
  return Array.from({ length: reductionPasses(program) }, (_, stage) => {
    const ending = nodes.flatMap((node, i) => (stages[i] === stage + 1 ? [{ node, i }] : []));
    const all = ending.filter((one): one is PlacedReduction => one.node.kind === 'reduction');
    const isShort = ({ node: { operation, args } }: PlacedReduction): boolean => {
      const extent = extents[args[0]]!;
      const isPart = operation.over === 'row' || operation.over === 'column';
      return isPart && extent !== 'weight' && extent !== operation.over;
    };
    const reductions = all.filter((one) => !isShort(one));
    const matrices = ending.filter(
      (one): one is TensorPass['matrices'][number] => one.node.kind === 'matrix',
    );
    const args = [...reductions, ...matrices].map(({ node }) => node.args[0]);
    return {
      ...before(program, stage),
      reductions,
      short: all.filter(isShort),
      matrices,
      wanted: wantedPerWeight(program, args),
    };
  });
}

/** What the step itself needs. */
export function lastPass(program: Program): Omit<TensorPass, 'reductions' | 'short' | 'matrices'> {
  const stored = [program.result, ...program.slots.map(({ next }) => next)];
  return { ...before(program, reductionPasses(program)), wanted: wantedPerWeight(program, stored) };
}

function before({ nodes, extents, stages }: Program, stage: number): BeforePass {
  const of = (extent: Extent): readonly number[] =>
    nodes.flatMap(({ kind }, i) =>
      kind !== 'reduction' && extents[i] === extent && stages[i] === stage ? [i] : [],
    );
  return { perNetwork: of('network'), perTensor: of('tensor'), perRow: of('row'), perColumn: of('column') };
}

/** The nodes whose values at a weight are wanted for those of `roots`; what has one value per tensor, row or column, or for all, is known before, and so are matrices. */
function wantedPerWeight({ nodes, extents }: Program, roots: readonly number[]): readonly number[] {
  const wanted = new Set<number>();
  const isKnown = (i: number): boolean =>
    nodes[i]!.kind === 'matrix' || !(extents[i] === 'weight' || extents[i] === 'step');
  const visit = (i: number): void => {
    if (isKnown(i) || wanted.has(i)) return;
    wanted.add(i);
    for (const arg of argsOf(nodes[i]!)) visit(arg);
  };
  for (const root of roots) visit(root);
  return [...wanted].sort((a, b) => a - b);
}
