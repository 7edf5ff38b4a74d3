import {
  canonicalize,
  type Expression,
  evaluateScalar,
  lowerKinds,
  type Matrix,
  type Node,
  orthogonalize,
  type Program,
  placesOf,
  reduceInto,
  type Span,
} from '../rules/index.ts';

/** A training of a rule in float64. */
export interface ExactStepper {
  /** u at every weight, in a new array. Its state is that of all steps so far. */
  update(weights: ArrayLike<number>, gradient: ArrayLike<number>, learningRate: number): Float64Array;
  /** Whether every value so far that a rule did not leave out by its choices, of each weight, was one that the precision has room for. */
  readonly sound: readonly boolean[];
}

/** What tensors hold. */
export type Precision = 'float64' | 'float32';

/** The least positive normal number, and the first that is too large. */
const RANGES: Readonly<Record<Precision, { readonly least: number; readonly beyond: number }>> = {
  float64: { least: 2 ** -1022, beyond: Infinity },
  float32: { least: 2 ** -126, beyond: 2 ** 128 },
};

export interface ExactOptions {
  /** The number of weights. */
  readonly size: number;
  /** T of the language. */
  readonly steps: number;
  /** Where the tensors lie; all weights are one unless given. */
  readonly tensors?: readonly Span[];
  /** What the values are to be compared with. */
  readonly precision: Precision;
}

/**
 * Starts what `interpretRule` does without its roundings to float32. The rule must have no random operations.
 */
export function startExact(rule: Expression, options: ExactOptions): ExactStepper {
  const { size } = options;
  const parts = lowerKinds(canonicalize(rule)).map(({ kinds, program }) => ({
    tensors: placesOf(options).filter(({ kind }) => kinds.includes(kind)),
    stepper: startProgram(program, options),
  }));
  const sound = Array.from({ length: size }, () => true);
  return {
    sound,
    update(weights, gradient, learningRate) {
      const update = new Float64Array(size);
      for (const { tensors, stepper } of parts) {
        const values = stepper.update(weights, gradient, learningRate);
        for (const { begin, end } of tensors) {
          update.set(values.subarray(begin, end), begin);
          for (let i = begin; i < end; i++) sound[i] = stepper.sound[i]!;
        }
      }
      return update;
    },
  };
}

/** A training of a program for all tensors. */
function startProgram({ nodes, scalars, slots, result }: Program, options: ExactOptions): ExactStepper {
  const { size, steps, precision } = options;
  const tensors = placesOf(options);
  const states = slots.map(() => new Float64Array(size));
  const sound = Array.from({ length: size }, () => true);
  const soundStates = slots.map(() => sound.slice());
  const { least, beyond } = RANGES[precision];
  const fits = (value: number): boolean =>
    value === 0 || (Math.abs(value) >= least && Math.abs(value) < beyond);
  let t = 0;
  return {
    sound,
    update(weights, gradient, learningRate) {
      t += 1;
      const values: ArrayLike<number>[] = [];
      const known = scalars.map((e) => evaluateScalar(e, { t, T: steps, lr: learningRate }));
      for (const node of nodes)
        values.push(
          nodeValue(node, { weights, gradient, learningRate, values, states, known, size, tensors }),
        );
      const soundness = soundnessOf(nodes, { values, states: soundStates, tensors }, fits);
      for (const node of [result, ...slots.map(({ next }) => next)]) {
        for (let i = 0; i < size; i++) sound[i] &&= soundness[node]![i]!;
      }
      for (const [i, { next }] of slots.entries()) {
        states[i]!.set(values[next]!);
        soundStates[i] = soundness[next]!;
      }
      return Float64Array.from(values[result]!);
    },
  };
}

/** Whether the values of each node, and those that went into them, fit. */
function soundnessOf(
  nodes: readonly Node[],
  { values, states, tensors }: Pick<Known, 'values' | 'tensors'> & { readonly states: readonly boolean[][] },
  fits: (value: number) => boolean,
): readonly boolean[][] {
  const soundness: boolean[][] = [];
  for (const [n, node] of nodes.entries()) {
    if (node.kind === 'reduction' || node.kind === 'matrix') {
      const known = soundness[node.args[0]]!;
      const whole = [{ begin: 0, end: known.length }];
      const over = node.kind === 'reduction' && node.operation.over === 'network' ? whole : tensors;
      const reduced = over.flatMap(({ begin, end }) => {
        const sound = known.slice(begin, end).every(Boolean);
        return known.slice(begin, end).map((_, i) => sound && fits(values[n]![begin + i]!));
      });
      soundness.push(reduced);
      continue;
    }
    const args = 'args' in node ? node.args : [];
    const chooses = node.kind === 'element' && node.operation.name === 'where';
    const taken = (i: number): readonly number[] =>
      chooses ? [args[0]!, values[args[0]!]![i] === 0 ? args[2]! : args[1]!] : args;
    soundness.push(
      Array.from(
        values[n]!,
        (value, i) =>
          fits(value) &&
          taken(i).every((arg) => soundness[arg]![i]!) &&
          (node.kind !== 'previous' || states[node.slot]![i]!),
      ),
    );
  }
  return soundness;
}

interface Known {
  readonly weights: ArrayLike<number>;
  readonly gradient: ArrayLike<number>;
  readonly learningRate: number;
  /** The nodes before. */
  readonly values: readonly ArrayLike<number>[];
  /** The slots before the step. */
  readonly states: readonly Float64Array[];
  /** Functions of the step. */
  readonly known: readonly number[];
  readonly size: number;
  readonly tensors: readonly Matrix[];
}

function nodeValue(node: Node, at: Known): ArrayLike<number> {
  const { size } = at;
  switch (node.kind) {
    case 'literal':
      return new Float64Array(size).fill(node.exact);
    case 'scalar':
      return new Float64Array(size).fill(at.known[node.index]!);
    case 'input':
      return { g: at.gradient, w: at.weights }[node.name];
    case 'previous':
      return at.states[node.slot]!.slice();
    case 'element': {
      const args = node.args.map((arg) => at.values[arg]!);
      return Float64Array.from({ length: size }, (_, i) =>
        node.operation.float64(
          args.map((arg) => arg[i]!),
          node.parameters,
        ),
      );
    }
    case 'updated':
      return Float64Array.from(at.values[node.args[0]]!, (u, i) => at.weights[i]! - at.learningRate * u);
    case 'reduction': {
      const reduced = new Float64Array(size);
      reduceInto(reduced, node.operation, at.values[node.args[0]]!, at.tensors);
      return reduced;
    }
    case 'matrix': {
      const matrices = new Float64Array(size);
      const x = Float64Array.from(at.values[node.args[0]]!);
      for (const { begin, end, rows, columns } of at.tensors)
        matrices.set(orthogonalize(x.subarray(begin, end), rows, columns), begin);
      return matrices;
    }
    case 'random':
      throw new TypeError(`a random operation has no exact value: ${node.operation.name}`);
  }
}
