import * as z from 'zod';
import { parseOptions } from '../options.ts';
import { restoreStream, type Stream, stream } from '../random/index.ts';
import { type Space, uniformTokens } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import { AskedBatches } from './asked.ts';
import { appendedText, parseCheckpoint, restoreKeys } from './checkpoint.ts';
import { KnownKeys } from './known-keys.ts';
import { rewardMetrics } from './metrics.ts';
import { mutate } from './mutations.ts';
import type {
  Metrics,
  Proposal,
  ScoredProposal,
  Strategy,
  StrategyCheckpoint,
  StrategyDefinition,
} from './strategy.ts';
import {
  type Candidate,
  type CandidateMaker,
  candidateMaker,
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
  /** How many strings were told before it: the index of its proposal. */
  readonly born: number;
}

const checkpointSchema = (space: Space) =>
  z.strictObject({
    random: streamSchema,
    /** Warm-start strings not yet proposed. */
    first: z.array(tokensSchema(space)),
    asked: z.int().min(0),
    told: z.int().min(0),
    /** Keys of every rule proposed, in checkpoints of earlier versions; now each appends the new ones. */
    known: z.array(z.string()).default([]),
    /** Oldest first. */
    population: z.array(
      z.strictObject({ tokens: tokensSchema(space), reward: z.number(), born: z.int().min(0) }),
    ),
    pending: z.array(z.array(z.strictObject({ tokens: tokensSchema(space) }))),
  });

type Settings = { readonly [Name in keyof typeof schemas]: number };
type State = Omit<z.output<ReturnType<typeof checkpointSchema>>, 'known'>;

/**
 * Regularised evolution (Real et al. 2019, "Regularized Evolution for Image Classifier Architecture Search"): the best of
 * a random few has a mutated child, and the oldest dies, however good it is.
 */
export const evolution: StrategyDefinition = {
  name: 'evolution',
  ordinal: true,
  description: 'regularised evolution: the best of a few has a mutated child, the oldest rule dies',
  create: async (context, past) => {
    const { space, seed } = context;
    const settings = parseOptions("strategy 'evolution'", schemas, context.options);
    if (past === undefined) {
      const random = stream(seed, 'evolution').state();
      const first = [...warmStartStrings(context)];
      const state = { random, first, asked: 0, told: 0, population: [], pending: [] };
      return new Evolution(space, settings, state, new KnownKeys([]));
    }
    const { known, ...state } = parseCheckpoint('evolution', checkpointSchema(space), past.state);
    return new Evolution(space, settings, state, restoreKeys('evolution', past, known));
  },
};

class Evolution implements Strategy {
  readonly name = 'evolution';
  readonly #space: Space;
  readonly #candidateOf: CandidateMaker;
  readonly #settings: Settings;
  readonly #random: Stream;
  readonly #first: Tokens[];
  readonly #known: KnownKeys;
  readonly #population: Member[];
  readonly #pending: AskedBatches<{ readonly tokens: Tokens }>;
  #asked: number;
  #told: number;

  constructor(space: Space, settings: Settings, state: State, known: KnownKeys) {
    this.#space = space;
    this.#candidateOf = candidateMaker(space);
    this.#settings = settings;
    this.#random = restoreStream(state.random);
    this.#first = state.first;
    this.#known = known;
    this.#population = state.population;
    this.#pending = new AskedBatches('evolution', state.pending);
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

  async checkpoint(): Promise<StrategyCheckpoint> {
    const state: State = {
      random: this.#random.state(),
      first: this.#first,
      asked: this.#asked,
      told: this.#told,
      population: this.#population,
      pending: this.#pending.batches.map((batch) => [...batch]),
    };
    return { state: JSON.stringify(state), appended: appendedText(this.#known.takeFresh()) };
  }

  async close(): Promise<void> {}

  #propose(): Proposal {
    const { tokens, rule, identity, parent } = this.#next();
    this.#asked++;
    this.#known.add(identity.key);
    return { rule, tokens, identity, ...(parent === undefined ? {} : { parent }) };
  }

  /** A warm-start string; then random strings, as many as the population holds; then children. */
  #next(): Candidate & Pick<Proposal, 'parent'> {
    const first = this.#first.shift();
    if (first) return this.#candidateOf(first);
    const founding = this.#asked < this.#settings.population || this.#population.length === 0;
    if (founding) return preferNew(this.#known, TRIES, () => this.#founder());
    const { tokens, born } = this.#parent();
    return { ...this.#child(tokens), parent: born };
  }

  #founder(): Candidate {
    return this.#candidateOf(uniformTokens(this.#space, this.#random));
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
    const { key } = this.#candidateOf(parent).identity;
    let from = parent;
    return preferNew(this.#known, TRIES, () => {
      const child = this.#candidateOf(mutate(this.#space, from, this.#random));
      if (child.identity.key === key) from = child.tokens;
      return child;
    });
  }

  #metrics(): Metrics {
    const rewards = this.#population.map(({ reward }) => reward);
    const best = this.#population.reduce((a, b) => (b.reward > a.reward ? b : a));
    return {
      populationBest: best.reward,
      populationMean: mean(rewards),
      bestAge: this.#told - 1 - best.born,
    };
  }
}
