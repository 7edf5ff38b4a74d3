export { canonicalize } from './canonicalize.ts';
export type { Call, Expression, Leaf, Literal } from './expression.ts';
export { call, leaf, literal } from './expression.ts';
export { ruleKey } from './key.ts';
export { latexRule } from './latex.ts';
export { operations } from './operations.ts';
export { parseRule } from './parse.ts';
export { printRule } from './print.ts';
export { pointAt, RuleError } from './rule-error.ts';
export type { Constraint, Position, Space, SpaceDefinition, SpaceOptions } from './spaces/index.ts';
export {
  allowedTokens,
  constraints,
  decode,
  findSpace,
  positions,
  spaceSize,
  spaces,
  tokenText,
} from './spaces/index.ts';
