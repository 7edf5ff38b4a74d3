import type { RuleIdentity } from '../evaluation/index.ts';
import type { Space } from '../rules/index.ts';

/** A rule that a strategy wants scored. */
export interface Proposal {
  /** Rule text, as decoded from the tokens. */
  readonly rule: string;
  /** The token string that decodes to the rule; empty where the strategy does not work on tokens. */
  readonly tokens: readonly number[];
  /** Sum of the tokens' log-probabilities under the policy that sampled them, in nats; recorded when asked. */
  readonly logProbability?: number;
  /** Index of the proposal that it was made from, under strategies that change rules. */
  readonly parent?: number;
  /** Which rule it is. The loop finds out if the strategy does not say. */
  readonly identity?: RuleIdentity;
}

/** A proposal as the loop passes it on. */
export type IdentifiedProposal = Proposal & { readonly identity: RuleIdentity };

export interface ScoredProposal {
  readonly proposal: Proposal;
  readonly reward: number;
}

/** What a strategy says of one tell: named finite numbers, logged with the batch (`entropy`, `baseline`, …). */
export type Metrics = Readonly<Record<string, number>>;

/**
 * A strategy's state, in two parts, so that what a search writes grows with its length and not with the square of it. The whole state
 * is the newest `state` with everything that this checkpoint and those before it appended.
 */
export interface StrategyCheckpoint {
  /** What changes from ask to ask; its size does not grow with the search. */
  readonly state: string;
  /** What lists that only grow have got since the checkpoint before; empty where that is nothing. */
  readonly appended: string;
}

/** What a strategy goes on from. */
export interface StrategyPast {
  /** The state of the newest checkpoint. */
  readonly state: string;
  /** What all checkpoints appended, in order. */
  readonly appended: readonly string[];
}

/**
 * A search strategy. Guarantees that the loop gives: batches are told whole, in the order in which they were asked, each
 * once; up to `pipeline` batches may be asked before the first of them is told; calls come one at a time, each awaited;
 * whatever `checkpoint` gives is stored before the next call.
 * Guarantees that a strategy gives: its proposals are a function of its context and of the sequence of asks and tells, bit
 * for bit; its checkpoints hold its whole state, the asked and untold proposals included.
 */
export interface Strategy {
  readonly name: string;
  ask(count: number): Promise<readonly Proposal[]>;
  tell(batch: readonly ScoredProposal[]): Promise<Metrics>;
  checkpoint(): Promise<StrategyCheckpoint>;
  /** Frees native resources. */
  close(): Promise<void>;
}

export interface StrategyContext {
  readonly space: Space;
  readonly seed: number;
  /** Proposals per batch. */
  readonly batch: number;
  /** Named numbers and words of this strategy: learning rate, entropy weight, …; an unknown name is an error. */
  readonly options: Readonly<Record<string, number | string>>;
  /** Rules to begin with, as texts or catalogue names: proposed first, in this order, and learnt from. */
  readonly warmStart?: readonly string[] | undefined;
}

/** How strategies are registered: `create` starts a new search, and goes on from `past` where one is given. */
export interface StrategyDefinition {
  readonly name: string;
  /** One line of a list, as `nos strategies` shows it. */
  readonly description: string;
  /**
   * It looks at nothing but the order of rewards, so it is told them as they are. Others are told where a reward stands in the run, from
   * 0 to 1, if the score is no accuracy.
   */
  readonly ordinal?: true;
  /** What computes beside it, which a command makes ready, and shows that it does, before a search begins. */
  readonly engine?: 'onnxruntime';
  /** What it is compared as, if not as itself: the options of each variant by its name. */
  readonly variants?: Readonly<Record<string, StrategyContext['options']>>;
  create(context: StrategyContext, past?: StrategyPast): Promise<Strategy>;
}
