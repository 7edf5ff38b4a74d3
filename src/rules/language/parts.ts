import { type Call, type Expression, type Leaf, literal } from './expression.ts';
import { EXTENTS, type Extent, type RuleOperation, reducedExtent, widest } from './operation.ts';
import { operationOf, operations } from './operations.ts';

/**
 * Whether the value is a function of the step alone: only literals, t, T, decays, and element-wise functions of these.
 * A maximal subexpression of this kind is a *step scalar*, computed in float64 once per step and rounded once. A name that
 * the language does not have is none.
 */
export function isStepScalar(e: Expression): boolean {
  if (e.kind === 'literal') return true;
  const operation = operations.get(e.name);
  if (operation?.kind === 'macro') return isStepScalar(operation.expansion);
  if (operation?.kind === 'step') return true;
  return operation?.kind === 'element' && e.kind === 'call' && e.args.every(isStepScalar);
}

/** When a function of the step has its value. */
export interface StepMoment {
  /** t, 1 at the first step. */
  readonly t: number;
  readonly T: number;
  /** The learning rate of the step. */
  readonly lr: number;
}

/** The value of a function of the step, in float64. */
export function evaluateScalar(e: Expression, at: StepMoment): number {
  if (e.kind === 'literal') return e.value;
  const operation = operationOf(e);
  if (operation.kind === 'macro') return evaluateScalar(operation.expansion, at);
  const parameters = parametersOf(e, operation);
  if (operation.kind === 'step') return operation.value(at.t, at.T, parameters, at.lr);
  if (operation.kind !== 'element') throw new Error(`not a function of the step: ${e.name}`);
  return operation.float64(
    argsOf(e).map((arg) => evaluateScalar(arg, at)),
    parameters,
  );
}

/** Whether an expression reads the learning rate. */
export const readsRate = (e: Expression): boolean =>
  e.kind === 'call' ? e.args.some(readsRate) : e.kind === 'leaf' && e.name === 'lr';

/** The arguments of a name, written with or without them. */
export const argsOf = (e: Leaf | Call): readonly Expression[] => (e.kind === 'call' ? e.args : []);

/** The parameters of a name, as written or by default. */
export const parametersOf = (e: Leaf | Call, operation: RuleOperation): readonly number[] =>
  e.kind === 'call' ? e.parameters : operation.parameters.map(({ fallback }) => fallback ?? 0);

/** The coefficient of a running average or sum: a number, or a function of the step. */
export const coefficientOf = (e: Leaf | Call): Expression =>
  argsOf(e)[1] ?? literal(e.kind === 'call' ? (e.parameters[0] ?? 0) : 0);

/** Whether an expression reads the last value of a recurrence around it. */
export function readsSelf(e: Expression): boolean {
  if (e.kind === 'literal') return false;
  const kind = operations.get(e.name)?.kind;
  if (kind === 'self') return true;
  return e.kind === 'call' && kind !== 'recurrence' && e.args.some(readsSelf);
}

/**
 * How many values an expression has at a step.
 *
 * @param self - that of the last value of the recurrence around it: per weight unless given, as not all of the recurrence is at hand.
 * @example extentOf(parseRule('ema(norm(g), 0.9)')) // 'tensor'
 */
export function extentOf(e: Expression, self: Extent = 'weight'): Extent {
  if (e.kind === 'literal') return 'step';
  const operation = operationOf(e);
  if (operation.kind === 'self') return self;
  if (operation.kind === 'macro') return extentOf(operation.expansion);
  if (operation.kind === 'reduction') {
    return reducedExtent(operation.over, extentOf(argsOf(e)[0]!, self));
  }
  const extent = EXTENTS[operation.kind];
  if (extent !== 'widest' && extent !== 'kept') return extent;
  const inner = operation.kind === 'recurrence' ? 'step' : self;
  const found = widest(argsOf(e).map((arg) => extentOf(arg, inner)));
  return found === 'step' && extent === 'kept' ? 'weight' : found;
}
