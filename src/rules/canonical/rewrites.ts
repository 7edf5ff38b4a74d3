import type { Expression } from '../language/expression.ts';
import { type Facts, isShared, type Over, type RuleOperation } from '../language/operation.ts';
import { type Known, type OperationName, operationOf, operations } from '../language/operations.ts';
import { extentOf, readsSelf } from '../language/parts.ts';
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

/** The reductions over the network, a tensor, its rows and its columns. */
const ofReductions: Readonly<Partial<Record<OperationName, readonly Rewrite[]>>> = Object.fromEntries(
  [...operations.values()].flatMap((operation) =>
    operation.kind === 'reduction' ? [[operation.name, reductions(operation)] as const] : [],
  ),
);

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
  // x < y and x <= y alike
  lt: comparisons((x, y) => x < y),
  le: comparisons((x, y) => x <= y),
  where: [
    // where(c, x, x) => x, to the bit
    (e, _, x) => (textOf(x) === textOf(e.args[2]!) ? x : undefined),
    // where(1, x, y) => x, where(0, x, y) => y, to the bit
    (e, c, x) => (isNumber(c) ? (c.coefficient === 0 ? e.args[2]! : x) : undefined),
    // where(-c, x, y), where(2 * c, x, y), where(abs(c), x, y), where(sign(c), x, y) => where(c, x, y)
    (e, c, x) => mapped(sameZeros(c), (inner) => apply(e.operation, [inner, x, e.args[2]!])),
    // where(c, where(c, x, y), z) => where(c, x, z), where(c, x, where(c, y, z)) => where(c, x, z), to the bit
    (e, c, x) => mapped(chosen(c, x, 1), (inner) => apply(e.operation, [c, inner, e.args[2]!])),
    (e, c, x) => mapped(chosen(c, e.args[2]!, 2), (inner) => apply(e.operation, [c, x, inner])),
    // where(c, -x, -y) => -where(c, x, y), where(c, -x, 1) => -where(c, x, -1), to the bit
    (e, c, x) =>
      areNegative(x, e.args[2]!)
        ? negate(apply(e.operation, [c, opposite(x), opposite(e.args[2]!)]))
        : undefined,
  ],
  rec: [
    // rec(init, x) => x for an x without self, to the bit
    (_, __, x) => (readsSelf(toExpression(x)) ? undefined : x),
    // rec(2, self) => 2, to the bit
    (_, init, x) => (isNumber(init) && isSelf(x) ? init : undefined),
    // rec(0, b * self + x) => acc(x, b) for 0 < b <= 1
    (_, init, x) => (isZero(init) ? accumulated(x) : undefined),
  ],
  ...ofReductions,
  // x; eval: w => x, to the bit
  eval: [(_, x, y) => (textOf(y) === 'w' ? x : undefined)],
  kinds: [
    // matrices: x; vectors: x => x, to the bit
    (e, x) => (e.args.every((rule) => textOf(rule) === textOf(x)) ? x : undefined),
    // matrices: x; vectors: y; embeddings: x => matrices: x; vectors: y, to the bit
    (e, x, y) =>
      e.args[2] && textOf(e.args[2]) === textOf(x) ? apply(e.operation, [x, y], e.parameters) : undefined,
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
        ...(operation.parameters.some(({ varies }) => varies) ? [constantCoefficient] : []),
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

/** The same function of another first argument. */
const again = ({ operation, args, parameters }: Applied, x: Normal): Normal =>
  apply(operation, [x, ...args.slice(1)], parameters);

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

/** ema(x, 0.9 * t / t) => ema(x, 0.9) */
function constantCoefficient({ operation, args }: Applied, x: Normal): Normal | undefined {
  const b = args[operation.arity];
  const [parameter] = operation.parameters;
  if (b === undefined || !isNumber(b) || !parameter!.valid(b.coefficient)) return undefined;
  return apply(operation, [x], [b.coefficient]);
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

/** The rewrites of a comparison, which `holds` for numbers. */
function comparisons(holds: (x: number, y: number) => boolean): readonly Rewrite[] {
  const value = (found: boolean): Normal => number(found ? 1 : 0);
  return [
    // x < x => 0, x <= x => 1, to the bit
    (_, x, y) => (textOf(x) === textOf(y) ? value(holds(0, 0)) : undefined),
    // abs(x) < 0 => 0, 0 <= abs(x) => 1, to the bit
    (_, x, y) => mapped(againstZero(x, y, holds), value),
    // sign(x) < 0, 3 * x < 0, x / 2 < 0 => x < 0, as for sign
    (e, x, y) => mapped(isZero(y) ? signPart(x) : undefined, (inner) => apply(e.operation, [inner, y])),
    (e, x, y) => mapped(isZero(x) ? signPart(y) : undefined, (inner) => apply(e.operation, [x, inner])),
    // -x < -y => y < x, -x < 2 => -2 < x, -y < x => -x < y, to the bit
    (e, x, y) => (areExchanged(x, y) ? apply(e.operation, [opposite(y), opposite(x)]) : undefined),
  ];
}

/** −x, of which −0 is 0. */
const opposite = (x: Normal): Normal => (isNumber(x) ? number(-x.coefficient) : negate(x));

const isZero = (x: Normal): boolean => isNumber(x) && x.coefficient === 0;

/** What a comparison with 0 is for every value that the other side can have. */
function againstZero(x: Normal, y: Normal, holds: (x: number, y: number) => boolean): boolean | undefined {
  if (isZero(x) === isZero(y)) return undefined;
  const { low, high } = rangeOf(toExpression(isZero(x) ? y : x));
  const [least, most] = [low >= 0 ? 0 : -1, high <= 0 ? 0 : 1];
  const found = [least, most].map((value) => (isZero(x) ? holds(0, value) : holds(value, 0)));
  return found[0] === found[1] ? found[0] : undefined;
}

/** A simpler value of the same sign. */
const signPart = (x: Normal): Normal | undefined => signKept(x) ?? withoutPositive(x);

/** Whether both sides of a comparison are to change their signs, and places. */
function areExchanged(x: Normal, y: Normal): boolean {
  if (isNumber(x) || isNumber(y) || isNegative(x) === isNegative(y)) return areNegative(x, y);
  const order = compareText(x.core.text, y.core.text);
  return isNegative(x) ? order > 0 : order < 0;
}

/** Whether all of two values that are no numbers are negated, and there is one. */
const areNegative = (x: Normal, y: Normal): boolean =>
  [x, y].some(isNegative) && [x, y].every((one) => isNumber(one) || isNegative(one));

/** A simpler value that is 0 where `c` is. */
function sameZeros(c: Normal): Normal | undefined {
  if (isNegative(c)) return negate(c);
  return argumentOf(c, 'abs') ?? signPart(c);
}

/** The branch of a value that chooses by the same condition. */
function chosen(c: Normal, x: Normal, branch: 1 | 2): Normal | undefined {
  const operation = operationIn(x);
  if (operation?.name !== 'where' || textOf(operation.args[0]!) !== textOf(c)) return undefined;
  return operation.args[branch];
}

/** The rewrites of a reduction. */
function reductions(operation: Known<'reduction'>): readonly Rewrite[] {
  return [
    // sum(x) => sum(1) * x, mean(x) => x, norm(x) => sqrt(sum(1)) * abs(x), rms(x) => abs(x), amax(x) => abs(x) for an x that all weights
    // of what is reduced share: those of the network, of a tensor, or of a row or column
    (_, x) => (isUniform(toExpression(x), operation.over) ? ofShared(operation, x) : undefined),
    // norm(abs(x)) => norm(x), and so rms and amax, to the bit
    (e, x) => (e.operation.facts.even ? mapped(argumentOf(x, 'abs'), (inner) => again(e, inner)) : undefined),
    // sum(c * x) => c * sum(x), and so the others; c > 0 for those that are even
    (e, x) =>
      x.coefficient === 1 || isNumber(x)
        ? undefined
        : call('mul', number(x.coefficient), again(e, scale(1, x.core))),
  ];
}

/** A reduction of a value that all weights share. */
function ofShared({ over, term, join, mean, root }: Known<'reduction'>, x: Normal): Normal | undefined {
  const value = term === 'value' ? x : call('abs', x);
  if (mean || join === 'largest') return value;
  if (!root && isOne(x)) return undefined;
  const count = call(COUNTS[over], number(1));
  return call('mul', root ? call('sqrt', count) : count, value);
}

/** Of 1, how many weights a reduction is over. */
const COUNTS = { network: 'global sum', tensor: 'sum', row: 'rowsum', column: 'colsum' } as const;

/** Whether an expression is shared by the weights of what is reduced; of a part of a recurrence that reads its last value, that is not known. */
const isUniform = (e: Expression, over: Over): boolean => isShared(over, extentOf(e)) && !readsSelf(e);

const isOne = (x: Normal): boolean => isNumber(x) && x.coefficient === 1;

const isSelf = (x: Normal): boolean => x.coefficient === 1 && isSelfCore(x);

const isSelfCore = ({ core }: Normal): boolean => core.kind === 'operation' && core.name === 'self';

/** The accumulated value that a recurrence from 0 is. */
function accumulated(x: Normal): Normal | undefined {
  const { coefficient, core } = x;
  const terms = core.kind === 'sum' && Math.abs(coefficient) === 1 ? core.terms : [{ coefficient: 1, core }];
  const own = terms.find(isSelfCore);
  const b = own && own.coefficient * coefficient;
  if (own === undefined || b === undefined || !(b > 0 && b <= 1)) return undefined;
  const rest = call('sub', x, { ...own, coefficient: b });
  return readsSelf(toExpression(rest)) ? undefined : apply(operationOf({ name: 'acc' }), [rest], [b]);
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
