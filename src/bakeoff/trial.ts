import { stream } from '../random/index.ts';
import { parseRule } from '../rules/index.ts';
import { type IdentifiedProposal, runLoop, type Strategy, strategies } from '../search/index.ts';
import { mean } from '../statistics/index.ts';
import type { Landscape } from './landscape.ts';
import { openLandscape } from './landscapes.ts';

/** One search of a landscape. */
export interface Trial {
  readonly strategy: string;
  readonly options: Readonly<Record<string, number | string>>;
  readonly landscape: string;
  /** Standard deviation of the noise on rewards. */
  readonly noise: number;
  readonly seed: number;
  /** Rules proposed. */
  readonly samples: number;
}

/** How a search stood after some proposals. Regrets are noise-free, in reward. */
export interface TrialStanding {
  readonly samples: number;
  /**
   * optimum − the best reward among the {@link SHORTLIST} distinct rules that looked best: what the search has found, once
   * those are tested again.
   */
  readonly regret: number;
  /** optimum − mean reward of the last {@link WINDOW} proposals: what the strategy has learnt to propose. */
  readonly proposalRegret: number;
  /** Distinct rules ÷ proposals, so far. */
  readonly distinctShare: number;
}

export interface TrialResult {
  /** One standing at each of {@link marks}. */
  readonly standings: readonly TrialStanding[];
  /** Proposals up to the first of the best hundredth, itself included; null where none came. */
  readonly samplesToTop: number | null;
}

/** Rules that would be tested again. */
export const SHORTLIST = 10;
const WINDOW = 50;

/** How `nos search` runs them by default. */
const BATCH = 5;
const PIPELINE = 2;

/** Where strategies are compared: after 100, 300, 1,000 and 3,000 proposals, as far as a search goes, and at its end. */
export function budgetsWithin(samples: number): readonly number[] {
  return [...[100, 300, 1_000, 3_000].filter((budget) => budget < samples), samples];
}

/** Numbers of proposals after which a search's standing is taken: in equal steps of the logarithm, and the budgets. */
export function marks(samples: number): readonly number[] {
  const steps = Array.from({ length: 1 + Math.floor(12 * Math.log10(samples / 10)) }, (_, i) =>
    Math.round(10 * 10 ** (i / 12)),
  );
  const all = new Set([...steps, ...budgetsWithin(samples)].filter((mark) => mark <= samples));
  return [...all].sort((a, b) => a - b);
}

/** Runs one search; a pure function of the trial. @throws NosError `unknown-name`, `bad-option`. */
export async function runTrial(trial: Trial): Promise<TrialResult> {
  const { seed, samples } = trial;
  const landscape = await openLandscape(trial.landscape, seed);
  const scores = new Scores(landscape, trial);
  const strategy = await strategies.find(trial.strategy).create({
    space: landscape.space,
    seed,
    batch: BATCH,
    options: trial.options,
  });
  try {
    await runLoop({
      strategy: unsaved(strategy),
      samples,
      batch: BATCH,
      pipeline: PIPELINE,
      evaluate: async (proposal, index) => ({ reward: scores.observe(proposal, index) }),
      log: { asked: () => undefined, told: () => undefined },
    });
  } finally {
    await strategy.close();
  }
  return {
    standings: marks(samples).map((mark) => scores.standing(mark)),
    samplesToTop: scores.samplesToTop,
  };
}

/** Nobody resumes a trial, and a controller's checkpoint takes as long as an update. */
function unsaved(strategy: Strategy): Strategy {
  return {
    name: strategy.name,
    ask: (count) => strategy.ask(count),
    tell: (batch) => strategy.tell(batch),
    checkpoint: async () => ({ state: '', appended: '' }),
    close: () => strategy.close(),
  };
}

interface Score {
  readonly key: string;
  readonly reward: number;
  readonly observed: number;
}

/** The rewards of one search's proposals. */
class Scores {
  readonly #landscape: Landscape;
  readonly #trial: Trial;
  /** One score per proposal, in their order. */
  readonly #scores: Score[] = [];

  constructor(landscape: Landscape, trial: Trial) {
    this.#landscape = landscape;
    this.#trial = trial;
  }

  /** The reward that the strategy is told. */
  observe({ rule, tokens, identity: { key } }: IdentifiedProposal, index: number): number {
    const expression = parseRule(rule);
    const reward = this.#landscape.reward({ expression, tokens, key });
    const { seed, noise } = this.#trial;
    const observed = noise === 0 ? reward : reward + noise * stream(seed, 'noise', key).normal();
    this.#scores[index] = { key, reward, observed };
    return observed;
  }

  get samplesToTop(): number | null {
    const index = this.#scores.findIndex(({ reward }) => reward >= this.#landscape.topHundredth);
    return index < 0 ? null : index + 1;
  }

  standing(samples: number): TrialStanding {
    const { optimum } = this.#landscape;
    const scores = this.#scores.slice(0, samples);
    const distinct = [...new Map(scores.map((score) => [score.key, score])).values()];
    const best = distinct.sort((a, b) => b.observed - a.observed).slice(0, SHORTLIST);
    const last = scores.slice(-WINDOW);
    return {
      samples,
      regret: optimum - Math.max(...best.map(({ reward }) => reward)),
      proposalRegret: optimum - mean(last.map(({ reward }) => reward)),
      distinctShare: distinct.length / samples,
    };
  }
}
