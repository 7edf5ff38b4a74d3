import { structure } from '../canonical/analysis.ts';
import { keyText } from '../canonical/key.ts';
import { type Call, call, type Expression, type Leaf, leaf, literal } from '../language/expression.ts';
import { KINDS, ruleFor, type TensorKind } from '../language/kinds.ts';
import type { Extent, LabelsOperation, RecurrenceOperation, StateOperation } from '../language/operation.ts';
import { type InputName, type Known, operationOf } from '../language/operations.ts';
import { argsOf, coefficientOf, isStepScalar, parametersOf, readsSelf } from '../language/parts.ts';
import { printRule } from '../language/print.ts';
import type { Draw } from './draws.ts';
import { extentsOf, stagesOf } from './extents.ts';

/**
 * A rule as a straight line of float32 values per weight, every one computed once: the common ground of the compiled
 * step and the interpreter. Node i reads only nodes before it.
 */
export interface Program {
  readonly nodes: readonly Node[];
  /** Functions of the step alone: computed in float64 once per step, and rounded once. */
  readonly scalars: readonly Expression[];
  readonly slots: readonly Slot[];
  /** Which of the slots is the weights to read out after the step; the weights themselves if there is none. */
  readonly readout: number | undefined;
  readonly draws: readonly NamedDraw[];
  /** The node that is the rule's value. */
  readonly result: number;
  /** How many values each node has. */
  readonly extents: readonly Extent[];
  /**
   * How many reductions and matrices, one of another, each node waits for: its value at a weight is known once the values at all weights of the
   * tensor are known of what has been reduced before.
   */
  readonly stages: readonly number[];
}

export type Node =
  /** `value` is `exact`, rounded to float32. */
  | { readonly kind: 'literal'; readonly value: number; readonly exact: number }
  /** {@link Program.scalars} at `index`. */
  | { readonly kind: 'scalar'; readonly index: number }
  | { readonly kind: 'input'; readonly name: InputName }
  /** The state of {@link Program.slots} at `slot`, before this step's update. */
  | { readonly kind: 'previous'; readonly slot: number }
  | UpdatedNode
  | ElementNode
  | RandomNode
  | ReductionNode
  | MatrixNode;

/** The weight after the step: w − λ·u with the direction that is its argument. */
export interface UpdatedNode {
  readonly kind: 'updated';
  readonly args: readonly [number];
}

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

/** One number per tensor, row or column, or for the network, of the one argument. */
export interface ReductionNode {
  readonly kind: 'reduction';
  readonly operation: Known<'reduction'>;
  readonly args: readonly [number];
}

/** A value per weight, of all values of the one argument at a tensor. */
export interface MatrixNode {
  readonly kind: 'matrix';
  readonly operation: Known<'matrix'>;
  readonly args: readonly [number];
}

/** A state array, 0 before the first step; the node `next` is written to it when the step is over. */
export interface Slot {
  readonly operation: StateOperation | RecurrenceOperation | LabelsOperation;
  readonly next: number;
  /** Whether it has a number per weight, per tensor, row or column, or for the network. */
  readonly extent: Exclude<Extent, 'step'>;
}

/** A draw, named by the canonical text of the subexpression that it is for. */
export interface NamedDraw extends Draw {
  readonly text: string;
}

/** The program of a canonical rule, or of one of its rules per kind of tensors. */
export function lowerRule(canonical: Expression): Program {
  const builder = new Builder();
  const [update, readout] =
    canonical.kind === 'call' && canonical.name === 'eval' ? canonical.args : [canonical];
  const result = builder.value(update!);
  const read = readout === undefined ? undefined : builder.readout(readout, result);
  const { nodes, scalars, draws } = builder;
  const extents = extentsOf(nodes, builder.slots);
  const states = builder.slots.map((slot, i): Slot => ({ ...slot, extent: extents.slots[i]! }));
  const kept = states.findIndex(({ next, extent }) => next === read && extent === 'weight');
  const isNew = read !== undefined && kept < 0;
  const slots = isNew
    ? [
        ...states,
        {
          operation: operationOf({ name: 'eval' }) as LabelsOperation,
          next: read,
          extent: 'weight',
        } as const,
      ]
    : states;
  const place = isNew ? states.length : kept;
  return {
    ...{ nodes, scalars, slots, draws, result },
    readout: read === undefined ? undefined : place,
    extents: extents.nodes,
    stages: stagesOf(nodes),
  };
}

/** The program for tensors of some kinds. */
export interface KindProgram {
  readonly kinds: readonly TensorKind[];
  readonly program: Program;
}

/** The programs of a canonical rule: one for all tensors, or several if it has rules per kind. */
export function lowerKinds(canonical: Expression): readonly KindProgram[] {
  const parts = new Map<string, { kinds: TensorKind[]; program: Program }>();
  for (const kind of KINDS) {
    const rule = ruleFor(canonical, kind);
    const text = structure(rule);
    const part = parts.get(text) ?? { kinds: [], program: lowerRule(rule) };
    part.kinds.push(kind);
    parts.set(text, part);
  }
  return [...parts.values()];
}

/** The expression with that in the place of w, but for what recurrences start from: the weights before the first step. */
function replaced(e: Expression, after: Leaf): Expression {
  if (e.kind === 'leaf') return e.name === 'w' ? after : e;
  if (e.kind === 'literal') return e;
  const starts = operationOf(e).kind === 'recurrence' && e.args[0] !== undefined;
  const args = e.args.map((arg, i) => (starts && i === 0 ? arg : replaced(arg, after)));
  return args.every((arg, i) => arg === e.args[i]) ? e : { ...e, args };
}

type Named = Leaf | Call;

