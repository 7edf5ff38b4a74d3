import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import type { TensorKind } from '../language/kinds.ts';
import { lowerKinds, type Program, type Slot } from './program.ts';

/** What a rule's canonical form costs to run. */
export interface RuleCost {
  /** State arrays of the size of the weights: 1 for Momentum, 2 for Adam. */
  readonly slots: number;
  /** Numbers that are kept per tensor, per row, and per column. */
  readonly slotsPerTensor: number;
  readonly slotsPerRow: number;
  readonly slotsPerColumn: number;
  /** Numbers that are kept for the whole network. */
  readonly slotsPerNetwork: number;
  /** Approximate floating-point operations per weight and step (1 for + − × ÷, 10 for exp); equal parts count once, and what is computed once per tensor, row or column, or for all, not at all. */
  readonly flopsPerWeight: number;
}

/** The cost of a rule's canonical form, per weight of a matrix if it has rules per kind of tensors. Functions of the step alone, and the step w − λ·u itself, are not counted. */
export function ruleCost(e: Expression): RuleCost {
  return costsOf(e)[0]!.cost;
}

/** The cost for tensors of some kinds. */
export interface KindCost {
  readonly kinds: readonly TensorKind[];
  readonly cost: RuleCost;
}

/** The costs of a rule's canonical form: one for all tensors, or those of its rules per kind. */
export const costsOf = (e: Expression): readonly KindCost[] =>
  lowerKinds(canonicalize(e)).map(({ kinds, program }) => ({ kinds, cost: costOf(program) }));

function costOf({ nodes, slots, extents }: Program): RuleCost {
  const flops = nodes.map((node, i) => {
    const perWeight = node.kind === 'reduction' || extents[i] === 'weight' || extents[i] === 'step';
    return perWeight && 'operation' in node ? node.operation.flops : 0;
  });
  const per = (of: Slot['extent']): number => slots.filter(({ extent }) => extent === of).length;
  return {
    slots: per('weight'),
    slotsPerTensor: per('tensor'),
    slotsPerRow: per('row'),
    slotsPerColumn: per('column'),
    slotsPerNetwork: per('network'),
    flopsPerWeight: flops.reduce((sum, n) => sum + n, 0),
  };
}
