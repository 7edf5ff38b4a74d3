import type { ZodType } from 'zod';
import type { PolicyShape, TokenSpace } from './shape.ts';

/** What an algorithm trains: the sizes, the token strings it may write, and the parameters, which it changes in place. */
export interface Policy {
  readonly shape: PolicyShape;
  readonly space: TokenSpace;
  /** Flat, laid out by `parameterSpecs`. */
  readonly parameters: Float32Array;
}

/** A string that was sampled and scored. */
export interface ScoredSample {
  readonly tokens: readonly number[];
  /** Recorded when it was sampled: by an older policy where batches are in flight. */
  readonly logProbability: number;
  readonly reward: number;
}

/**
 * A learning algorithm: what a scored batch does to the policy. Guarantees: the parameters and the metrics are a function
 * of the state it was created with and the updates since; `state()` holds all of it but the parameters, as JSON-able
 * data. One file each; `reinforce.ts` is the pattern.
 */
export interface Algorithm {
  /** @param entropyFactor By which the option `entropyWeight` is multiplied in this update. */
  update(batch: readonly ScoredSample[], entropyFactor: number): Promise<Readonly<Record<string, number>>>;
  state(): unknown;
  /** Frees native resources. */
  close(): Promise<void>;
}

/** How algorithms are registered. */
export interface AlgorithmDefinition {
  readonly name: string;
  /** One line of a list, as `nos strategies` shows it. */
  readonly description: string;
  /** The schema of each option, with its default. */
  readonly options: Readonly<Record<string, ZodType>>;
  /**
   * @param options Those that are not left to their defaults.
   * @param state What `state()` gave, parsed from JSON; absent for a new policy.
   * @throws ZodError when an option or the state is not what its schema says.
   */
  create(policy: Policy, options: Readonly<Record<string, unknown>>, state?: unknown): Algorithm;
}
