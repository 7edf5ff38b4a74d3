import * as z from 'zod';
import {
  type AlgorithmDefinition,
  algorithms,
  type Controller,
  createController,
  DEFAULT_ALGORITHM,
  type TokenSpace,
} from '../controller/index.ts';
import { parseOptions } from '../options.ts';
import { allowedTokens, positions, type Space } from '../rules/index.ts';
import { withRewards } from './asked.ts';
import { appendedText, parseCheckpoint, restoreKeys, restoring } from './checkpoint.ts';
import { KnownKeys } from './known-keys.ts';
import { nextEntropyFactor } from './novelty.ts';
import type {
  Metrics,
  Proposal,
  ScoredProposal,
  Strategy,
  StrategyCheckpoint,
  StrategyContext,
  StrategyDefinition,
  StrategyPast,
} from './strategy.ts';
import { type Candidate, type CandidateMaker, candidateMaker, type Tokens, tokensSchema } from './strings.ts';
import { warmStartStrings } from './warm-start.ts';

const checkpointSchema = (space: Space) =>
  z.strictObject({
    controller: z.unknown(),
    /** Warm-start strings not yet proposed. */
    first: z.array(tokensSchema(space)),
    /** Keys of every rule proposed, in checkpoints of earlier versions; now each appends the new ones. */
    known: z.array(z.string()).default([]),
    /** See `novelty.ts`. */
    entropyFactor: z.number().positive(),
    /** Batches asked and not yet told, oldest first. */
    pending: z.array(
      z.strictObject({
        samples: z.array(z.strictObject({ tokens: z.array(z.int()), logProbability: z.number() })),
        newShare: z.number(),
      }),
    ),
  });

type State = Omit<z.output<ReturnType<typeof checkpointSchema>>, 'controller' | 'known'>;

/** The paper's search (NOS §3.2): an LSTM writes rules and learns from their rewards; it imitates a warm start first. */
export const rl: StrategyDefinition = {
  name: 'rl',
  description: "the paper's controller (NOS §3.2): an LSTM writes rules and learns from their rewards",
  engine: 'onnxruntime',
  variants: Object.fromEntries(algorithms.names.map((algorithm) => [algorithm, { algorithm }])),
  create: async (context, past) => {
    const algorithm = algorithms.find(String(context.options.algorithm ?? DEFAULT_ALGORITHM));
    return createRl(context, algorithm, past);
  },
};

async function createRl(
  context: StrategyContext,
  algorithm: AlgorithmDefinition,
  past?: StrategyPast,
): Promise<Strategy> {
  const { space, seed } = context;
  const { hidden, embedding, redraws, novelty, imitation, ...rest } = parseOptions(
    "strategy 'rl'",
    {
      algorithm: z.literal(algorithm.name).default(algorithm.name),
      hidden: z.int().positive().default(150),
      embedding: z.int().positive().default(150),
      /** Batches drawn on top of one, at most, in search of rules that were not proposed before. */
      redraws: z.int().min(0).default(8),
      /** Share of new rules among the strings drawn, below which the entropy bonus rises. */
      novelty: z.number().min(0).max(1).default(0.25),
      /** How far a warm start is imitated; docs/controller.md has figures. */
      imitation: z.number().min(0).max(1).default(0.4),
      ...algorithm.options,
    },
    context.options,
  );
  const settings = { redraws, novelty };
  const policy = { space: tokenSpace(space), seed, hidden, embedding, algorithm, options: rest };
  if (past === undefined) {
    const first = [...warmStartStrings(context)];
    const controller = createController(policy);
    if (first.length > 0) await controller.imitate(first, imitation);
    const state = { first, entropyFactor: 1, pending: [] };
    return new RlStrategy(space, controller, settings, state, new KnownKeys([]));
  }
  const { controller: state, known, ...asked } = parseCheckpoint('rl', checkpointSchema(space), past.state);
  const controller = restoring('rl', () => createController({ ...policy, state }));
  return new RlStrategy(space, controller, settings, asked, restoreKeys('rl', past, known));
}