/** A recurrence whose formula is being lowered. */
interface Scope {
  readonly recurrence: Named;
  /** The node of its last value. */
  readonly self: number;
  /** Nodes of the expressions that read it, by their objects. */
  readonly visited: Map<Expression, number>;
}

const firstStep = call('lt', [leaf('t'), literal(2)]);

class Builder {
  readonly nodes: Node[] = [];
  readonly scalars: Expression[] = [];
  readonly slots: Omit<Slot, 'extent'>[] = [];
  readonly draws: NamedDraw[] = [];
  /** Nodes by what they compute. */
  readonly #known = new Map<string, number>();
  /** Nodes by the expression object: shared objects are visited once, and a state's update finds its operands here. */
  readonly #visited = new Map<Expression, number>();
  readonly #scopes: Scope[] = [];
  /** Whether an expression reads the last value of the recurrence around it. */
  readonly #open = new Map<Expression, boolean>();

  value(e: Expression): number {
    const scope = this.#scopeOf(e);
    const known = scope?.visited ?? this.#visited;
    const visited = known.get(e);
    if (visited !== undefined) return visited;
    const index = this.#lower(e, scope);
    known.set(e, index);
    return index;
  }

  /** The node of the weights to read out, in which w is the weight after the step of that direction. */
  readout(e: Expression, direction: number): number {
    const after = leaf('w after');
    this.#visited.set(after, this.#add(after.name, { kind: 'updated', args: [direction] }));
    return this.value(replaced(e, after));
  }

  /** The recurrence whose last value an expression reads. */
  #scopeOf(e: Expression): Scope | undefined {
    const scope = this.#scopes.at(-1);
    if (scope === undefined) return undefined;
    const open = this.#open.get(e) ?? readsSelf(e);
    this.#open.set(e, open);
    return open ? scope : undefined;
  }

  #lower(e: Expression, scope: Scope | undefined): number {
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
        return this.#random(e, operation, scope);
      case 'reduction':
        return this.#reduction(e, operation);
      case 'matrix': {
        const x = this.value(argsOf(e)[0]!);
        return this.#add(`${e.name}(${x})`, { kind: 'matrix', operation, args: [x] });
      }
      case 'recurrence':
        return this.#recurrence(e, operation);
      case 'self':
        if (scope === undefined) throw new Error('self outside a recurrence');
        return scope.self;
      case 'labels':
        throw new Error('rules per kind of tensors are lowered one by one');
      case 'step':
        throw new Error(`a function of the step is a scalar: ${e.name}`);
    }
  }

  #literal(value: number): number {
    // What underflows is 0 of one sign, as its key is.
    const rounded = Math.fround(value) === 0 && value !== 0 ? 0 : Math.fround(value);
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

  #random(e: Named, operation: Known<'random'>, scope: Scope | undefined): number {
    const args = argsOf(e).map((arg) => this.value(arg));
    const parameters = parametersOf(e, operation);
    const id = `${e.name}(${args}; ${parameters})`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const text = scope ? `${keyText(e)} in ${keyText(scope.recurrence)}` : keyText(e);
    const draw = this.draws.push({ distribution: operation.draw, parameters, text }) - 1;
    return this.#add(id, { kind: 'random', operation, args, parameters, draw });
  }

  #reduction(e: Named, operation: Known<'reduction'>): number {
    const x = this.value(argsOf(e)[0]!);
    return this.#add(`${e.name}(${x})`, { kind: 'reduction', operation, args: [x] });
  }

  #state(e: Named, operation: StateOperation): number {
    const [x] = argsOf(e) as [Expression];
    const b = coefficientOf(e);
    const id = `${e.name}(${this.value(x)}; ${b.kind === 'literal' ? b.value : printRule(b)})`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const index = this.#twin(x, operation) ?? this.#slot(x, operation, b);
    this.#known.set(id, index);
    return index;
  }

  /** A slot starts at 0: any other start is chosen at the first step. */
  #recurrence(e: Named, operation: RecurrenceOperation): number {
    const id = structure(e);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const [init, x] = argsOf(e) as [Expression, Expression];
    const slot = this.slots.push({ operation, next: -1 }) - 1;
    const before = this.#previous(slot);
    const isZero = init.kind === 'literal' && init.value === 0;
    const self = this.value(isZero ? before : call('where', [firstStep, init, before]));
    this.#scopes.push({ recurrence: e, self, visited: new Map() });
    const next = this.value(x);
    this.#scopes.pop();
    this.slots[slot] = { operation, next };
    this.#known.set(id, next);
    return next;
  }

  /** An expression for a slot before this step's update. */
  #previous(slot: number): Expression {
    const previous = leaf(`previous ${slot}`);
    this.#visited.set(previous, this.#add(previous.name, { kind: 'previous', slot }));
    return previous;
  }

  /** A value that another slot keeps anyway, such as prev(ema(x, b)): that slot before the update. */
  #twin(x: Expression, { next, reads }: StateOperation): number | undefined {
    const delays = reads === 'before' && next(x, x, literal(0)) === x;
    const slot = delays ? this.slots.findIndex((other) => other.next === this.value(x)) : -1;
    return slot < 0 ? undefined : this.#add(`previous ${slot}`, { kind: 'previous', slot });
  }

  #slot(x: Expression, operation: StateOperation, b: Expression): number {
    const slot = this.slots.length;
    const previous = this.#previous(slot);
    const next = this.value(operation.next(previous, x, b));
    this.slots.push({ operation, next });
    return operation.reads === 'after' ? next : this.value(previous);
  }

  #add(id: string, node: Node): number {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const index = this.nodes.push(node) - 1;
    this.#known.set(id, index);
    return index;
  }
}
