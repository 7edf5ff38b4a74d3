import { isStepScalar } from '../canonical/analysis.ts';
import { keyText } from '../canonical/key.ts';
import type { Call, Expression, Leaf } from '../language/expression.ts';
import type { RuleOperation, StateOperation } from '../language/operation.ts';
import { type InputName, type Known, operationOf } from '../language/operations.ts';
import { printRule } from '../language/print.ts';
import type { Draw } from './draws.ts';

/**
 * A rule as a straight line of float32 values per weight, every one computed once: the common ground of the compiled
 * step and the interpreter. Node i reads only nodes before it.
 */
export interface Program {
  readonly nodes: readonly Node[];
  /** Functions of the step alone: computed in float64 once per step, and rounded once. */
  readonly scalars: readonly Expression[];
  readonly slots: readonly Slot[];
  readonly draws: readonly NamedDraw[];
  /** The node that is the rule's value. */
  readonly result: number;
}

export type Node =
  /** `value` is `exact`, rounded to float32. */
  | { readonly kind: 'literal'; readonly value: number; readonly exact: number }
  /** {@link Program.scalars} at `index`. */
  | { readonly kind: 'scalar'; readonly index: number }
  | { readonly kind: 'input'; readonly name: InputName }
  /** The state of {@link Program.slots} at `slot`, before this step's update. */
  | { readonly kind: 'previous'; readonly slot: number }
  | ElementNode
  | RandomNode;

export interface ElementNode {
  readonly kind: 'element';
  readonly operation: Known<'element'>;
  readonly args: readonly number[];
  readonly parameters: readonly number[];
}

/** `draw`: which of {@link Program.draws}. */
export interface RandomNode {
  readonly kind: 'random';
  readonly operation: Known<'random'>;
  readonly args: readonly number[];
  readonly parameters: readonly number[];
  readonly draw: number;
}

/** A state array, 0 before the first step; the node `next` is written to it when the step is over. */
export interface Slot {
  readonly operation: StateOperation;
  readonly next: number;
}

/** A draw, named by the canonical text of the subexpression that it is for. */
export interface NamedDraw extends Draw {
  readonly text: string;
}

/** The program of a canonical rule. */
export function lowerRule(canonical: Expression): Program {
  const builder = new Builder();
  const result = builder.value(canonical);
  return {
    nodes: builder.nodes,
    scalars: builder.scalars,
    slots: builder.slots,
    draws: builder.draws,
    result,
  };
}

type Named = Leaf | Call;

/** The arguments of a name, written with or without them. */
export const argsOf = (e: Named): readonly Expression[] => (e.kind === 'call' ? e.args : []);

/** The parameters of a name, as written or by default. */
export const parametersOf = (e: Named, operation: RuleOperation): readonly number[] =>
  e.kind === 'call' ? e.parameters : operation.parameters.map(({ fallback }) => fallback ?? 0);

/** The value of a function of the step, in float64. */
export function evaluateScalar(e: Expression, t: number, T: number): number {
  if (e.kind === 'literal') return e.value;
  const operation = operationOf(e);
  const args = (): number[] => argsOf(e).map((arg) => evaluateScalar(arg, t, T));
  if (operation.kind === 'macro') return evaluateScalar(operation.expansion, t, T);
  if (operation.kind === 'step') return operation.value(t, T, parametersOf(e, operation));
  if (operation.kind === 'element') return operation.float64(args(), parametersOf(e, operation));
  throw new Error(`not a function of the step: ${e.name}`);
}

class Builder {
  readonly nodes: Node[] = [];
  readonly scalars: Expression[] = [];
  readonly slots: Slot[] = [];
  readonly draws: NamedDraw[] = [];
  /** Nodes by what they compute. */
  readonly #known = new Map<string, number>();
  /** Nodes by the expression object: shared objects are visited once, and a state's update finds its operands here. */
  readonly #visited = new Map<Expression, number>();

  value(e: Expression): number {
    const visited = this.#visited.get(e);
    if (visited !== undefined) return visited;
    const index = this.#lower(e);
    this.#visited.set(e, index);
    return index;
  }

  #lower(e: Expression): number {
    if (e.kind === 'literal') return this.#literal(e.value);
    if (isStepScalar(e)) return this.#step(e);
    const operation = operationOf(e);
    switch (operation.kind) {
      case 'macro':
        return this.value(operation.expansion);
      case 'input':
        return this.#add(e.name, { kind: 'input', name: operation.name });
      case 'element':
        return this.#element(e, operation);
      case 'state':
        return this.#state(e, operation);
      case 'random':
        return this.#random(e, operation);
      case 'step':
        throw new Error(`a function of the step is a scalar: ${e.name}`);
    }
  }

  #literal(value: number): number {
    const rounded = Math.fround(value);
    return this.#add(`literal ${Object.is(rounded, -0) ? '-0' : rounded}`, {
      kind: 'literal',
      value: rounded,
      exact: value,
    });
  }

  #step(e: Expression): number {
    const id = `scalar ${printRule(e)}`;
    return this.#known.get(id) ?? this.#add(id, { kind: 'scalar', index: this.scalars.push(e) - 1 });
  }

  #element(e: Named, operation: Known<'element'>): number {
    const simpler = e.kind === 'call' ? operation.lower?.(e) : undefined;
    if (simpler) return this.value(simpler);
    const args = argsOf(e).map((arg) => this.value(arg));
    const parameters = parametersOf(e, operation);
    const id = `${e.name}(${args}; ${parameters})`;
    return this.#add(id, { kind: 'element', operation, args, parameters });
  }

  #random(e: Named, operation: Known<'random'>): number {
    const args = argsOf(e).map((arg) => this.value(arg));
    const parameters = parametersOf(e, operation);
    const id = `${e.name}(${args}; ${parameters})`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const draw = this.draws.push({ distribution: operation.draw, parameters, text: keyText(e) }) - 1;
    return this.#add(id, { kind: 'random', operation, args, parameters, draw });
  }

  #state(e: Named, operation: StateOperation): number {
    const [x] = argsOf(e) as [Expression];
    const parameters = parametersOf(e, operation);
    const id = `${e.name}(${this.value(x)}; ${parameters})`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const index = this.#twin(x, operation, parameters) ?? this.#slot(x, operation, parameters);
    this.#known.set(id, index);
    return index;
  }

  /** A value that another slot keeps anyway, such as prev(ema(x, b)): that slot before the update. */
  #twin(x: Expression, { next, reads }: StateOperation, parameters: readonly number[]): number | undefined {
    const delays = reads === 'before' && next(x, x, parameters) === x;
    const slot = delays ? this.slots.findIndex((other) => other.next === this.value(x)) : -1;
    return slot < 0 ? undefined : this.#add(`previous ${slot}`, { kind: 'previous', slot });
  }

  #slot(x: Expression, operation: StateOperation, parameters: readonly number[]): number {
    const slot = this.slots.length;
    const before = this.#add(`previous ${slot}`, { kind: 'previous', slot });
    const previous: Expression = { kind: 'leaf', name: `previous ${slot}` };
    this.#visited.set(previous, before);
    const next = this.value(operation.next(previous, x, parameters));
    this.slots.push({ operation, next });
    return operation.reads === 'after' ? next : before;
  }

  #add(id: string, node: Node): number {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const index = this.nodes.push(node) - 1;
    this.#known.set(id, index);
    return index;
  }
}
