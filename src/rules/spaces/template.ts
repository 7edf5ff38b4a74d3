import { normalize } from '../canonical/canonicalize.ts';
import type { Normal } from '../canonical/normal.ts';
import { apply } from '../canonical/rewrites.ts';
import { type Call, call, type Expression } from '../language/expression.ts';
import { operationOf } from '../language/operations.ts';
import { parseTemplate } from '../language/parse.ts';
import { printRule } from '../language/print.ts';

/** What the variables `x` and `y` of a template stand for. */
export interface Bindings {
  readonly x?: Expression;
  readonly y?: Expression;
}

type Variable = keyof Bindings;

const VARIABLES: readonly Variable[] = ['x', 'y'];

const parsed = new Map<string, Expression>();

/** A function's text over `x` and `y`, parsed once: a rule in which these are leaves. */
export function template(text: string): Expression {
  const known = parsed.get(text);
  if (known) return known;
  const expression = parseTemplate(text, VARIABLES);
  parsed.set(text, expression);
  return expression;
}

const variableOf = (e: Expression): Variable | undefined =>
  e.kind === 'leaf' ? VARIABLES.find((name) => name === e.name) : undefined;

/** Whether a template depends on a variable, as it is written. */
export function mentions(e: Expression, variable: Variable): boolean {
  return e.kind === 'call' ? e.args.some((arg) => mentions(arg, variable)) : variableOf(e) === variable;
}

/** The template with its variables replaced. The replacements are shared, not copied. */
export function substitute(e: Expression, bindings: Bindings): Expression {
  const variable = variableOf(e);
  if (variable) return bindings[variable] as Expression;
  if (e.kind !== 'call') return e;
  return call(
    e.name,
    e.args.map((arg) => substitute(arg, bindings)),
    e.parameters,
  );
}

/** The normal form of a template whose variables stand for normal forms. */
export function evaluate(e: Expression, x: Normal, y: Normal): Normal {
  const variable = variableOf(e);
  if (variable) return variable === 'x' ? x : y;
  if (e.kind !== 'call') return normalize(e);
  return apply(
    operationOf(e),
    e.args.map((arg) => evaluate(arg, x, y)),
    e.parameters,
  );
}

/** Every binding under which the template is the expression: none, one, or two where sides may be exchanged. */
export function match(pattern: Expression, e: Expression, commute: boolean): readonly Bindings[] {
  const straight = unify(pattern, e, {});
  if (!commute || pattern.kind !== 'call' || !isCommutative(pattern)) return straight ? [straight] : [];
  const exchanged = unify({ ...pattern, args: pattern.args.toReversed() }, e, {});
  return [straight, exchanged].filter((bindings) => bindings !== undefined);
}

const isCommutative = (e: Call): boolean => operationOf(e).facts.commutative === true;

/** Whether a binary template is the sum of its two arguments. */
export function addition(text: string): boolean {
  const e = template(text);
  if (e.kind !== 'call' || e.name !== 'add') return false;
  const summands = e.args.map(variableOf);
  return VARIABLES.every((name) => summands.includes(name));
}

function unify(pattern: Expression, e: Expression, bound: Bindings): Bindings | undefined {
  const variable = variableOf(pattern);
  if (variable) {
    const value = bound[variable];
    if (value) return printRule(value) === printRule(e) ? bound : undefined;
    return { ...bound, [variable]: e };
  }
  if (pattern.kind !== 'call' || e.kind !== 'call') {
    return printRule(pattern) === printRule(e) ? bound : undefined;
  }
  if (pattern.name !== e.name || pattern.args.length !== e.args.length) return undefined;
  if (!pattern.parameters.every((p, i) => p === e.parameters[i])) return undefined;
  return pattern.args.reduce<Bindings | undefined>(
    (sofar, arg, i) => sofar && unify(arg, e.args[i] as Expression, sofar),
    bound,
  );
}