interface Settings {
  readonly redraws: number;
  readonly novelty: number;
}

/** A string of the controller's, and the rule that it denotes. */
interface Drawn extends Candidate {
  readonly logProbability: number;
}

class RlStrategy implements Strategy {
  readonly name = 'rl';
  readonly #candidateOf: CandidateMaker;
  readonly #controller: Controller;
  readonly #settings: Settings;
  readonly #first: Tokens[];
  readonly #known: KnownKeys;
  readonly #pending: State['pending'];
  #entropyFactor: number;

  constructor(space: Space, controller: Controller, settings: Settings, state: State, known: KnownKeys) {
    this.#candidateOf = candidateMaker(space);
    this.#controller = controller;
    this.#settings = settings;
    this.#first = state.first;
    this.#known = known;
    this.#pending = state.pending;
    this.#entropyFactor = state.entropyFactor;
  }

  async ask(count: number): Promise<readonly Proposal[]> {
    const given = await this.#controller.score(this.#first.splice(0, count));
    const first = given.map((sample) => ({ ...sample, ...this.#candidateOf(sample.tokens) }));
    const { strings, newShare } = await this.#draw(count - first.length);
    const proposed = [...first, ...strings];
    for (const { identity } of proposed) this.#known.add(identity.key);
    const samples = proposed.map(({ tokens, logProbability }) => ({ tokens: [...tokens], logProbability }));
    this.#pending.push({ samples, newShare });
    return proposed.map(({ rule, tokens, identity, logProbability }) => ({
      rule,
      tokens,
      identity,
      logProbability,
    }));
  }

  /**
   * Strings of rules that were not proposed before, as far as the policy writes any in 1 + `redraws` batches; repeated ones
   * fill the rest. They are the controller's on the condition that the rule is new, and the gradient that they give is that
   * of the expected reward of new rules: the condition's own term has the mean advantage as its factor, about 0.
   *
   * @returns The strings, and the share of new ones among all that were drawn.
   */
  async #draw(count: number): Promise<{ readonly strings: readonly Drawn[]; readonly newShare: number }> {
    const fresh = new Map<string, Drawn>();
    const repeated: Drawn[] = [];
    let late = 0;
    for (let round = 0; round <= this.#settings.redraws && fresh.size < count; round++) {
      for (const { tokens, logProbability } of await this.#controller.sample(count)) {
        const drawn = { ...this.#candidateOf(tokens), logProbability };
        const { key } = drawn.identity;
        if (this.#known.has(key) || fresh.has(key)) repeated.push(drawn);
        else if (fresh.size < count) fresh.set(key, drawn);
        else late++;
      }
    }
    const strings = [...fresh.values(), ...repeated].slice(0, count);
    const drawn = fresh.size + repeated.length + late;
    return { strings, newShare: drawn === 0 ? 1 : (fresh.size + late) / drawn };
  }

  async tell(batch: readonly ScoredProposal[]): Promise<Metrics> {
    const asked = this.#pending[0];
    const rewarded = withRewards(this.name, asked?.samples, batch);
    const metrics = await this.#controller.learn(rewarded, this.#entropyFactor);
    this.#pending.shift();
    this.#entropyFactor = nextEntropyFactor(this.#entropyFactor, asked!.newShare, this.#settings.novelty);
    return { ...metrics, newShare: asked!.newShare };
  }

  async checkpoint(): Promise<StrategyCheckpoint> {
    const state = {
      controller: this.#controller.state(),
      first: this.#first,
      entropyFactor: this.#entropyFactor,
      pending: this.#pending,
    };
    return { state: JSON.stringify(state), appended: appendedText(this.#known.takeFresh()) };
  }

  close(): Promise<void> {
    return this.#controller.close();
  }
}

/** A space of rules as the controller sees it. */
function tokenSpace(space: Space): TokenSpace {
  return {
    vocabularies: positions(space).map(({ size }) => size),
    allowed: (prefix) => allowedTokens(space, prefix),
  };
}
