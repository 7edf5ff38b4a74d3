import {
  type Expression,
  type Extent,
  lowerRule,
  type Program,
  printRule,
  readsRate,
  seesShape,
} from '../rules/index.ts';
import { nameParameters, type ParameterNames, type RuleParameter } from './parameters.ts';
import {
  type Apply,
  apply,
  distinct,
  extentOfTerm,
  isPerTensor,
  isScalar,
  number,
  type Statement,
  scalarsIn,
  type Term,
} from './term.ts';

/**
 * A rule as a person would write it down: constants with names, state arrays with names, a few statements, the update. Every target
 * writes the same plan in its own language.
 */
export interface Plan {
  /** The constants of the rule that a user may want to change, in the order of their first use. */
  readonly parameters: readonly RuleParameter[];
  /** Numbers that depend on the step alone, in the order in which they are computed. */
  readonly scalars: readonly { readonly name: string; readonly value: Term }[];
  /** Random numbers of this step, an array each, in the order in which they are drawn. */
  readonly draws: readonly RandomDraw[];
  /** State arrays, of the shape of the weight unless they are {@link perTensor}; all 0 before the first step. */
  readonly states: readonly string[];
  /** The state that is the weights to read out, if the rule says which. */
  readonly readout: string | undefined;
  /** The states and variables that have one number per tensor; of a rule that sees rows and columns, also the states per row or column. */
  readonly perTensor: ReadonlySet<string>;
  /** How many values each state and variable has. */
  readonly extents: ReadonlyMap<string, Extent>;
  readonly body: readonly Statement[];
  /** The direction u of the step w ← w − lr·u. */
  readonly update: Term;
  /** States that are written when the update is known, because it reads the values of the step before. */
  readonly stores: readonly { readonly state: string; readonly value: Term }[];
  readonly uses: Uses;
}

/** `normal`: standard normal numbers. `mask`: true with the probability `rate`, where a value is to be 0. */
export type RandomDraw =
  | { readonly name: string; readonly distribution: 'normal' }
  | { readonly name: string; readonly distribution: 'mask'; readonly rate: Term };

/** What a rule reads. */
export interface Uses {
  readonly gradient: boolean;
  readonly weight: boolean;
  /** The count of steps, 1 at the first. */
  readonly step: boolean;
  /** The number of steps of the whole training. */
  readonly totalSteps: boolean;
  /** The learning rate, apart from the step w ← w − lr·u. */
  readonly learningRate: boolean;
}

/** The names of the operations in a term, each as often as it stands there. */
export function operationsIn(term: Term): readonly string[] {
  return term.kind === 'call' ? [term.operation, ...term.args.flatMap(operationsIn)] : [];
}

/** Every operation of a plan, in its scalars and in its arrays. */
export function operationsOf({ scalars, body, update, stores }: Plan): ReadonlySet<string> {
  const terms = [...scalars, ...body, { value: update }, ...stores].map(({ value }) => value);
  return new Set(terms.flatMap(operationsIn));
}

/** Terms longer than this, as text, are broken into statements, so that no target has to wrap a line. */
const LONGEST = 56;

/**
 * Plans a canonical rule.
 *
 * @param measure - how many characters a term takes in the target's language.
 */
export const planRule = (canonical: Expression, measure: (term: Term) => number): Plan =>
  planProgram(lowerRule(canonical), measure);

/** Plans the program of a canonical rule, or of its tensors of some kinds. */
export const planProgram = (program: Program, measure: (term: Term) => number): Plan =>
  new Planner(program, measure).plan();

type Reduction = Extract<Program['nodes'][number], { readonly kind: 'reduction' }>;

class Planner {
  readonly #program: Program;
  readonly #measure: (term: Term) => number;
  readonly #parameters: ParameterNames;
  /** The nodes that read each node. */
  readonly #readers: readonly (readonly number[])[];
  readonly #states: readonly string[];
  readonly #inPlace: readonly boolean[];
  readonly #terms: Term[] = [];
  readonly #body: Statement[] = [];
  readonly #taken: Set<string>;
  readonly #scalars: { readonly name: string; readonly value: Term }[] = [];
  /** The name of each of the program's scalars. */
  readonly #scalarNames: string[] = [];
  readonly #draws: RandomDraw[] = [];
  readonly #perTensor = new Set<string>();
  readonly #extents = new Map<string, Extent>();
  readonly #shape: boolean;
  /** The number of weights of a tensor. */
  #count: Term | undefined;

