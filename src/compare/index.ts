export {
  type CardPicture,
  cardPictures,
  describeRule,
  type RuleDescription,
  ruleDescriptionSchema,
} from './card.ts';
export { type CardPlaces, cardPlaces } from './card-places.ts';
export { type CardContents, type CardResult, cardText } from './card-text.ts';
export { type ComparisonResult, runComparison, runComparisons } from './compare.ts';
export {
  type ComparedRow,
  type Comparison,
  comparisonSchema,
  LEVEL,
  type Power,
  powerOf,
  type RowVerdict,
  summarize,
} from './comparison.ts';
export { type Contestant, contestant } from './contestant.ts';
export { type EvaluationEvent, type EvaluationServices, evaluateAll } from './evaluate-all.ts';
export {
  type FunnelInput,
  type FunnelPlan,
  type FunnelResult,
  funnelSchema,
  planFunnel,
  plannedFunnel,
  type Rung,
  type RungRow,
  runFunnel,
  rungsOf,
} from './funnel.ts';
export { type LearningRateRange, learningRateRange, meanSweep } from './learning-rates.ts';
export { comparisonPicture } from './picture.ts';
export { type ComparisonInput, type ComparisonPlan, planComparison, seedsFrom } from './plan.ts';
export type { RuleFigures } from './row.ts';
export {
  planTaskCheck,
  summarizeTaskCheck,
  type TaskCheck,
  taskCheckSchema,
  trainTaskCheck,
} from './task-check.ts';
