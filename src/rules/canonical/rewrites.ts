import type { Facts, RuleOperation } from '../language/operation.ts';
import { type OperationName, operationOf, operations } from '../language/operations.ts';
import { isThreeValued, rangeOf } from './analysis.ts';
import {
  type Factor,
  isNumber,
  type Normal,
  number,
  operationCore,
  productCore,
  scale,
  textOf,
  toExpression,
} from './normal.ts';
import { compareText, divide, factorsOf, multiply, negate, raise } from './products.ts';
import { addSigned } from './sums.ts';

/** An operation and what it is applied to. */
interface Applied {
  readonly operation: RuleOperation;
  readonly args: readonly Normal[];
  readonly parameters: readonly number[];
}

/**
 * Says what an operation on normal forms becomes, or undefined; `x` and `y` are its first two arguments. Each rewrite keeps
 * the value, within rounding, wherever the original's intermediate values are finite; if the comment says so, to the bit. What
 * is left out, and why, is in docs/language.md.
 */
type Rewrite = (e: Applied, x: Normal, y: Normal) => Normal | undefined;

/** A rewrite of all operations for which a fact of the table is declared. */
type General = readonly [fact: keyof Facts, rewrite: Rewrite];

const constants: readonly General[] = [
  // f(0) => 0
  ['zero', (_, x) => (isNumber(x) && x.coefficient === 0 ? x : undefined)],
  // ema(x, 0) => x, acc(x, 0) => x, drop(x, 0) => x
  ['identity', ({ operation, parameters }, x) => (operation.facts.identity?.(parameters) ? x : undefined)],
];

/** Operations that have a normal form: it is the last word on all but pow. */
const arithmetic: Readonly<Partial<Record<OperationName, readonly Rewrite[]>>> = {
  // -x, x + y, x - y, x * y, x / y to the normal forms of sums.ts and products.ts
  neg: [(_, x) => negate(x)],
  add: [(_, x, y) => addSigned(x, y, 1)],
  sub: [(_, x, y) => addSigned(x, y, -1)],
  mul: [(_, x, y) => multiply(x, y)],
  div: [(_, x, y) => divide(x, y)],
  pow: [
    // x^2 to the normal form of products
    (_, x, y) => (isInteger(y) && y.coefficient > 1 ? raise(x, y.coefficient) : undefined),
    // x^0 => 1, x^1 => x, x^-2 => 1 / x^2
    (_, x, y) => (isInteger(y) ? smallPower(x, y.coefficient) : undefined),
    // 1^x => 1
    (_, x) => (isNumber(x) && x.coefficient === 1 ? x : undefined),
  ],
};

const symmetries: readonly General[] = [
  // f(-x) => -f(x) for an odd f, to the bit
  ['odd', (e, x) => (isNegative(x) ? negate(again(e, negate(x))) : undefined)],
  // f(-x) => f(x) for an even f, to the bit
  ['even', (e, x) => (isNegative(x) ? again(e, negate(x)) : undefined)],
];

const simplifications: Readonly<Partial<Record<OperationName, readonly Rewrite[]>>> = {
  sign: [
    // sign(x) => 1 where x > 0, -1 where x < 0, whatever its arguments
    (_, x) => knownSign(x),
    // sign(f(x)) => sign(x) for an f that keeps the sign: clip, tanh, sqrt, sign
    (e, x) => mapped(signKept(x), (inner) => again(e, inner)),
    // sign(abs(x)) => sign(x)^2, to the bit
    (e, x) => mapped(argumentOf(x, 'abs'), (inner) => call('pow', again(e, inner), number(2))),
    // sign(c * x) => sign(x), sign(x / c) => sign(x) for a c > 0 that cannot vanish or overflow
    (e, x) => mapped(withoutPositive(x), (rest) => again(e, rest)),
  ],
  abs: [
    // abs(x) => x for x >= 0, to the bit
    (_, x) => (rangeOf(toExpression(x)).low >= 0 ? x : undefined),
    // abs(x) => -x for x <= 0, to the bit
    (_, x) => (rangeOf(toExpression(x)).high <= 0 ? negate(x) : undefined),
    // abs(sign(x)) => sign(x)^2, to the bit
    (_, x) => (isThreeValued(toExpression(x)) ? raise(x, 2) : undefined),
    // abs(c * x) => c * abs(x)
    (e, x) =>
      x.coefficient === 1 || isNumber(x)
        ? undefined
        : call('mul', number(x.coefficient), again(e, scale(1, x.core))),
  ],
  clip: [
    // clip(x, l) => x for -l <= x <= l, to the bit
    ({ parameters: [l] }, x) => (isWithin(x, l!) ? x : undefined),
    // clip(clip(x, k), l) => clip(x, min(k, l)), to the bit
    (e, x) => mapped(argumentOf(x, 'clip'), (inner) => apply(e.operation, [inner], [tighter(e, x)])),
    // clip(sign(x), l) => l * sign(x) for l < 1, to the bit
    ({ parameters: [l] }, x) => (isThreeValued(toExpression(x)) ? call('mul', number(l!), x) : undefined),
  ],
  // exp(log(x)) => x
  exp: [(_, x) => argumentOf(x, 'log')],
  // x^0.5 => sqrt(x)
  pow: [(_, x, y) => (isNumber(y) && y.coefficient === 0.5 ? call('sqrt', x) : undefined)],
};

