import * as z from 'zod';
import { parseOptions } from '../options.ts';
import { restoreStream, type Stream, stream } from '../random/index.ts';
import type { Space } from '../rules/index.ts';
import { Asked } from './asked.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { rewardMetrics } from './metrics.ts';
import { mutate } from './mutations.ts';
import { uniformTokens } from './random.ts';
import type { Metrics, Proposal, ScoredProposal, Strategy, StrategyDefinition } from './strategy.ts';
import {
  type Candidate,
  candidateOf,
  pick,
  preferNew,
  streamSchema,
  type Tokens,
  tokensSchema,
} from './strings.ts';
import { warmStartStrings } from './warm-start.ts';

/** Defaults chosen by `nos bench strategies --tune`; docs/strategies.md has figures. */
const schemas = {
  /** Strings alive; as many are proposed before the first child. */
  population: z.int().positive().default(50),
  /** Strings drawn, with replacement, to find a parent: the best of them. */
  tournament: z.int().positive().default(25),
};

/** Draws before a rule is proposed a second time. */
const TRIES = 16;

interface Member {
  readonly tokens: Tokens;
  readonly reward: number;
  /** How many strings were told before it. */
  readonly born: number;
}

const checkpointSchema = (space: Space) =>
  z.strictObject({
    random: streamSchema,
    /** Warm-start strings not yet proposed. */
    first: z.array(tokensSchema(space)),
    asked: z.int().min(0),
    told: z.int().min(0),
    /** Keys of every rule proposed. */
    known: z.array(z.string()),
    /** Oldest first. */
    population: z.array(
      z.strictObject({ tokens: tokensSchema(space), reward: z.number(), born: z.int().min(0) }),
    ),
    pending: z.array(z.array(z.strictObject({ tokens: tokensSchema(space) }))),
  });

type Settings = { readonly [Name in keyof typeof schemas]: number };
type State = z.output<ReturnType<typeof checkpointSchema>>;

/**
 * Regularised evolution (Real et al. 2019, "Regularized Evolution for Image Classifier Architecture Search"): the best of
 * a random few has a mutated child, and the oldest dies, however good it is.
 */
export const evolution: StrategyDefinition = {
  name: 'evolution',
  description: 'regularised evolution: children of the best of a few, the oldest dies',
  create: async (context, checkpoint) => {
    const { space, seed } = context;
    const settings = parseOptions("strategy 'evolution'", schemas, context.options);
    const anew = { asked: 0, told: 0, known: [], population: [], pending: [] };
    const state: State =
      checkpoint === undefined
        ? { ...anew, random: stream(seed, 'evolution').state(), first: [...warmStartStrings(context)] }
        : parseCheckpoint('evolution', checkpointSchema(space), checkpoint);
    return new Evolution(space, settings, state);
  },
};

class Evolution implements Strategy {
  readonly name = 'evolution';
  readonly #space: Space;
  readonly #settings: Settings;
  readonly #random: Stream;
  readonly #first: Tokens[];
  readonly #known: Set<string>;
  readonly #population: Member[];
  readonly #pending: Asked<{ readonly tokens: Tokens }>;
  #asked: number;
  #told: number;

  constructor(space: Space, settings: Settings, state: State) {
    this.#space = space;
    this.#settings = settings;
    this.#random = restoreStream(state.random);
    this.#first = state.first;
    this.#known = new Set(state.known);
    this.#population = state.population;
    this.#pending = new Asked('evolution', state.pending);
    this.#asked = state.asked;
    this.#told = state.told;
  }

  async ask(count: number): Promise<readonly Proposal[]> {
    const proposals = Array.from({ length: count }, () => this.#propose());
    this.#pending.push(proposals.map(({ tokens }) => ({ tokens })));
    return proposals;
  }

  async tell(batch: readonly ScoredProposal[]): Promise<Metrics> {
    for (const { tokens, reward } of this.#pending.take(batch)) {
      this.#population.push({ tokens, reward, born: this.#told++ });
      if (this.#population.length > this.#settings.population) this.#population.shift();
    }
    return { ...rewardMetrics(batch), ...this.#metrics() };
  }

  async checkpoint(): Promise<string> {
    const state: State = {
      random: this.#random.state(),
      first: this.#first,
      asked: this.#asked,
      told: this.#told,
      known: [...this.#known],
      population: this.#population,
      pending: this.#pending.batches.map((batch) => [...batch]),
    };
    return JSON.stringify(state);
  }

  async close(): Promise<void> {}

  #propose(): Proposal {
    const { tokens, rule, key } = this.#next();
    this.#asked++;
    this.#known.add(key);
    return { rule, tokens };
  }

  /** A warm-start string; then random strings, as many as the population holds; then children. */
  #next(): Candidate {
    const first = this.#first.shift();
    if (first) return candidateOf(this.#space, first);
    const founding = this.#asked < this.#settings.population || this.#population.length === 0;
    if (founding) return preferNew(this.#known, TRIES, () => this.#founder());
    return this.#child(this.#parent().tokens);
  }

  #founder(): Candidate {
    return candidateOf(this.#space, uniformTokens(this.#space, this.#random));
  }

  #parent(): Member {
    const { tournament } = this.#settings;
    const drawn = Array.from({ length: tournament }, () => pick(this.#population, this.#random));
    return drawn.reduce((best, member) => (member.reward > best.reward ? member : best));
  }

  /**
   * A mutated copy. A mutation that leaves the rule as it was (of an operand that nothing uses) is kept, and another made
   * on top of it; one that leads to a rule known already is taken back.
   */
  #child(parent: Tokens): Candidate {
    const { key } = candidateOf(this.#space, parent);
    let from = parent;
    return preferNew(this.#known, TRIES, () => {
      const child = candidateOf(this.#space, mutate(this.#space, from, this.#random));
      if (child.key === key) from = child.tokens;
      return child;
    });
  }

  #metrics(): Metrics {
    const rewards = this.#population.map(({ reward }) => reward);
    const best = this.#population.reduce((a, b) => (b.reward > a.reward ? b : a));
    return {
      populationBest: best.reward,
      populationMean: rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
      bestAge: this.#told - 1 - best.born,
    };
  }
}
