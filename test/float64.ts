import { deriveKey } from '../src/random/index.ts';
import { canonicalize } from '../src/rules/canonical/canonicalize.ts';
import { keyText } from '../src/rules/canonical/key.ts';
import { type Call, call, type Expression, type Leaf, leaf } from '../src/rules/language/expression.ts';
import type { RandomOperation, ReductionOperation } from '../src/rules/language/operation.ts';
import { operationOf } from '../src/rules/language/operations.ts';
import { argsOf, coefficientOf, parametersOf, readsSelf } from '../src/rules/language/parts.ts';
import type { StartOptions } from '../src/rules/program/compiled.ts';
import { fillDraw, stepKey } from '../src/rules/program/draws.ts';
import { orthogonalize } from '../src/rules/program/orth.ts';
import { type Place, placesOf } from '../src/rules/program/run.ts';

/**
 * An expression, canonical or not, evaluated in float64 as it is written, with its states, over the steps of a training:
 * the reference that canonical forms are held against. Beside every value it carries a bound on what rounding can have
 * done to it: every argument is moved by its own bound, and the farthest that the result moves, plus one rounding, is the
 * result's. So a sign whose argument is within rounding of 0 has a bound of 1 or 2, and a difference that cancels has a
 * bound as large as what cancelled.
 */
export interface Float64Stepper {
  /** @param weightErrors - a bound on the error of each weight, 0 unless given. */
  step(
    weights: ArrayLike<number>,
    gradient: ArrayLike<number>,
    weightErrors?: ArrayLike<number>,
  ): Float64Step;
}

export interface Float64Step {
  /** u at every weight. */
  readonly values: Float64Array;
  /** How far rounding can have moved each value; ∞ where it is not known. */
  readonly errors: Float64Array;
  /** 1 where every intermediate value was finite, at this step and, in what is kept, at all before. */
  readonly finite: Uint8Array;
}

/** Values and bounds of one subexpression at every weight. */
interface Field {
  readonly values: Float64Array;
  readonly errors: Float64Array;
  /** 1 where every value that went into it was finite; what a choice left out did not. */
  readonly finite: Uint8Array;
}

/** What one operation does to its exact result in some floating-point format. */
export interface Precision {
  /** Relative rounding error, with room for functions that are not correctly rounded. */
  readonly rounding: number;
  /** Absolute error of a result that underflows, as one below `small` may. */
  readonly underflow: number;
  readonly small: number;
  /** Values beyond it are not finite. */
  readonly largest: number;
}

const DOUBLE: Precision = {
  rounding: 2 ** -51,
  underflow: 2 ** -1060,
  small: 2 ** -1000,
  largest: Number.MAX_VALUE,
};

/** Every operation rounds to float32, but for those of the step alone, which are computed in float64 and rounded once. */
export const SINGLE: Precision = {
  rounding: 2 ** -22,
  underflow: 2 ** -140,
  small: 2 ** -120,
  largest: 2 ** 127,
};

/** Starts a training. Random draws are those that the canonical form of each random subexpression makes. */
export function startFloat64(
  rule: Expression,
  { size, steps, seed, tensors, learningRate = 1e-3 }: StartOptions & { readonly learningRate?: number },
  precision = DOUBLE,
): Float64Stepper {
  const states = new Map<Expression, Field>();
  const formulas = new Map<Expression, Formula>();
  let t = 0;
  return {
    step(weights, gradient, weightErrors) {
      t += 1;
      const at = {
        weights,
        weightErrors,
        gradient,
        size,
        steps,
        learningRate,
        seed,
        t,
        states,
        formulas,
        precision,
        ...(tensors && { tensors }),
      };
      const evaluation = new Evaluation(at);
      // What is read out moves no weight.
      const field = evaluation.field(rule.kind === 'call' && rule.name === 'eval' ? rule.args[0]! : rule);
      evaluation.finish();
      return field;
    },
  };
}

interface Surroundings extends StartOptions {
  readonly learningRate: number;
  readonly weights: ArrayLike<number>;
  readonly weightErrors: ArrayLike<number> | undefined;
  readonly gradient: ArrayLike<number>;
  readonly t: number;
  readonly precision: Precision;
  /** Of every state operation, by its node. */
  readonly states: Map<Expression, Field>;
  /** Of every recurrence, by its node. */
  readonly formulas: Map<Expression, Formula>;
}

