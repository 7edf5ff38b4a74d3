export { behaviourHash, distance, NEAR, type OrdinaryUpdates, ordinaryUpdates } from './behaviour/index.ts';
export { canonicalize } from './canonicalize.ts';
export type { CatalogueEntry } from './catalogue/catalogue.ts';
export { catalogue, namesOf, resolveRule } from './catalogue/catalogue.ts';
export { compileRule } from './compile.ts';
export type { CompiledRule, StartOptions, Stepper } from './compiled.ts';
export type { RuleCost } from './cost.ts';
export { ruleCost } from './cost.ts';
export type { Call, Expression, Leaf, Literal } from './expression.ts';
export { call, leaf, literal } from './expression.ts';
export { interpretRule } from './interpret.ts';
export { ruleKey } from './key.ts';
export { latexRule } from './latex.ts';
export { operations } from './operations.ts';
export { parseRule } from './parse.ts';
export { printRule } from './print.ts';
export { remarksOn } from './remarks.ts';
export { pointAt, RuleError } from './rule-error.ts';
export type {
  Constraint,
  DistinctCount,
  DistinctEstimate,
  Position,
  Space,
  SpaceDefinition,
  SpaceOptions,
  Vocabulary,
} from './spaces/index.ts';
export {
  allowedTokens,
  chosenVocabularies,
  constraints,
  countDistinct,
  decode,
  encode,
  estimateDistinct,
  findSpace,
  positions,
  spaceSize,
  spaces,
  strings,
  tokenText,
} from './spaces/index.ts';
