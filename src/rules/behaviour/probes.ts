import { deriveKey, type Key, type Stream, stream } from '../../random/index.ts';
import type { InputName } from '../language/operations.ts';
import type { Matrix } from '../program/reduce.ts';

/**
 * The trajectories on which rules are told apart: gradients and weights that are given, not reached by the rule's own
 * steps, so that every rule reads the same numbers. An element of a trajectory is one
 * weight's history: a rule acts on each weight alone, but for what it reduces over a tensor. They are constants of the language: another seed, kind or number makes other hashes.
 */
export interface Probe {
  /** t of each step. */
  readonly times: readonly number[];
  /** T. */
  readonly total: number;
  /** The learning rate of each step: they vary, so that a rule that reads it is told from one that does not. */
  readonly rates: readonly number[];
  /** Elements. */
  readonly size: number;
  /** The elements of ordinary magnitudes are one tensor, the others another; as matrices, and as vectors, which are one column. */
  readonly tensors: Readonly<Record<'matrices' | 'vectors', readonly Matrix[]>>;
  /** One array of `size` per step, for each input. */
  readonly inputs: Readonly<Record<InputName, readonly Float32Array[]>>;
  /** Names the draws of each step. */
  readonly keys: readonly Key[];
}

const SEED = 2017;

type Range = readonly [low: number, high: number];

/** One weight's history: fills the values of every step. */
type Kind = (
  random: Stream,
  steps: number,
) => { readonly g: readonly number[]; readonly w: readonly number[] };

const RATES = [1e-2, 3.7e-3, 2.3e-1, 1.1e-4, 5.3e-2] as const;

const times = (steps: number, f: (step: number) => number): readonly number[] =>
  Array.from({ length: steps }, (_, step) => f(step));

const signOf = (random: Stream): number => (random.uniform() < 0.5 ? -1 : 1);

/** Log-uniform between two magnitudes, of either sign. */
const between = (random: Stream, low: number, high: number): number =>
  signOf(random) * low * (high / low) ** random.uniform();

/** Gradients of one scale, each correlated with the one before, so that averages tell something. */
function correlated(random: Stream, steps: number, scale: number, correlation: number): readonly number[] {
  let value = random.normal();
  return times(steps, () => {
    const result = scale * value;
    value = correlation * value + Math.sqrt(1 - correlation ** 2) * random.normal();
    return result;
  });
}

/** Weights that drift by a hundredth per step. */
function drifting(random: Stream, steps: number, scale: number): readonly number[] {
  let value = scale;
  return times(steps, () => {
    const result = value;
    value *= 1 + 0.01 * random.normal();
    return result;
  });
}

const ordinaryWeights = (random: Stream, steps: number): readonly number[] =>
  drifting(random, steps, between(random, 0.05, 0.5));

/** Magnitudes as in a real training. */
const ordinary =
  (scale: number, correlation: number): Kind =>
  (random, steps) => ({
    g: correlated(random, steps, scale, correlation),
    w: ordinaryWeights(random, steps),
  });

/** Every step has a magnitude of its own, and some have none, whatever the averages are by then. */
const mixed =
  (g: Range, w: Range): Kind =>
  (random, steps) => ({
    g: times(steps, () => (random.uniform() < 0.2 ? 0 : between(random, ...g))),
    w: times(steps, () => (random.uniform() < 0.1 ? 0 : between(random, ...w))),
  });

/** Gradients of one magnitude that are 0, or change their sign, where `factor` says so. */
const shaped =
  (scale: number, factor: (step: number) => number): Kind =>
  (random, steps) => ({
    g: correlated(random, steps, scale, 0.8).map((value, step) => Math.abs(value) * factor(step)),
    w: ordinaryWeights(random, steps),
  });

