import type { Evaluation } from '../evaluate/index.ts';
import { type Comparison, summarize } from './comparison.ts';
import { type EvaluationServices, evaluateAll } from './evaluate-all.ts';
import { type ComparisonPlan, wantedOf } from './plan.ts';

export interface ComparisonResult {
  readonly comparison: Comparison;
  /** What it was made of: task by task, seed by seed, in the order of the contestants. */
  readonly evaluations: readonly Evaluation[];
}

/**
 * Evaluates every rule on every task with every seed, and compares. What the store has is not evaluated again.
 *
 * @throws NosError as `evaluateAll`.
 */
export async function runComparison(
  plan: ComparisonPlan,
  services: EvaluationServices,
): Promise<ComparisonResult> {
  const evaluations = await evaluateAll(wantedOf(plan), services);
  return { comparison: summarize(plan, evaluations), evaluations };
}
