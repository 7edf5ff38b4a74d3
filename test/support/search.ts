import { stream } from '../../src/random/index.ts';
import {
  allowedTokens,
  type Constraint,
  constraints,
  positions,
  type Space,
  uniformTokens,
} from '../../src/rules/index.ts';
import { runLoop } from '../../src/search/loop.ts';
import type {
  Metrics,
  Proposal,
  StrategyCheckpoint,
  StrategyDefinition,
  StrategyPast,
} from '../../src/search/strategy.ts';

/** Every subset of the constraints of NOS §4.1. */
export const constraintSets: readonly (readonly Constraint[])[] = Array.from(
  { length: 2 ** constraints.length },
  (_, bits) => constraints.filter((_, i) => (bits >> i) % 2 === 1),
);

/** Whether a string is one of the space: its length, and every token after those before it. */
export function isAllowed(space: Space, tokens: readonly number[]): boolean {
  if (tokens.length !== positions(space).length) return false;
  return tokens.every((token, i) => allowedTokens(space, tokens.slice(0, i))[token]);
}

/** A landscape whose optimum is known, and 1: the share of tokens that equal a hidden string's. */
export function hiddenString(space: Space): (proposal: Proposal) => number {
  const wanted = uniformTokens(space, stream(77, 'hidden string'));
  return ({ tokens }) => tokens.filter((token, t) => token === wanted[t]).length / tokens.length;
}

/** What a strategy goes on from when these checkpoints are stored, oldest first. */
export function pastOf(checkpoints: readonly StrategyCheckpoint[]): StrategyPast {
  const state = checkpoints.at(-1)?.state as string;
  return { state, appended: checkpoints.map(({ appended }) => appended) };
}

export interface TrialOptions {
  readonly space: Space;
  readonly reward: (proposal: Proposal) => number;
  readonly samples: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly options?: Readonly<Record<string, number | string>>;
}

interface Trial {
  readonly proposals: readonly Proposal[];
  readonly rewards: readonly number[];
  readonly metrics: readonly Metrics[];
}

/** A whole search, two batches in flight. */
export async function trial(definition: StrategyDefinition, settings: TrialOptions): Promise<Trial> {
  const { space, reward, samples, batch = 5, seed = 1, options = {} } = settings;
  const strategy = await definition.create({ space, seed, batch, options });
  const [proposals, rewards, metrics]: [Proposal[], number[], Metrics[]] = [[], [], []];
  await runLoop({
    strategy,
    samples,
    batch,
    pipeline: 2,
    evaluate: async (proposal) => ({ reward: reward(proposal) }),
    log: {
      asked: (entry) => void proposals.push(...entry.proposals),
      told: (entry) => {
        rewards.push(...entry.scored.map((one) => one.reward));
        metrics.push(entry.metrics);
      },
    },
  });
  await strategy.close();
  return { proposals, rewards, metrics };
}