type PointFunction = (args: readonly number[], i: number) => number;

/** One step. */
class Evaluation {
  readonly #at: Surroundings;
  readonly #known = new Map<Expression, Field>();
  readonly #next = new Map<Expression, Field>();

  constructor(at: Surroundings) {
    this.#at = at;
  }

  field(e: Expression): Field {
    const known = this.#known.get(e);
    if (known) return known;
    const field = this.#evaluate(e);
    this.#known.set(e, field);
    return field;
  }

  /** Makes the new states the old ones of the next step. */
  finish(): void {
    for (const [e, field] of this.#next) this.#at.states.set(e, field);
  }

  #evaluate(e: Expression): Field {
    const { precision } = this.#at;
    if (precision !== DOUBLE && isOfStep(e)) {
      const { values, errors, finite } = new Evaluation({ ...this.#at, precision: DOUBLE }).field(e);
      return {
        values,
        finite,
        errors: errors.map((error, i) => error + Math.abs(values[i]!) * precision.rounding),
      };
    }
    if (e.kind === 'literal') return this.#map([], () => e.value);
    const { weights, gradient, t, steps, learningRate } = this.#at;
    const operation = operationOf(e);
    const parameters = parametersOf(e, operation);
    const args = argsOf(e);
    switch (operation.kind) {
      case 'macro':
        return this.field(operation.expansion);
      case 'input': {
        const source = operation.name === 'g' ? gradient : weights;
        return this.#input(source, operation.name === 'w' ? this.#at.weightErrors : undefined);
      }
      case 'step':
        return this.#map([], () => operation.value(t, steps, parameters, learningRate));
      case 'element': {
        const simpler = e.kind === 'call' ? operation.lower?.(e) : undefined;
        if (simpler) return this.field(simpler);
        const exact = operation.facts.threeValued === 'always';
        const field = this.#map(args, (values) => operation.float64(values, parameters), exact);
        return operation.name === 'where' ? { ...field, finite: this.#chosen(args) } : field;
      }
      case 'random': {
        const draws = this.#draws(e, operation);
        return this.#map(args, (values, i) => operation.float64(draws[i] as number, values, parameters));
      }
      case 'state': {
        const previous: Expression = { kind: 'leaf', name: PREVIOUS };
        const before = this.#at.states.get(e) ?? this.#zero();
        this.#known.set(previous, before);
        const after = this.field(operation.next(previous, args[0] as Expression, coefficientOf(e)));
        this.#next.set(e, after);
        return operation.reads === 'after' ? after : before;
      }
      case 'recurrence': {
        const [init, x] = args as [Expression, Expression];
        const { formulas } = this.#at;
        const formula = formulas.get(e) ?? formulaOf(e, x);
        formulas.set(e, formula);
        this.#known.set(formula.self, this.#at.states.get(e) ?? this.field(init));
        const after = this.field(formula.expression);
        this.#next.set(e, after);
        return after;
      }
      case 'reduction':
        return this.#reduced(args[0]!, operation);
      case 'matrix':
        return this.#orthogonal(args[0]!);
      case 'labels':
        throw new Error('rules per kind of tensors are evaluated one by one');
      case 'self':
        throw new Error('self outside a recurrence');
    }
  }

  /** Applies a function at every weight, to the values and to the values moved by their bounds. */
  #map(args: readonly Expression[], f: PointFunction, exact = false): Field {
    const { precision } = this.#at;
    const fields = args.map((arg) => this.field(arg));
    const { values, errors, finite } = this.#zero();
    const point = fields.map(() => 0);
    for (let i = 0; i < this.#at.size; i++) {
      fields.forEach((field, k) => {
        point[k] = field.values[i] as number;
      });
      const value = f(point, i);
      const sound = Math.abs(value) <= precision.largest && fields.every((field) => field.finite[i] === 1);
      if (!sound) finite[i] = 0;
      const isExact = exact || (args.length === 0 && isSmallInteger(value));
      let error = isExact ? 0 : roundingOf(value, point, precision);
      fields.forEach((field, k) => {
        error += movement(f, i, point, k, field.errors[i] as number, value);
      });
      values[i] = value;
      errors[i] = Number.isNaN(error) ? Infinity : error;
    }
    return { values, errors, finite };
  }

  /** Where the condition and the branch that is taken are finite. */
  #chosen(args: readonly Expression[]): Uint8Array {
    const [c, x, y] = args.map((arg) => this.field(arg)) as [Field, Field, Field];
    return c.finite.map((known, i) => known & (c.values[i] === 0 ? y : x).finite[i]!);
  }

  /** Tensor by tensor; the bound is what the terms' bounds come to, and a rounding of each partial sum. */
  #reduced(arg: Expression, { over, term, join, mean, root }: ReductionOperation): Field {
    const { precision } = this.#at;
    const x = this.field(arg);
    const reduced = this.#zero();
    const parts = placesOf(this.#at).flatMap((place) => partsOf(place, over));
    for (const at of over === 'network' ? [parts.flat()] : parts) {
      const [values, errors] = [x.values, x.errors].map((all) => Float64Array.from(at, (i) => all[i]!)) as [
        Float64Array,
        Float64Array,
      ];
      const of =
        term === 'square' ? (v: number) => v * v : term === 'magnitude' ? Math.abs : (v: number) => v;
      const total = (terms: Float64Array): number => {
        if (join === 'largest') return Math.max(0, ...terms);
        const sum = terms.reduce((a, b) => a + b, 0) / (mean ? values.length : 1);
        return root ? Math.sqrt(sum) : sum;
      };
      const value = total(values.map(of));
      const moved = [1, -1].map((by) =>
        total(
          values.map((v, i) =>
            of(term === 'value' ? v + by * errors[i]! : Math.max(0, Math.abs(v) + by * errors[i]!)),
          ),
        ),
      );
      const magnitude = join === 'largest' ? Math.abs(value) : total(values.map((v) => Math.abs(of(v))));
      const tiny =
        term === 'square'
          ? values.reduce((sum, v, i) => {
              const most = Math.abs(v) + errors[i]!;
              return sum + (most * most < precision.small ? most : 0);
            }, 0)
          : 0;
      const error =
        Math.max(...moved.map((one) => Math.abs(one - value))) +
        magnitude * values.length * precision.rounding +
        tiny;
      const sound = Math.abs(value) <= precision.largest && at.every((i) => x.finite[i] === 1);
      for (const i of at) {
        reduced.values[i] = value;
        reduced.errors[i] = Number.isNaN(error) ? Infinity : error;
        reduced.finite[i] = Number(sound);
      }
    }
    return reduced;
  }

  /** Tensor by tensor; the bound is what five steps can make of the argument's, as each makes small singular values 3.4445 times as large. */
  #orthogonal(arg: Expression): Field {
    const { precision } = this.#at;
    const x = this.field(arg);
    const found = this.#zero();
    for (const { begin, end, rows, columns } of placesOf(this.#at)) {
      const values = orthogonalize(x.values.slice(begin, end), rows, columns);
      const error =
        Math.hypot(...x.errors.slice(begin, end)) / (Math.hypot(...x.values.slice(begin, end)) + 1e-7);
      found.values.set(values, begin);
      found.errors.fill(1000 * (error + precision.rounding), begin, end);
      found.finite.fill(Number(x.finite.slice(begin, end).every((one) => one === 1)), begin, end);
    }
    return found;
  }

  #input(source: ArrayLike<number>, sourceErrors: ArrayLike<number> | undefined): Field {
    const { values, errors, finite } = this.#map([], (_, i) => source[i]!);
    return {
      values,
      finite,
      errors: sourceErrors ? errors.map((error, i) => error + sourceErrors[i]!) : errors,
    };
  }

