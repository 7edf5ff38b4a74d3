import { call, type Expression, type Leaf, literal } from '../language/expression.ts';
import { operationOf } from '../language/operations.ts';
import { structureOf } from './analysis.ts';

/**
 * The normal form of a rule, as data: every value is a coefficient times a core. A core is one, a power or a product of
 * powers, a sum of normal forms, or an operation on normal forms. Each carries the expression that it is written as, so
 * that {@link toExpression} costs nothing; equal cores have equal texts.
 */
export interface Normal {
  readonly coefficient: number;
  readonly core: Core;
}

export type Core = One | Product | Sum | OperationCore;

/** The core of a plain number. */
export interface One extends Written {
  readonly kind: 'one';
}

/** Powers of different bases in a fixed order: several, or one that is not the base itself. */
export interface Product extends Written {
  readonly kind: 'product';
  readonly factors: readonly Factor[];
}

/** base^exponent with an integer exponent of at least 1. */
export interface Factor {
  readonly base: Normal;
  readonly exponent: number;
}

/** Two or more terms of different cores in a fixed order, the first with a positive coefficient. */
export interface Sum extends Written {
  readonly kind: 'sum';
  readonly terms: readonly Normal[];
  /** The same, all functions of the step in one term, as they are written. */
  readonly grouped: readonly Normal[];
}

/** Anything else: a name, a function, or a quotient. */
export interface OperationCore extends Written {
  readonly kind: 'operation';
  readonly name: string;
  readonly args: readonly Normal[];
  readonly parameters: readonly number[];
}

/** How a value is written. */
interface Written {
  readonly expression: Expression;
  /** The structure of `expression`. */
  readonly text: string;
  /** Whether it is a step scalar. */
  readonly isStep: boolean;
}

export const ONE: One = { kind: 'one', ...writeNumber(1) };

/** A plain number; −0 is 0. */
export const number = (value: number): Normal => ({ coefficient: value + 0, core: ONE });

/** coefficient·core. A core that is nothing but a scaled value is that value if the coefficient is 1. */
export function scale(coefficient: number, core: Core): Normal {
  if (coefficient !== 1 || core.kind !== 'product' || core.factors.length > 1) return { coefficient, core };
  const { base, exponent } = core.factors[0]!;
  return exponent === 1 ? base : { coefficient, core };
}

export const isNumber = ({ core }: Normal): boolean => core === ONE;

/** The expression of a normal form. */
export const toExpression = (normal: Normal): Expression => write(normal).expression;

export const textOf = (normal: Normal): string => write(normal).text;

/** Whether two cores are written the same. */
export const same = (a: Core, b: Core): boolean => a === b || a.text === b.text;

/** A name as a core. */
export const nameCore = (e: Leaf): OperationCore => ({
  kind: 'operation',
  name: e.name,
  args: [],
  parameters: [],
  expression: e,
  text: e.name,
  isStep: operationOf(e).kind === 'step',
});

export function operationCore(
  name: string,
  args: readonly Normal[],
  parameters: readonly number[] = [],
): OperationCore {
  return { kind: 'operation', name, args, parameters, ...writeCall(name, args.map(write), parameters) };
}

/** The core of a product of powers of different bases, in their order. */
export const productCore = (factors: readonly Factor[]): Product => ({
  kind: 'product',
  factors,
  ...chain(factors.map(writeFactor)),
});

export const sumCore = (terms: readonly Normal[], grouped: readonly Normal[]): Sum => ({
  kind: 'sum',
  terms,
  grouped,
  ...writeTerms(grouped),
});

/** coefficient·core, written as people would: -x, 2 * x, 2 / x, and a sum with its signs changed. */
function write({ coefficient, core }: Normal): Written {
  if (core === ONE) return writeNumber(coefficient);
  if (coefficient === 1) return core;
  const denominator = denominatorOf(core);
  if (denominator !== undefined) return writeCall('div', [writeNumber(coefficient), write(denominator)]);
  if (coefficient === -1) return core.kind === 'sum' ? writeOpposite(core) : writeCall('neg', [core]);
  const factors = core.kind === 'product' ? core.factors.map(writeFactor) : [core];
  return chain([writeNumber(coefficient), ...factors]);
}

/** y of 1/y: with a coefficient that is written c/y. */
function denominatorOf(core: Core): Normal | undefined {
  if (core.kind !== 'operation' || core.name !== 'div') return undefined;
  const [numerator, denominator] = core.args as [Normal, Normal];
  return isNumber(numerator) && numerator.coefficient === 1 ? denominator : undefined;
}

function writeOpposite(core: Sum): Written {
  const negative = core.grouped.map(({ coefficient, core }) => ({ coefficient: -coefficient, core }));
  return negative.some(({ coefficient }) => coefficient > 0)
    ? writeTerms(negative)
    : writeCall('neg', [core]);
}

/** What is added, then what is subtracted. */
function writeTerms(terms: readonly Normal[]): Written {
  const magnitudes = (sign: 1 | -1): readonly Written[] =>
    terms
      .filter(({ coefficient }) => coefficient * sign > 0)
      .map(({ coefficient, core }) => write({ coefficient: coefficient * sign, core }));
  const sum = magnitudes(1).reduce((x, y) => writeCall('add', [x, y]));
  return magnitudes(-1).reduce((x, y) => writeCall('sub', [x, y]), sum);
}

const writeFactor = ({ base, exponent }: Factor): Written =>
  exponent === 1 ? write(base) : writeCall('pow', [write(base), writeNumber(exponent)]);

const chain = (parts: readonly Written[]): Written => parts.reduce((x, y) => writeCall('mul', [x, y]));

function writeNumber(value: number): Written {
  return { expression: literal(value), text: String(value), isStep: true };
}

function writeCall(name: string, args: readonly Written[], parameters: readonly number[] = []): Written {
  const { kind } = operationOf({ name });
  return {
    expression: call(
      name,
      args.map(({ expression }) => expression),
      parameters,
    ),
    text: structureOf(
      name,
      args.map(({ text }) => text),
      parameters,
    ),
    isStep: kind === 'step' || (kind === 'element' && args.every(({ isStep }) => isStep)),
  };
}
