import type { Evaluation } from '../evaluation/index.ts';
import { type Comparison, summarizeAll } from './comparison.ts';
import { type EvaluationServices, evaluateAll } from './evaluate-all.ts';
import { type ComparisonPlan, requestsOf } from './plan.ts';

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
  const [result] = await runComparisons([plan], services);
  return result as ComparisonResult;
}

/** The same of several plans that are read together: see `summarizeAll`. */
export async function runComparisons(
  plans: readonly ComparisonPlan[],
  services: EvaluationServices,
): Promise<readonly ComparisonResult[]> {
  const evaluations = await evaluateAll(plans.flatMap(requestsOf), services);
  const comparisons = summarizeAll(plans, evaluations);
  return plans.map(({ environment }, i) => ({
    comparison: comparisons[i] as Comparison,
    evaluations: evaluations.filter((one) => one.environment === environment),
  }));
}
