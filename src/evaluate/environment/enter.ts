import type { Environment, Quantisation } from '../../evaluation/index.ts';
import { deriveKey, foldIn, threefry2x32 } from '../../random/index.ts';
import type { Span, Stepper } from '../../rules/index.ts';
import { float32, quantiserOf } from './quantise.ts';

/** A training that enters an environment. */
export interface EnterOptions {
  /** The rule, as it steps outside. */
  readonly stepper: Stepper;
  /** The initial weights [size]: brought in place to what the environment can keep. */
  readonly weights: Float32Array;
  /** Where each tensor lies in the weights: each is scaled by itself. Together they are all of them. */
  readonly tensors: readonly Span[];
  /** Seed of stochastic rounding, which is a function of the seed, the step and the place alone. */
  readonly seed: number;
}

/** The rule's step within an environment; `none` gives the stepper itself. */
export function enterEnvironment(environment: Environment, options: EnterOptions): Stepper {
  const { gradient, updates, weights } = environment;
  if (gradient === undefined && updates === undefined && weights === undefined) return options.stepper;
  const see = gradient === undefined ? unchanged : openGradient(gradient, options);
  const move = updates === undefined ? unquantised : openUpdates(updates, options);
  const keep = weights === undefined ? () => undefined : openInPlace(weights, 'weights', options);
  const readOut = weights === undefined ? unchanged : openReadout(weights, options);
  keep(options.weights);
  return {
    readout: (current) => readOut(options.stepper.readout(current), current),
    step(current, slope, learningRate) {
      const seen = see(slope);
      if (!move(current, () => options.stepper.step(current, seen, learningRate))) return false;
      keep(current);
      return true;
    },
  };
}

const unchanged = (gradient: Float32Array): Float32Array => gradient;
const unquantised = (_: Float32Array, step: () => boolean): boolean => step();

/** Gradients in, what the rule sees out: an array that the next call writes again. */
function openGradient(gradient: NonNullable<Environment['gradient']>, options: EnterOptions) {
  const { feedback } = gradient;
  const pass = openChannel(gradient, 'gradient', options);
  const size = options.weights.length;
  const [values, lost, seen] = [new Float64Array(size), new Float64Array(size), new Float32Array(size)];
  return (slope: Float32Array): Float32Array => {
    for (let i = 0; i < size; i++) values[i] = (slope[i] as number) + (lost[i] as number);
    seen.set(pass(values));
    if (!feedback) return seen;
    for (let i = 0; i < size; i++) {
      const wanted = (slope[i] as number) + (lost[i] as number);
      lost[i] = Number.isFinite(wanted) ? wanted - (seen[i] as number) : 0;
    }
    return seen;
  };
}

/** Takes the step, and then another in its place: by the quantised update. */
function openUpdates(quantisation: Quantisation, options: EnterOptions) {
  const pass = openChannel(quantisation, 'updates', options);
  const before = new Float32Array(options.weights.length);
  const update = new Float64Array(options.weights.length);
  return (weights: Float32Array, step: () => boolean): boolean => {
    before.set(weights);
    if (!step()) return false;
    for (let i = 0; i < update.length; i++) update[i] = (weights[i] as number) - (before[i] as number);
    pass(update);
    for (let i = 0; i < update.length; i++)
      weights[i] = float32((before[i] as number) + (update[i] as number));
    return true;
  };
}

function openInPlace(quantisation: Quantisation, name: string, options: EnterOptions) {
  const pass = openChannel(quantisation, name, options);
  const values = new Float64Array(options.weights.length);
  return (weights: Float32Array): void => {
    values.set(weights);
    weights.set(pass(values));
  };
}

/** Weights that are read out are kept as weights are: rounded the same way whenever they are read. */
function openReadout(quantisation: Quantisation, options: EnterOptions) {
  const values = new Float64Array(options.weights.length);
  return (readout: Float32Array, weights?: Float32Array): Float32Array => {
    if (readout === weights) return readout;
    values.set(readout);
    return Float32Array.from(openChannel(quantisation, 'readout', options)(values));
  };
}

/** Quantises all tensors in place, with new random words at every call. */
function openChannel(quantisation: Quantisation, name: string, { weights, tensors, seed }: EnterOptions) {
  const quantiser = quantiserOf(quantisation);
  const key = deriveKey(seed, 'environment', name);
  const random = new Uint32Array(quantiser.stochastic ? weights.length : 0);
  const block = new Uint32Array(2);
  let calls = 0;
  return (values: Float64Array): Float64Array => {
    const now = foldIn(key, calls++);
    for (let i = 0; i < random.length; i += 2) {
      threefry2x32(now, i >>> 1, 0, block);
      random[i] = block[0] as number;
      random[i + 1] = block[1] as number; // past the end of an odd length, it is ignored
    }
    for (const { offset, size } of tensors) {
      quantiser.apply(values.subarray(offset, offset + size), random.subarray(offset, offset + size));
    }
    return values;
  };
}
