import type { Call, Expression } from './expression.ts';
import type { Range } from './range.ts';

/**
 * What the table of operations (`operations.ts`) says about one name of the language. Shared code reads these
 * declarations and never switches on a name: a new operation is one new entry.
 */
export type RuleOperation =
  | InputOperation
  | MacroOperation
  | StepOperation
  | ElementOperation
  | StateOperation
  | RecurrenceOperation
  | SelfOperation
  | RandomOperation
  | ReductionOperation
  | MatrixOperation
  | LabelsOperation;

/**
 * How many values there are at a step: one that depends on the step alone, one for the whole network, one per tensor, per row or per
 * column of it, or one per weight.
 */
export type Extent = 'step' | 'network' | 'tensor' | 'row' | 'column' | 'weight';

/** What a reduction is over: all tensors, one, or what stands in each of its rows or columns. */
export type Over = 'network' | 'tensor' | 'row' | 'column';

/**
 * The extent of an operation's value, by its kind: the same for all, or the `widest` of its arguments. What is `kept` between steps has
 * the widest too, but is kept per weight if it depends on the step alone; what is `reduced`, that of {@link reducedExtent}.
 */
export const EXTENTS = {
  input: 'weight',
  macro: 'widest',
  step: 'step',
  element: 'widest',
  state: 'kept',
  recurrence: 'kept',
  self: 'kept',
  random: 'weight',
  reduction: 'reduced',
  matrix: 'weight',
  labels: 'weight',
} as const satisfies Readonly<Record<RuleOperation['kind'], Extent | 'widest' | 'kept' | 'reduced'>>;

const ORDER: readonly Extent[] = ['step', 'network', 'tensor', 'row', 'column', 'weight'];

/** A value per row and one per column make one per weight. */
export const widest = (extents: readonly Extent[]): Extent =>
  extents.includes('row') && extents.includes('column')
    ? 'weight'
    : ORDER[Math.max(0, ...extents.map((extent) => ORDER.indexOf(extent)))]!;

/** The extent of a reduction of values: one per row of what differs from row to row, and one per tensor of what does not. */
export const reducedExtent = (over: Over, of: Extent): Extent =>
  over === 'network' || of === 'weight' || of === over ? over : 'tensor';

/** Whether all weights that a reduction is over share the value that is reduced. */
export const isShared = (over: Over, of: Extent): boolean =>
  of === 'step' || of === 'network' || of === over || (of === 'tensor' && over !== 'network');

/** A value handed in per weight and step: the gradient, the weight. */
export interface InputOperation extends Declared {
  readonly kind: 'input';
}

/** A short name for a longer expression. */
export interface MacroOperation extends Declared {
  readonly kind: 'macro';
  readonly expansion: Expression;
}

/** A function of the step alone, the same for every weight. */
export interface StepOperation extends Declared {
  readonly kind: 'step';
  /** Value in float64 at step `t` (1 at the first) of `T` steps, whose learning rate is `lr`. */
  readonly value: (t: number, T: number, parameters: readonly number[], lr: number) => number;
}

/** A function of the arguments' values at the same weight and step. */
export interface ElementOperation extends Declared {
  readonly kind: 'element';
  /** Meaning in float64. The meaning in float32 is `Math.fround` of this, once, for float32 arguments. */
  readonly float64: (args: readonly number[], parameters: readonly number[]) => number;
  /** A call that means a composition of simpler operations (an integer power is a chain of products), else undefined. */
  readonly lower?: (e: Call) => Expression | undefined;
}

/** A value kept per weight between steps; it is 0 before the first. */
export interface StateOperation extends Declared {
  readonly kind: 'state';
  /**
   * The state after this step, from the state before it, the argument's value and the coefficient, which is a number or a function of
   * the step. Literals in it are rounded once.
   */
  readonly next: (previous: Expression, x: Expression, b: Expression) => Expression;
  /** The operation's value: the state `after` this step's update, or `before` it. */
  readonly reads: 'after' | 'before';
}

/**
 * A value kept per weight between steps, by any formula: its second argument, in which {@link SelfOperation} stands for the value
 * before this step. Before the first step that is the first argument, which is a number, the gradient or the weight.
 */
export interface RecurrenceOperation extends Declared {
  readonly kind: 'recurrence';
}

/** The last value of the innermost recurrence that it stands in. */
export interface SelfOperation extends Declared {
  readonly kind: 'self';
}