  #zero(): Field {
    const { size } = this.#at;
    return {
      values: new Float64Array(size),
      errors: new Float64Array(size),
      finite: new Uint8Array(size).fill(1),
    };
  }

  #draws(e: Leaf | Call, operation: RandomOperation): Float32Array {
    const { size, seed, t } = this.#at;
    const out = new Float32Array(size);
    const written = [...this.#at.formulas.values()]
      .map(({ originals }) => originals.get(e))
      .find(Boolean) ?? {
      e,
      recurrence: undefined,
    };
    const draw = { distribution: operation.draw, parameters: parametersOf(e, operation) };
    fillDraw(
      draw,
      stepKey(deriveKey(seed, 'draw', drawText(written.e, operation, written.recurrence)), t),
      out,
    );
    return out;
  }
}

/** Numbers that every precision holds: literals such as 2, and counts of steps. */
const isSmallInteger = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 24;

/** The error of rounding a value once; of underflow too, unless an argument was 0. */
function roundingOf(
  value: number,
  args: readonly number[],
  { rounding, underflow, small }: Precision,
): number {
  const magnitude = Math.abs(value);
  const vanished = magnitude < small && args.length > 0 && !args.includes(0);
  return magnitude * rounding + (vanished ? underflow : 0);
}

const PREVIOUS = 'previous';

