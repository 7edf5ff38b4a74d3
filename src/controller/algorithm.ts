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
 * of the state it was created with and the batches since; `state()` holds all of it besides the parameters, as JSON-able
 * data. One file each; `reinforce.ts` is the pattern.
 */
export interface Algorithm {
  update(batch: readonly ScoredSample[]): Promise<Readonly<Record<string, number>>>;
  state(): unknown;
  /** Frees native resources. */
  close(): Promise<void>;
}

/** How algorithms are registered. `O` are its options, with defaults filled in. */
export interface AlgorithmDefinition<O> {
  readonly name: string;
  /** One line for `--help`. */
  readonly description: string;
  /** The schema of each option, with its default. */
  readonly options: { readonly [K in keyof O]: ZodType<O[K]> };
  /** @param state What `state()` gave, parsed from JSON; absent for a new policy. */
  create(policy: Policy, options: O, state?: unknown): Algorithm;
}