  constructor(program: Program, measure: (term: Term) => number) {
    this.#program = program;
    this.#shape = seesShape(program);
    this.#measure = measure;
    this.#parameters = nameParameters(program);
    this.#readers = readersOf(program);
    this.#states = distinct(program.slots.map((_, slot) => stateName(program, slot)));
    for (const [slot, { extent }] of program.slots.entries()) {
      if (extent !== 'weight') this.#perTensor.add(this.#states[slot]!);
      this.#extents.set(this.#states[slot]!, extent);
    }
    this.#inPlace = program.slots.map((_, slot) => this.#isUpdatedInPlace(slot));
    this.#taken = new Set([...this.#states, ...this.#parameters.list.map(({ name }) => name)]);
  }

  plan(): Plan {
    const { nodes, slots, scalars, result } = this.#program;
    for (const [i, scalar] of scalars.entries()) this.#scalar(scalar, i);
    for (const draw of this.#program.draws) this.#draw(draw);
    for (const i of nodes.keys()) this.#terms.push(this.#term(i));
    const terms = this.#terms;
    const stores = slots.flatMap(({ next }, slot) =>
      this.#inPlace[slot] ? [] : [{ state: this.#states[slot]!, value: terms[next]! }],
    );
    const used = new Set(
      [...this.#body, ...stores, ...this.#scalars, { value: terms[result]! }].flatMap(({ value }) =>
        scalarsIn(value),
      ),
    );
    const texts = scalars.map(printRule).join(' ');
    return {
      parameters: this.#parameters.list,
      scalars: this.#scalars.filter(({ name }) => used.has(name)),
      draws: this.#draws,
      states: this.#states,
      readout: this.#program.readout === undefined ? undefined : this.#states[this.#program.readout],
      perTensor: this.#perTensor,
      extents: this.#extents,
      body: this.#body,
      update: terms[result]!,
      stores: inOrder(stores),
      uses: {
        gradient: nodes.some((node) => node.kind === 'input' && node.name === 'g'),
        weight: nodes.some((node) => node.kind === 'updated' || (node.kind === 'input' && node.name === 'w')),
        step: scalars.length > 0,
        learningRate: scalars.some(readsRate),
        totalSteps: /\b(?:T|ld|cd|rd)\b/.test(texts),
      },
    };
  }

  #scalar(scalar: Expression, index: number): void {
    const whole = this.#parameters.scalarTerm(scalar);
    const value =
      whole.kind === 'call'
        ? this.#fittedScalar({ ...whole, args: whole.args.map((arg) => this.#shortened(arg)) })
        : whole;
    const decayed = value.kind === 'call' && value.operation === 'sub' ? value.args[1] : undefined;
    const base = decayed?.kind === 'call' && decayed.operation === 'pow' ? decayed.args[0] : undefined;
    const beta = base?.kind === 'parameter' ? base.name : undefined;
    const wanted = beta?.startsWith('beta') ? `bias_correction${beta.slice(4)}` : 'factor';
    this.#scalarNames[index] = this.#scalarName(value, wanted);
  }

