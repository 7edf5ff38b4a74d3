import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { lowerRule } from './program.ts';

/** What a rule's canonical form costs to run. */
export interface RuleCost {
  /** State arrays of the size of the weights: 1 for Momentum, 2 for Adam. */
  readonly slots: number;
  /** Approximate floating-point operations per weight and step (1 for + − × ÷, 10 for exp); equal parts count once. */
  readonly flopsPerWeight: number;
}

/** The cost of a rule's canonical form. Functions of the step alone, and the step w − λ·u itself, are not counted. */
export function ruleCost(e: Expression): RuleCost {
  const { nodes, slots } = lowerRule(canonicalize(e));
  const flops = nodes.map((node) => ('operation' in node ? node.operation.flops : 0));
  return { slots: slots.length, flopsPerWeight: flops.reduce((sum, n) => sum + n, 0) };
}
