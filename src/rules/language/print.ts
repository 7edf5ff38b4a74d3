import type { Call, Expression } from './expression.ts';
import { type Notation, PRECEDENCE, type RuleOperation } from './operation.ts';
import { operationOf } from './operations.ts';

/** The text of an expression with the fewest parentheses: `parseRule(printRule(e))` equals `e`. */
export function printRule(e: Expression): string {
  if (e.kind === 'literal') return printNumber(e.value);
  if (e.kind === 'leaf') return e.name;
  const operation = operationOf(e);
  const { notation } = operation;
  const inner = (i: number, least: number): string => {
    const arg = e.args[i] as Expression;
    const text = printRule(arg);
    return binds(arg, notation?.associativity === 'prefix') < least ? `(${text})` : text;
  };
  return notation === undefined ? printCall(e, operation) : printOperator(notation, inner);
}

function printOperator(
  { symbol, precedence, associativity }: Notation,
  inner: (i: number, least: number) => string,
): string {
  if (associativity === 'prefix') return symbol + inner(0, precedence);
  const left = inner(0, associativity === 'left' ? precedence : precedence + 1);
  const right = inner(1, associativity === 'right' ? rightOf(precedence) : precedence + 1);
  return precedence >= PRECEDENCE.power ? left + symbol + right : `${left} ${symbol} ${right}`;
}

/** A minus needs no parentheses after `^`: `2^-x` can only mean 2^(−x). */
const rightOf = (precedence: number): number => Math.min(precedence, PRECEDENCE.negation);

function printCall(e: Call, operation: RuleOperation): string {
  if (operation.kind === 'labels') return printLabelled(e, operation.labels);
  const { name, parameters } = operation;
  const usual = e.args.length === 0 && e.parameters.every((value, i) => value === parameters[i]?.fallback);
  if (usual) return name;
  return writtenCall(name, [...e.args.map(printRule), ...e.parameters.map(printNumber)]);
}

/** `norm(x)`, and `global(norm(x))` of the name `global norm`. */
export function writtenCall(name: string, args: readonly string[]): string {
  const words = name.split(' ');
  return `${words.join('(')}(${args.join(', ')}${')'.repeat(words.length)}`;
}

const printLabelled = ({ args }: Call, labels: readonly string[]): string =>
  args.map((rule, i) => (labels[i] ? `${labels[i]}: ` : '') + printRule(rule)).join('; ');

/** How tightly an expression's text binds where it stands; `prefix`: right after a minus. */
function binds(e: Expression, prefix: boolean): number {
  if (e.kind === 'literal') return literalBinds(e.value, prefix);
  return e.kind === 'call' ? (operationOf(e).notation?.precedence ?? PRECEDENCE.atom) : PRECEDENCE.atom;
}

/** `-3` is one literal, so that the negation of the literal 3 is written `-(3)`. */
function literalBinds(value: number, prefix: boolean): number {
  if (value < 0 || Object.is(value, -0)) return PRECEDENCE.negation;
  return prefix ? 0 : PRECEDENCE.atom;
}

/** The shortest decimal that is this float64: `0.3`, `1e-4`, `1e21`. */
export function printNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const decimal = String(value).replace('e+', 'e');
  if (value === 0 || Math.abs(value) >= 0.1) return decimal;
  const exponential = value.toExponential();
  return exponential.length <= decimal.length ? exponential : decimal;
}