/** The rewrites of each operation, in their order. */
const rewritesOf: ReadonlyMap<string, readonly Rewrite[]> = new Map(
  [...operations.values()].map((operation) => {
    const { name, kind, facts } = operation;
    const general = (rows: readonly General[]): readonly Rewrite[] =>
      rows.flatMap(([fact, rewrite]) => (facts[fact] ? [rewrite] : []));
    return [
      name,
      [
        // f(1, 2) => its value, computed in float64, if that is finite
        ...(kind === 'element' ? [fold] : []),
        ...general(constants),
        ...(arithmetic[name] ?? []),
        ...general(symmetries),
        ...(simplifications[name] ?? []),
        // min(min(x, y), x) => min(x, y), in a fixed order; numbers folded; to the bit
        ...(facts.commutative && facts.associative && facts.idempotent ? [flatten] : []),
      ],
    ];
  }),
);

/** The normal form of an operation on normal forms. */
export function apply(
  operation: RuleOperation,
  args: readonly Normal[],
  parameters: readonly number[] = [],
): Normal {
  const applied = { operation, args, parameters };
  for (const rewrite of rewritesOf.get(operation.name)!) {
    const result = rewrite(applied, args[0]!, args[1]!);
    if (result !== undefined) return result;
  }
  return { coefficient: 1, core: operationCore(operation.name, args, parameters) };
}

const call = (name: OperationName, ...args: readonly Normal[]): Normal => apply(operationOf({ name }), args);

/** The same function of another argument. */
const again = ({ operation, parameters }: Applied, x: Normal): Normal => apply(operation, [x], parameters);

const mapped = <T>(value: T | undefined, f: (value: T) => Normal): Normal | undefined =>
  value === undefined ? undefined : f(value);

const isNegative = (x: Normal): boolean => !isNumber(x) && x.coefficient < 0;

const isInteger = (x: Normal): boolean => isNumber(x) && Number.isInteger(x.coefficient);

function fold({ operation, args, parameters }: Applied): Normal | undefined {
  if (operation.kind !== 'element' || !args.every(isNumber)) return undefined;
  const value = operation.float64(
    args.map(({ coefficient }) => coefficient),
    parameters,
  );
  return Number.isFinite(value) ? number(value) : undefined;
}

function smallPower(x: Normal, n: number): Normal {
  if (n === 0) return number(1);
  return n === 1 ? x : call('div', number(1), call('pow', x, number(-n)));
}

/** Farther from 0 than float32 underflows. */
const SMALLEST = 1e-37;

function knownSign(x: Normal): Normal | undefined {
  const { low, high } = rangeOf(toExpression(x));
  if (low >= SMALLEST) return number(1);
  return high <= -SMALLEST ? number(-1) : undefined;
}

/** The operation that a value is, unless it has a coefficient. */
const operationIn = ({ coefficient, core }: Normal) =>
  coefficient === 1 && core.kind === 'operation' ? core : undefined;

/** x of f(x) for the function of that name. */
function argumentOf(e: Normal, name: OperationName): Normal | undefined {
  const operation = operationIn(e);
  return operation?.name === name ? operation.args[0] : undefined;
}

/** x of f(x) for a function that keeps the sign. */
function signKept(e: Normal): Normal | undefined {
  const operation = operationIn(e);
  return operation && operationOf(operation).facts.keepsSign ? operation.args[0] : undefined;
}

/** A product or quotient without its factors that are positive and bounded; undefined if there are none. */
function withoutPositive({ coefficient, core }: Normal): Normal | undefined {
  if (!isHarmless(number(coefficient))) return undefined;
  if (core.kind === 'operation' && core.name === 'div' && isHarmless(core.args[1]!)) return core.args[0];
  const factors = factorsOf(core).map(power);
  const rest = factors.filter((factor) => !isHarmless(factor));
  if (rest.length === factors.length && coefficient === 1) return undefined;
  return rest.length === 0 ? number(1) : rest.reduce((a, b) => call('mul', a, b));
}

const power = (factor: Factor): Normal =>
  factor.exponent === 1 ? factor.base : { coefficient: 1, core: productCore([factor]) };

/** Positive, and multiplying or dividing by it takes no float32 to 0 or infinity but those near the ends. */
function isHarmless(x: Normal): boolean {
  const { low, high } = rangeOf(toExpression(x));
  return low >= 1e-10 && high <= 1e10;
}

function isWithin(x: Normal, l: number): boolean {
  const { low, high } = rangeOf(toExpression(x));
  return -l <= low && high <= l;
}

/** The smaller bound of a clip in a clip. */
const tighter = ({ parameters }: Applied, inner: Normal): number =>
  Math.min(parameters[0]!, operationIn(inner)!.parameters[0]!);

/** min and max of many: flat, sorted, each once. */
function flatten({ operation, args }: Applied): Normal {
  const byText = new Map(args.flatMap((arg) => nested(arg, operation.name)).map((arg) => [textOf(arg), arg]));
  const all = [...byText.values()].sort((a, b) => compareText(textOf(a), textOf(b)));
  const numbers = all.filter(isNumber);
  const others = all.filter((arg) => !isNumber(arg));
  const combine = (a: Normal, b: Normal): Normal => fold({ operation, args: [a, b], parameters: [] }) ?? a;
  const bounds = numbers.length === 0 ? [] : [numbers.reduce(combine)];
  return [...bounds, ...others].reduce((a, b) => ({
    coefficient: 1,
    core: operationCore(operation.name, [a, b]),
  }));
}

function nested(e: Normal, name: string): readonly Normal[] {
  const operation = operationIn(e);
  return operation?.name === name ? operation.args.flatMap((arg) => nested(arg, name)) : [e];
}