  /** The name of a number of the step, which is that of an equal one before. */
  #scalarName(value: Term, wanted: string): string {
    const text = JSON.stringify(value);
    const known = this.#scalars.find((one) => JSON.stringify(one.value) === text);
    if (known !== undefined) return known.name;
    const name = this.#free(wanted);
    this.#scalars.push({ name, value });
    return name;
  }

  /** The longest parts of what is too long for a line get names. */
  #fittedScalar(value: Apply): Apply {
    if (value.args.length === 0) return value; // a decay
    const lengths = value.args.map((arg) => (arg.kind === 'call' ? this.#measure(arg) : 0));
    const longest = lengths.indexOf(Math.max(...lengths));
    if (this.#measure(value) < LONGEST || !(lengths[longest]! > 0)) return value;
    const name = this.#scalarName(value.args[longest]!, 'factor');
    return this.#fittedScalar({ ...value, args: value.args.with(longest, { kind: 'scalar', name }) });
  }

  /** A long part of a function of the step gets a name of its own. */
  #shortened(term: Term): Term {
    if (term.kind !== 'call') return term;
    const value = { ...term, args: term.args.map((arg) => this.#shortened(arg)) };
    const decays = value.args.length === 0;
    if (!decays && this.#measure(value) < LONGEST) return value;
    return { kind: 'scalar', name: this.#scalarName(value, 'factor') };
  }

  #draw({ distribution, parameters: [rate = 0] }: Program['draws'][number]): void {
    this.#draws.push(
      distribution === 'normal'
        ? { name: this.#free('noise'), distribution }
        : {
            name: this.#free('dropped'),
            distribution,
            rate: this.#parameters.parameterTerm(rate, 'drop_rate'),
          },
    );
  }

  /** The term of a node; a node that is read more than once, or is long, becomes a statement and a name. */
  #term(i: number): Term {
    const node = this.#program.nodes[i]!;
    switch (node.kind) {
      case 'literal':
        return this.#parameters.literalTerm(node.exact);
      case 'scalar':
        return { kind: 'scalar', name: this.#scalarNames[node.index]! };
      case 'input':
        return { kind: node.name === 'g' ? 'gradient' : 'weight' };
      case 'previous':
        return { kind: 'state', name: this.#states[node.slot]! };
      case 'updated': {
        const change = apply('mul', [{ kind: 'learningRate' }, this.#terms[node.args[0]]!]);
        return this.#variable(apply('sub', [{ kind: 'weight' }, change]), 'updated');
      }
      case 'element': {
        const parameters = node.parameters.map((value) => this.#parameters.parameterTerm(value, 'bound'));
        return this.#named(i, this.#fitted(apply(node.operation.name, this.#args(node), parameters)));
      }
      case 'matrix':
        return this.#variable(apply(node.operation.name, [this.#terms[node.args[0]]!]), 'orthogonal');
      case 'reduction':
        return this.#shape ? this.#shaped(node) : this.#reduction(node);
      case 'random': {
        const draw: Term = { kind: 'variable', name: this.#draws[node.draw]!.name };
        if (node.args.length === 0) return draw;
        return this.#named(i, this.#fitted(apply(node.operation.name, [draw, ...this.#args(node)])));
      }
    }
  }

  /** A reduction of a rule that sees rows and columns: what has fewer values than there are weights is taken for all of them. */
  #shaped({ operation, args: [arg] }: Reduction): Term {
    const x = this.#terms[arg]!;
    const all = this.#program.extents[arg] === 'weight' ? x : apply('full', [x]);
    const named = all.kind === 'call' && all.operation !== 'full' ? this.#variable(all, nameOf(x)) : all;
    return this.#variable(apply(operation.name, [named]), NAMES[operation.name] ?? 'reduced');
  }

  /**
   * A reduction has a name, and so has what it is of; that over a tensor of what all its weights share is no reduction. One over the network
   * may be of any term.
   */
  #reduction({ operation: { name: operation, over }, args: [arg] }: Reduction): Term {
    const x = this.#terms[arg]!;
    if (this.#program.extents[arg] === 'weight' || over === 'network') {
      return this.#variable(
        apply(operation, [x.kind === 'call' ? this.#variable(x, nameOf(x)) : x]),
        NAMES[operation]!,
      );
    }
    if (operation === 'mean') return x;
    const size = apply('abs', [x]);
    if (operation === 'rms' || operation === 'amax') return size;
    this.#count ??= this.#variable(apply('sum', [number(1)]), 'weight_count');
    if (operation === 'norm') return apply('mul', [apply('sqrt', [this.#count]), size]);
    return x.kind === 'number' && x.value === 1 ? this.#count : apply('mul', [this.#count, x]);
  }

  #args({ args }: { readonly args: readonly number[] }): readonly Term[] {
    return args.map((arg) => this.#terms[arg]!);
  }

  #named(i: number, value: Term): Term {
    const slot = this.#program.slots.findIndex(({ next }, s) => next === i && this.#inPlace[s]);
    if (slot >= 0) {
      const state = this.#states[slot]!;
      this.#body.push({ kind: 'state', name: state, value: withoutFactorOne(value) });
      return { kind: 'state', name: state };
    }
    const stored = this.#program.slots.findIndex(({ next }) => next === i);
    if (stored < 0 && this.#readers[i]!.length < 2) return value;
    return this.#variable(value, stored < 0 ? nameOf(value) : `new_${this.#states[stored]}`);
  }

  #variable(value: Term, wanted: string): Term {
    const name = this.#free(wanted);
    if (isPerTensor(value, this.#perTensor)) this.#perTensor.add(name);
    this.#extents.set(name, extentOfTerm(value, this.#extents));
    this.#body.push({ kind: 'variable', name, value: withoutFactorOne(value) });
    return { kind: 'variable', name };
  }

  /** The longest arguments of what is too long for a line get names. */
  #fitted(value: Apply): Apply {
    if (this.#measure(value) <= LONGEST) return value;
    const lengths = value.args.map((arg) => (arg.kind === 'call' && !isScalar(arg) ? this.#measure(arg) : 0));
    const longest = lengths.indexOf(Math.max(...lengths));
    if (lengths[longest] === 0) return value;
    const name = this.#variable(value.args[longest]!, nameOf(value.args[longest]!));
    return this.#fitted({ ...value, args: value.args.with(longest, name) });
  }

  #free(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted}_${n}`;
    this.#taken.add(name);
    return name;
  }

  /** Whether nothing but its own update reads a state's old value, through a chain of nodes with one reader each. */
  #isUpdatedInPlace(slot: number): boolean {
    const { nodes, slots } = this.#program;
    const { next } = slots[slot]!;
    if (nodes[next]!.kind === 'reduction' || nodes[next]!.kind === 'matrix') return false;
    let node = nodes.findIndex((one) => one.kind === 'previous' && one.slot === slot);
    while (node >= 0 && node !== next) {
      const readers = this.#readers[node]!;
      node = readers.length === 1 ? readers[0]! : -1;
    }
    return node === next;
  }
}

/** A state that goes into another one is read before it is written. */
function inOrder(stores: Plan['stores']): Plan['stores'] {
  const free = stores.findIndex(
    ({ state }, i) =>
      !stores.some(({ value }, j) => j !== i && value.kind === 'state' && value.name === state),
  );
  return free < 0 ? stores : [stores[free]!, ...inOrder(stores.toSpliced(free, 1))];
}

/** The result is read by the step itself, which is no node: -1 stands for it. */
function readersOf({ nodes, result, slots }: Program): readonly (readonly number[])[] {
  const readers: number[][] = nodes.map(() => []);
  for (const [i, node] of nodes.entries()) {
    if ('args' in node) for (const arg of node.args) readers[arg]!.push(i);
  }
  readers[result]!.push(-1);
  for (const { next } of slots) readers[next]!.push(-1);
  return readers;
}

const KNOWN_AVERAGES = ['exp_avg', 'exp_avg_sq', 'exp_avg_cube'];

/** States by what a recurrence does last. */
const RECURRENCES: Readonly<Record<string, string>> = {
  max: 'running_max',
  min: 'running_min',
  mul: 'running_product',
};

/** The usual name of a state: torch's, where it has one. */
function stateName({ nodes, slots }: Program, slot: number): string {
  const { operation, next } = slots[slot]!;
  const node = nodes[next]!;
  if (operation.kind === 'labels') return 'readout';
  if (operation.kind === 'recurrence')
    return (node.kind === 'element' && RECURRENCES[node.operation.name]) || 'recurrence';
  if (operation.reads === 'before')
    return node.kind !== 'input' ? 'previous' : node.name === 'g' ? 'prev_grad' : 'prev_param';
  const power = node.kind === 'element' ? powerOfGradient(nodes, node.args.at(-1)!, slot) : 0;
  if (operation.name === 'ema') return KNOWN_AVERAGES[power - 1] ?? 'average';
  return power === 1 ? 'momentum_buffer' : power === 2 ? 'sum_sq' : 'accumulator';
}

/** n of the g^n that enters a state by the second part of its update; 0 for anything else. */
function powerOfGradient(nodes: Program['nodes'], i: number, slot: number): number {
  const node = nodes[i]!;
  if (node.kind === 'input') return node.name === 'g' ? 1 : 0;
  if (node.kind !== 'element' || node.operation.name !== 'mul') return 0;
  const factors = node.args.filter((arg) => nodes[arg]!.kind !== 'literal');
  const powers = factors.map((arg) => powerOfGradient(nodes, arg, slot));
  return powers.includes(0) ? 0 : powers.reduce((sum, power) => sum + power, 0);
}

const NAMES: Readonly<Record<string, string>> = {
  add: 'total',
  sub: 'difference',
  mul: 'product',
  div: 'ratio',
  pow: 'power',
  sqrt: 'root',
  exp: 'scale',
  sign: 'direction',
  clip: 'clipped',
  drop: 'kept',
  lt: 'mask',
  le: 'mask',
  where: 'chosen',
  sum: 'total',
  mean: 'mean',
  norm: 'norm',
  rms: 'rms',
  rowsum: 'row_sum',
  rowmean: 'row_mean',
  rownorm: 'row_norm',
  rowrms: 'row_rms',
  rowamax: 'row_largest',
  colsum: 'column_sum',
  colmean: 'column_mean',
  colnorm: 'column_norm',
  colrms: 'column_rms',
  colamax: 'column_largest',
  amax: 'largest',
  'global sum': 'global_total',
  'global mean': 'global_mean',
  'global norm': 'global_norm',
  'global rms': 'global_rms',
  'global amax': 'global_largest',
};

const nameOf = (term: Term): string => (term.kind === 'call' ? (NAMES[term.operation] ?? 'value') : 'value');

/** 1·x is x to the bit: the sum of `acc(x, 1)` is written without its factor. */
function withoutFactorOne(term: Term): Term {
  if (term.kind !== 'call') return term;
  const args = term.args.map(withoutFactorOne);
  const [x, y] = args;
  if (term.operation === 'mul' && x?.kind === 'number' && x.value === 1) return y!;
  return { ...term, args };
}
