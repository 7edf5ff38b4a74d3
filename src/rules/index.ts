export {
  type Behaviour,
  behaviourHash,
  behaviourOf,
  distance,
  isNearCopy,
  type Likeness,
  likenessOf,
  NEAR,
  type OrdinaryUpdates,
  ordinaryUpdates,
  rejection,
} from './behaviour/index.ts';
export { canonicalize } from './canonical/canonicalize.ts';
export { keyOfCanonical, ruleKey } from './canonical/key.ts';
export { parseRule } from './canonical/parse-rule.ts';
export type { CatalogueEntry } from './catalogue/catalogue.ts';
export { catalogue, namesOf, resolveRule } from './catalogue/catalogue.ts';
export type { Call, Expression, Leaf, Literal } from './language/expression.ts';
export { call, leaf, literal } from './language/expression.ts';
export { KINDS, type TensorKind } from './language/kinds.ts';
export { latexRule } from './language/latex.ts';
export {
  type Extent,
  isShared,
  type ReductionOperation,
  reducedExtent,
  widest,
} from './language/operation.ts';
export type {
  ElementName,
  InputName,
  NameOf,
  OperationName,
  RandomName,
  ReductionName,
} from './language/operations.ts';
export { operations } from './language/operations.ts';
export { evaluateScalar, readsRate } from './language/parts.ts';
export { printRule } from './language/print.ts';
export { pointAt, RuleError } from './language/rule-error.ts';
export { compileRule, javascriptKernel } from './program/compile.ts';
export type { CompiledRule, Span, StartOptions, Stepper } from './program/compiled.ts';
export type { KindCost, RuleCost } from './program/cost.ts';
export { costsOf, ruleCost } from './program/cost.ts';
export {
  type BeforePass,
  goesByRows,
  lastPass,
  type PlacedReduction,
  passesOf,
  reducesNetwork,
  reductionPasses,
  seesShape,
  type TensorPass,
} from './program/extents.ts';
export { interpretRule } from './program/interpret.ts';
export { orthogonalize } from './program/orth.ts';
export { type KindProgram, lowerKinds, lowerRule, type Node, type Program } from './program/program.ts';
export { type Bounds, type Matrix, reduceInto } from './program/reduce.ts';
export { remarksOn } from './program/remarks.ts';
export {
  boundsOf,
  type CountedPlace,
  counted,
  countOf,
  type Kernel,
  type Place,
  placesOf,
  type RunnableProgram,
  runnable,
  startPrograms,
} from './program/run.ts';
export type {
  Constraint,
  Decoder,
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
  decode,
  decoder,
  distinctRules,
  encode,
  findSpace,
  positions,
  spaceSize,
  spaces,
  stringLength,
  strings,
  tokenText,
  uniformTokens,
} from './spaces/index.ts';
