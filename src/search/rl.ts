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
import { allowedTokens, decode, positions, printRule, type Space } from '../rules/index.ts';
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

/** The controller's learning algorithms, by the option `algorithm`; the first is the default. */
export const algorithms: readonly AlgorithmDefinition[] = [reinforce, trpo, trpoAdam, ppo];

const checkpointSchema = z.strictObject({
  controller: z.unknown(),
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
  const { hidden, embedding, ...rest } = parseOptions(
    "strategy 'rl'",
    {
      algorithm: z.literal(algorithm.name).default(algorithm.name),
      hidden: z.int().positive().default(150),
      embedding: z.int().positive().default(150),
      ...algorithm.options,
    },
    options,
  );
  const settings = { space: tokenSpace(space), seed, hidden, embedding, algorithm, options: rest };
  if (checkpoint === undefined) return new RlStrategy(space, createController(settings), []);
  const { controller: state, pending } = parseCheckpoint('rl', checkpointSchema, checkpoint);
  const controller = restoring('rl', () => createController({ ...settings, state }));
  return new RlStrategy(space, controller, pending);
}

class RlStrategy implements Strategy {
  readonly name = 'rl';
  readonly #space: Space;
  readonly #controller: Controller;
  readonly #pending: (readonly Sample[])[];

  constructor(space: Space, controller: Controller, pending: readonly (readonly Sample[])[]) {
    this.#space = space;
    this.#controller = controller;
    this.#pending = [...pending];
  }

  async ask(count: number): Promise<readonly Proposal[]> {
    const samples = await this.#controller.sample(count);
    this.#pending.push(samples);
    return samples.map((sample) => ({
      rule: printRule(decode(this.#space, sample.tokens)),
      ...sample,
    }));
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
    return JSON.stringify({ controller: this.#controller.state(), pending: this.#pending });
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