/** A value that depends on a random draw per weight and step. */
export interface RandomOperation extends Declared {
  readonly kind: 'random';
  /** What is drawn: a standard normal number, or 0 with the probability of the first parameter, else 1. */
  readonly draw: 'normal' | 'mask';
  readonly float64: (draw: number, args: readonly number[], parameters: readonly number[]) => number;
}

/**
/**
 * One number per tensor, row or column, of the values of the argument at all its weights. In float64, rounded once: for the sums, weight i of
 * these is added to partial sum i mod 8, in their order; the eight are then added as ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)). Over the
 * network it is one number, of all weights of all tensors: the sums of the tensors are added in their order, before anything else.
 */
export interface ReductionOperation extends Declared {
  readonly kind: 'reduction';
  readonly over: Over;
  /** What becomes of each value. */
  readonly term: 'value' | 'square' | 'magnitude';
  readonly join: 'sum' | 'largest';
  /** Whether the sum is divided by the number of weights. */
  readonly mean: boolean;
  /** Whether the square root is taken of that. */
  readonly root: boolean;
}

/** A value per weight, of the values of the argument as a matrix. */
export interface MatrixOperation extends Declared {
  readonly kind: 'matrix';
}

/** Rules with labels, which stand at the root of a rule alone: `matrices: …; vectors: …`. */
export interface LabelsOperation extends Declared {
  readonly kind: 'labels';
  /** The label of each rule, none if it is empty. The last may be missing. */
  readonly labels: readonly string[];
}

interface Declared {
  /** One of several words is written as functions of one another: `global norm` is `global(norm(x))`. */
  readonly name: string;
  /** One line for people: the equation. */
  readonly summary: string;
  /** How many expressions it takes. */
  readonly arity: number;
  /** What they are called in messages; x and y unless given. */
  readonly argumentNames?: readonly string[];
  /** The literal numbers that it takes after them. */
  readonly parameters: readonly Parameter[];
  /** How it is written when not as `name(…)`. */
  readonly notation?: Notation;
  /** Approximate floating-point operations per weight and step (1 for + − × ÷, 10 for exp). */
  readonly flops: number;
  readonly facts: Facts;
}

export interface Parameter {
  readonly name: string;
  readonly valid: (value: number) => boolean;
  /** What is valid, after "must be": `in [0, 1)`. */
  readonly expected: string;
  /** Value when the parameter is not written. */
  readonly fallback?: number;
  /**
   * Whether it may be a function of the step: it is then an argument of the call, behind the others, and not a parameter.
   */
  readonly varies?: boolean;
  /** Whether only its float32 rounding matters (else it enters float64 arithmetic, and keys keep it whole). */
  readonly single?: boolean;
}

/** Infix or prefix writing. Higher precedence binds tighter; what associates to no side does not stand beside its like. */
export interface Notation {
  readonly symbol: string;
  /** The symbol between y and x: `x > y` is `y < x`. */
  readonly mirrored?: string;
  readonly precedence: number;
  readonly associativity: 'left' | 'right' | 'none' | 'prefix';
}

/** Algebra that holds for every finite value; the canonical form reads it. */
export interface Facts {
  /** f(x, y) = f(y, x). */
  readonly commutative?: boolean;
  /** f(f(x, y), z) = f(x, f(y, z)), within rounding. */
  readonly associative?: boolean;
  /** f(f(x)) = f(x), or f(x, x) = x. */
  readonly idempotent?: boolean;
  /** f(−x) = −f(x), to the bit. */
  readonly odd?: boolean;
  /** f(−x) = f(x), to the bit. */
  readonly even?: boolean;
  /** f(0) = 0, if the argument was 0 at every step. */
  readonly zero?: boolean;
  /** f(x) = x for these parameters. */
  readonly identity?: (parameters: readonly number[]) => boolean;
  /** f(x)^2 = x^square, wherever f(x) is finite. */
  readonly square?: 1 | 2;
  /** Every value is −1, 0 or 1: `always`, or if the `arguments` are such. */
  readonly threeValued?: 'always' | 'arguments';
  /** sign(f(x)) = sign(x), to the bit, wherever f(x) is finite. */
  readonly keepsSign?: boolean;
  /** Values that a finite result can have. */
  readonly range?: (args: readonly Range[], parameters: readonly number[]) => Range;
}

/** Precedence of infix and prefix writing, in text and in LaTeX; atoms and calls bind tightest. */
export const PRECEDENCE = { comparison: 0, sum: 1, product: 2, negation: 3, power: 4, atom: 5 } as const;
