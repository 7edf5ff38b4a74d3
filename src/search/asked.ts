import type { ScoredProposal } from './strategy.ts';
import type { Tokens } from './strings.ts';

/** What a strategy remembers of a proposal until it is told the reward. */
interface Remembered {
  readonly tokens: Tokens;
}

/** The batches that a strategy was asked for and not yet told, oldest first. */
export class AskedBatches<T extends Remembered> {
  readonly #strategy: string;
  readonly #batches: (readonly T[])[];

  /** @param strategy Its name, for the error message. */
  constructor(strategy: string, batches: readonly (readonly T[])[]) {
    this.#strategy = strategy;
    this.#batches = [...batches];
  }

  get batches(): readonly (readonly T[])[] {
    return this.#batches;
  }

  push(batch: readonly T[]): void {
    this.#batches.push(batch);
  }

  /**
   * The oldest batch with its rewards; it is no longer among the asked ones then.
   *
   * @throws Error when another batch is told: the loop's fault.
   */
  take(told: readonly ScoredProposal[]): readonly (T & { readonly reward: number })[] {
    const rewarded = withRewards(this.#strategy, this.#batches[0], told);
    this.#batches.shift();
    return rewarded;
  }
}

/**
 * The oldest batch asked with the rewards that are told of it.
 *
 * @throws Error when another batch is told: the loop's fault.
 */
export function withRewards<T extends Remembered>(
  strategy: string,
  oldest: readonly T[] | undefined,
  told: readonly ScoredProposal[],
): readonly (T & { readonly reward: number })[] {
  const expected = JSON.stringify(oldest?.map(({ tokens }) => tokens));
  if (!oldest || expected !== JSON.stringify(told.map(({ proposal }) => proposal.tokens))) {
    throw new Error(`${strategy}: told a batch that is not the oldest one asked`);
  }
  return oldest.map((one, i) => ({ ...one, reward: told[i]!.reward }));
}
