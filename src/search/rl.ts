import * as z from 'zod';
import {
  type AlgorithmDefinition,
  type Controller,
  createController,
  ppo,
  reinforce,
  type Sample,
  type TokenSpace,
  trpo,
  trpoAdam,
} from '../controller/index.ts';
import { NosError, unknownName } from '../errors.ts';
import { allowedTokens, positions, type Space } from '../rules/index.ts';
import { parseCheckpoint, restoring } from './checkpoint.ts';
import { parseOptions } from './options.ts';
import type {
  Metrics,
  Proposal,
  ScoredProposal,
  Strategy,
  StrategyContext,
  StrategyDefinition,
} from './strategy.ts';
import { type Candidate, candidateOf } from './strings.ts';

/** The controller's learning algorithms, by the option `algorithm`; the first is the default. */
export const algorithms: readonly AlgorithmDefinition[] = [reinforce, trpo, trpoAdam, ppo];

const checkpointSchema = z.strictObject({
  controller: z.unknown(),
  /** Keys of every rule proposed. */
  known: z.array(z.string()),
  /** Batches asked and not yet told, oldest first. */
  pending: z.array(z.array(z.strictObject({ tokens: z.array(z.int()), logProbability: z.number() }))),
});

/** The paper's search (NOS §3.2): an LSTM writes rules and learns from their rewards. */
export const rl: StrategyDefinition = {
  name: 'rl',
  description: 'the LSTM controller, trained by reinforcement learning (NOS §3.2)',
  create: async (context, checkpoint) => {
    refuseWarmStart(context);
    const name = context.options.algorithm ?? reinforce.name;
    const algorithm = algorithms.find((known) => known.name === name);
    if (!algorithm) {
      throw unknownName(
        'algorithm',
        String(name),
        algorithms.map((known) => known.name),
      );
    }
    return createRl(context, algorithm, checkpoint);
  },
};

/** To imitate a rule the controller would have to score a string that it did not write, which it cannot do. */
function refuseWarmStart({ warmStart = [] }: StrategyContext): void {
  if (warmStart.length === 0) return;
  throw new NosError(
    'bad-option',
    "strategy 'rl' takes no warm start",
    'choose another strategy, or leave the warm start out',
  );
}

function createRl(
  { space, seed, options }: StrategyContext,
  algorithm: AlgorithmDefinition,
  checkpoint?: string,
): Strategy {
  const { hidden, embedding, redraws, ...rest } = parseOptions(
    "strategy 'rl'",
    {
      algorithm: z.literal(algorithm.name).default(algorithm.name),
      hidden: z.int().positive().default(150),
      embedding: z.int().positive().default(150),
      redraws: z.int().min(0).default(8),
      ...algorithm.options,
    },
    options,
  );
  const settings = { space: tokenSpace(space), seed, hidden, embedding, algorithm, options: rest };
  if (checkpoint === undefined) {
    return new RlStrategy(space, createController(settings), redraws, { known: [], pending: [] });
  }
  const { controller: state, ...asked } = parseCheckpoint('rl', checkpointSchema, checkpoint);
  const controller = restoring('rl', () => createController({ ...settings, state }));
  return new RlStrategy(space, controller, redraws, asked);
}

/** A string of the controller's, and the rule that it denotes. */
interface Drawn extends Candidate {
  readonly logProbability: number;
}

class RlStrategy implements Strategy {
  readonly name = 'rl';
  readonly #space: Space;
  readonly #controller: Controller;
  readonly #redraws: number;
  readonly #known: Set<string>;
  readonly #pending: (readonly Sample[])[];

  constructor(
    space: Space,
    controller: Controller,
    redraws: number,
    { known, pending }: Pick<z.output<typeof checkpointSchema>, 'known' | 'pending'>,
  ) {
    this.#space = space;
    this.#controller = controller;
    this.#redraws = redraws;
    this.#known = new Set(known);
    this.#pending = pending;
  }

  async ask(count: number): Promise<readonly Proposal[]> {
    const drawn = await this.#draw(count);
    for (const { key } of drawn) this.#known.add(key);
    const samples = drawn.map(({ tokens, logProbability }) => ({ tokens, logProbability }));
    this.#pending.push(samples);
    return samples.map((sample, i) => ({ rule: (drawn[i] as Drawn).rule, ...sample }));
  }

  /**
   * Strings of rules that were not proposed before, as far as the policy writes any in 1 + `redraws` batches; repeated ones
   * fill the rest. So the policy is that of the controller on the condition that the rule is new, and the gradient that of
   * the expected reward of new rules: the condition's own term is the mean advantage, about 0.
   */
  async #draw(count: number): Promise<readonly Drawn[]> {
    const fresh = new Map<string, Drawn>();
    const repeated: Drawn[] = [];
    for (let round = 0; round <= this.#redraws && fresh.size < count; round++) {
      for (const { tokens, logProbability } of await this.#controller.sample(count)) {
        const drawn = { ...candidateOf(this.#space, tokens), logProbability };
        const isNew = !this.#known.has(drawn.key) && !fresh.has(drawn.key);
        if (!isNew) repeated.push(drawn);
        else if (fresh.size < count) fresh.set(drawn.key, drawn);
      }
    }
    return [...fresh.values(), ...repeated].slice(0, count);
  }

  async tell(batch: readonly ScoredProposal[]): Promise<Metrics> {
    const samples = this.#pending[0];
    const told = batch.map(({ proposal }) => proposal.tokens);
    if (!samples || JSON.stringify(samples.map(({ tokens }) => tokens)) !== JSON.stringify(told)) {
      throw new Error('rl: told a batch that is not the oldest one asked');
    }
    const metrics = await this.#controller.learn(
      samples.map((sample, i) => ({ ...sample, reward: (batch[i] as ScoredProposal).reward })),
    );
    this.#pending.shift();
    return metrics;
  }

  async checkpoint(): Promise<string> {
    return JSON.stringify({
      controller: this.#controller.state(),
      known: [...this.#known],
      pending: this.#pending,
    });
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