/** The same with one of the two 0 in two steps of three. */
const without =
  (name: 'g' | 'w', kind: Kind): Kind =>
  (random, steps) => {
    const history = kind(random, steps);
    return { ...history, [name]: history[name].map((value, step) => (step % 3 === 2 ? value : 0)) };
  };

const nothing: Kind = (_, steps) => ({ g: times(steps, () => 0), w: times(steps, () => 0) });

const ordinaryKinds: readonly Kind[] = [
  ordinary(1e-3, 0.5),
  ordinary(2e-3, 0.8),
  ordinary(4e-3, 0.9),
  ordinary(7e-3, 0.8),
  ordinary(1e-2, 0.5),
  ordinary(1e-2, 0.95),
  ordinary(2e-2, 0.8),
  ordinary(4e-2, 0.8),
  ordinary(7e-2, 0.9),
  ordinary(1e-1, 0.5),
];

/** Up to 1e12: of a larger g, v is not finite in float32. */
const GRADIENT_RANGES: readonly Range[] = [
  [1e-32, 1e-28],
  [1e-22, 1e-18],
  [1e-18, 1e-15],
  [1e-15, 1e-13],
  [1e-13, 1e-11],
  [1e-11, 1e-9],
  [1e-9, 1e-7],
  [1e-7, 1e-5],
  [1e-5, 1e-3],
  [1e-12, 1e3],
  [1, 30],
  [30, 1e3],
  [1e3, 1e6],
  [1e6, 1e9],
  [1e10, 1e12],
];
const WEIGHT_RANGES: readonly Range[] = [
  [1e-22, 1e-18],
  [1e-9, 1e-7],
  [30, 1e3],
  [1e10, 1e12],
];
const USUAL_GRADIENTS: Range = [1e-3, 1e-1];
const WIDE: Range = [1e-6, 1e6];

const otherKinds: readonly Kind[] = [
  ...GRADIENT_RANGES.map((g) => mixed(g, WIDE)),
  ...WEIGHT_RANGES.map((w) => mixed(USUAL_GRADIENTS, w)),
  mixed([0.1, 3], [0.1, 3]),
  mixed([1e-12, 1e3], [0.05, 0.5]),
  shaped(1e-2, () => 0),
  shaped(1e-2, (step) => (step < 4 || step > 8 ? 0 : 1)),
  shaped(1e-2, (step) => (step % 2 === 0 ? 1 : -1)),
  shaped(1e-2, (step) => (step < 5 ? 1 : -1)),
  without('g', mixed(USUAL_GRADIENTS, WIDE)),
  without('w', mixed([1e-12, 1e3], WIDE)),
  without('w', ordinary(1e-2, 0.8)),
  nothing,
  // g^3 is not 0, and 0.001 * g^3 is.
  mixed([1e-15, 8e-15], WIDE),
  // Where g is 0, m and gamma have different signs.
  shaped(1e-2, (step) => (step % 4 === 3 ? 0 : step < 5 ? 1 : -1)),
  shaped(1e-2, (step) => (step % 3 === 2 ? 0 : step < 4 ? 1 : -1)),
  // Between 1e-8 / 0.1 and 1e-8 / 0.01.
  without('g', mixed(USUAL_GRADIENTS, [1e-7, 1e-6])),
];

const edgeKinds: readonly Kind[] = [
  nothing,
  shaped(1e-2, () => 0),
  shaped(1e-2, (step) => (step < 4 ? 0 : 1)),
  without('g', ordinary(1e-2, 0.8)),
  without('w', ordinary(1e-2, 0.8)),
];

/**
 * The probes that tell rules apart. One goes through a whole training of 13 steps, whose decays run from 1 almost to 0; the
 * other has a clock that leaps from the first steps to past the end of a long training.
 *
 * @param least The least number of steps; more than the usual 12, for a rule that remembers longer.
 */
export function tellingProbes(least: number): readonly Probe[] {
  usual ??= makeTelling(TELLING_STEPS);
  return least <= TELLING_STEPS ? usual : makeTelling(least);
}

