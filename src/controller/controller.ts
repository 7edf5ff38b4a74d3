import * as z from 'zod';
import { restoreStream, type Stream, stream } from '../random/index.ts';
import type { Algorithm, AlgorithmDefinition, Policy, ScoredSample } from './algorithm.ts';
import { decodeFloats, encodeFloats } from './floats.ts';
import { type Imitated, imitate, scoreStrings } from './imitation.ts';
import { type Sample, Sampler } from './sampler.ts';
import { initialParameters, type PolicyShape, parameterCount, type TokenSpace } from './shape.ts';

/**
 * An LSTM policy (NOS §3.2, Figure 3) with the algorithm that trains it: it writes strings, and learns from their
 * rewards. Calls must not overlap.
 */
export interface Controller {
  sample(count: number): Promise<readonly Sample[]>;
  /** The log-probabilities that the policy has for given strings of the space, in their order. */
  score(strings: readonly (readonly number[])[]): Promise<readonly Sample[]>;
  /**
   * Changes the policy so that it prefers given strings of the space, at least one; for before the first sample.
   *
   * @param level How far, in [0, 1]: `imitation.ts` says what it means.
   */
  imitate(strings: readonly (readonly number[])[], level: number): Promise<Imitated>;
  /**
   * Changes the policy; returns the algorithm's metrics.
   *
   * @param entropyFactor By which the algorithm's option `entropyWeight` is multiplied this time.
   */
  learn(batch: readonly ScoredSample[], entropyFactor?: number): Promise<Readonly<Record<string, number>>>;
  /** Everything that the next samples and updates depend on, as JSON-able data. */
  state(): unknown;
  /** Frees the engine's sessions. */
  close(): Promise<void>;
}

export interface ControllerOptions {
  readonly space: TokenSpace;
  readonly seed: number;
  /** Size of the LSTM; NOS §4.2: 150. */
  readonly hidden: number;
  /** Size of a token's embedding. */
  readonly embedding: number;
  readonly algorithm: AlgorithmDefinition;
  /** The algorithm's; those left out have their defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What `state()` gave, parsed from JSON: goes on from there, to the bit. */
  readonly state?: unknown;
}

const stateSchema = z.strictObject({
  algorithm: z.string(),
  vocabularies: z.array(z.int().positive()),
  hidden: z.int().positive(),
  embedding: z.int().positive(),
  parameters: z.string(),
  random: z.strictObject({ key: z.strictObject({ k0: z.int(), k1: z.int() }), drawn: z.int() }),
  learner: z.unknown(),
});

/**
 * A controller with weights drawn from the seed, or as it was when `state` was taken.
 *
 * @throws RangeError when `state` belongs to another algorithm or to a policy of other sizes; ZodError when it is none.
 */
export function createController(options: ControllerOptions): Controller {
  const { space, seed, hidden, embedding, algorithm } = options;
  const shape: PolicyShape = { vocabularies: space.vocabularies, hidden, embedding };
  if (options.state === undefined) {
    const policy = { shape, space, parameters: initialParameters(shape, stream(seed, 'controller weights')) };
    const learner = algorithm.create(policy, options.options);
    return assemble(algorithm.name, policy, stream(seed, 'controller samples'), learner);
  }
  const state = stateSchema.parse(options.state);
  const parameters = decodeFloats(state.parameters);
  const found = [state.algorithm, state.vocabularies, state.hidden, state.embedding, parameters.length];
  const expected = [algorithm.name, shape.vocabularies, hidden, embedding, parameterCount(shape)];
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new RangeError(`the state of another controller: expected ${expected}, got ${found}`);
  }
  const policy = { shape, space, parameters };
  const learner = algorithm.create(policy, options.options, state.learner);
  return assemble(algorithm.name, policy, restoreStream(state.random), learner);
}

function assemble(algorithm: string, policy: Policy, random: Stream, learner: Algorithm): Controller {
  const sampler = new Sampler(policy.shape, policy.space);
  return {
    sample: (count) => sampler.sample(policy.parameters, count, random),
    score: (strings) => scoreStrings(policy, strings),
    imitate: (strings, level) => imitate(policy, strings, level),
    learn: (batch, entropyFactor = 1) => learner.update(batch, entropyFactor),
    state: () => ({
      algorithm,
      ...policy.shape,
      parameters: encodeFloats(policy.parameters),
      random: random.state(),
      learner: learner.state(),
    }),
    close: async () => {
      await sampler.close();
      await learner.close();
    },
  };
}