/** Whether an expression depends on nothing but the count of steps. */
function isOfStep(e: Expression): boolean {
  if (e.kind === 'literal') return true;
  if (e.name === PREVIOUS) return false;
  const operation = operationOf(e);
  if (operation.kind === 'macro') return isOfStep(operation.expansion);
  return (operation.kind === 'step' || operation.kind === 'element') && argsOf(e).every(isOfStep);
}

/** How far f moves from its value when its k-th argument moves by `error` either way; leaves `point` as it was. */
function movement(
  f: PointFunction,
  i: number,
  point: number[],
  k: number,
  error: number,
  value: number,
): number {
  if (error === 0) return 0;
  const at = point[k] as number;
  point[k] = at + error;
  const up = Math.abs(f(point, i) - value);
  point[k] = at - error;
  const down = Math.abs(f(point, i) - value);
  // What chooses by whether it is 0 moves nowhere else.
  point[k] = Math.abs(at) <= error ? 0 : at;
  const zero = Math.abs(f(point, i) - value);
  point[k] = at;
  return Math.max(up, down, zero);
}

/** The text that names a random node's draws: that of the random node in its canonical form (which may be negated). */
function drawText(e: Expression, operation: RandomOperation, recurrence?: Expression): string {
  const find = (node: Expression): Expression | undefined => {
    if (node.kind === 'literal') return undefined;
    if (node.name === operation.name) return node;
    for (const arg of argsOf(node)) {
      const found = find(arg);
      if (found) return found;
    }
    return undefined;
  };
  const found = find(canonicalize(e)) ?? e;
  return recurrence && readsSelf(found)
    ? `${keyText(found)} in ${keyText(canonicalize(recurrence))}`
    : keyText(found);
}

/** What a recurrence becomes, written with a leaf of its own for its last value. */
interface Formula {
  readonly self: Expression;
  readonly expression: Expression;
  /** What its parts were written as, and in which recurrence. */
  readonly originals: ReadonlyMap<Expression, { readonly e: Expression; readonly recurrence: Expression }>;
}

function formulaOf(recurrence: Expression, x: Expression): Formula {
  const self = { ...leaf(PREVIOUS) };
  const originals = new Map<Expression, { readonly e: Expression; readonly recurrence: Expression }>();
  const renamed = new Map<Expression, Expression>();
  const rename = (e: Expression): Expression => {
    if (!readsSelf(e)) return e;
    if (e.kind !== 'call') return self;
    const known = renamed.get(e);
    if (known) return known;
    const made = call(e.name, e.args.map(rename), e.parameters);
    renamed.set(e, made);
    originals.set(made, { e, recurrence });
    return made;
  };
  return { self, expression: rename(x), originals };
}

/** The weights of a tensor, or of each of its rows or columns. */
function partsOf(
  { begin, rows, columns }: Place,
  over: ReductionOperation['over'],
): readonly (readonly number[])[] {
  const at = (r: number, c: number): number => begin + r * columns + c;
  const row = (r: number) => Array.from({ length: columns }, (_, c) => at(r, c));
  const all = Array.from({ length: rows }, (_, r) => row(r));
  if (over === 'tensor' || over === 'network') return [all.flat()];
  return over === 'row'
    ? all
    : Array.from({ length: columns }, (_, c) => Array.from({ length: rows }, (_, r) => at(r, c)));
}