/**
 * An ordinary training, short but whole. Its 64 steps are enough to tell averages of 100 steps from sums.
 *
 * @param steps How many of its first steps are wanted; all unless given.
 */
export function ordinaryProbe(steps = ORDINARY_STEPS): Probe {
  ordinaryOne ??= makeProbe('ordinary', ordinaryKinds, firstSteps(ORDINARY_STEPS), ORDINARY_STEPS + 1);
  return steps === ORDINARY_STEPS
    ? ordinaryOne
    : { ...ordinaryOne, times: ordinaryOne.times.slice(0, steps) };
}

/**
 * A training in which the norm of all gradients is small at some steps and large at others, for rules that reduce over all tensors: the
 * huge values of {@link tellingProbes} would hide what they do with small ones.
 */
export function networkProbe(): Probe {
  networkOne ??= makeProbe('network', swellingKinds, firstSteps(TELLING_STEPS), 13, [0, 3, 10]);
  return networkOne;
}

/** The ordinary kinds, all times a factor of the step from 1e-2 to 1e3. */
const swellingKinds: readonly Kind[] = ordinaryKinds.map((kind) => (random, steps) => {
  const { g, w } = kind(random, steps);
  return { g: g.map((value, step) => value * 10 ** (((step * 5) % 11) / 2 - 2)), w };
});

/** Zeros where a training meets them: weights that begin at 0, gradients of units that are off. */
export function edgeProbe(): Probe {
  edgeOne ??= makeProbe('edge', edgeKinds, firstSteps(TELLING_STEPS), TELLING_STEPS + 1);
  return edgeOne;
}

const TELLING_STEPS = 12;
const ORDINARY_STEPS = 64;

/** Constants, made when they are first wanted. */
let usual: readonly Probe[] | undefined;
let ordinaryOne: Probe | undefined;
let networkOne: Probe | undefined;
let edgeOne: Probe | undefined;

function makeTelling(steps: number): readonly Probe[] {
  const kinds = [...ordinaryKinds, ...otherKinds];
  return [
    makeProbe('whole', kinds, firstSteps(steps), 13),
    makeProbe('leaping', kinds, [1, 2, 3, 5, 9, 40, 200, 700, 1500, 20_000], 1009),
  ];
}

const firstSteps = (steps: number): readonly number[] => times(steps, (step) => step + 1);

/** Rows of the first two tensors as matrices: one is wider than it is high, as the other would be transposed. Others are one row. */
const ROWS = [5, 3] as const;

function tensorsOf(bounds: readonly number[], rows?: readonly number[]): readonly Matrix[] {
  return bounds.slice(1).map((end, k) => {
    const begin = bounds[k]!;
    const fits = rows?.[k] !== undefined && (end - begin) % rows[k]! === 0;
    const count = rows === undefined ? end - begin : fits ? rows[k]! : 1;
    return { begin, end, rows: count, columns: (end - begin) / count };
  });
}

function makeProbe(
  name: string,
  kinds: readonly Kind[],
  clock: readonly number[],
  total: number,
  bounds: readonly number[] = [...new Set([0, ordinaryKinds.length, kinds.length])],
): Probe {
  const steps = clock.length;
  const histories = kinds.map((kind, i) => kind(stream(SEED, 'behaviour', name, i), steps));
  const arrays = (of: InputName): readonly Float32Array[] =>
    clock.map((_, step) => Float32Array.from(histories, (history) => history[of][step] as number));
  return {
    times: clock,
    total,
    rates: clock.map((_, step) => RATES[step % RATES.length]!),
    size: kinds.length,
    tensors: { matrices: tensorsOf(bounds, ROWS), vectors: tensorsOf(bounds) },
    inputs: { g: arrays('g'), w: arrays('w') },
    keys: clock.map((_, step) => deriveKey(SEED, 'behaviour', name, 'draw', step)),
  };
}
