/**
 * Proximal policy optimization with a clipped objective (PPO; Schulman et al. 2017). After each batch of strings with
 * rewards R:
 *
 *     advantage  A = R − baseline                                  baseline: moving average of earlier batches' mean R
 *     loss       L = −mean over strings and positions of min(ratio · w·A, clip(ratio, 1 ± clip) · w·A)
 *                    − entropyWeight · mean entropy
 *     update     `epochs` steps of Adam on ∂L/∂parameters, each with the whole batch
 *
 * `surrogate.ts` says what ratio and w are. A token's ratio beyond the clip on the side that its advantage asks for adds
 * nothing to the gradient: that, and nothing else, keeps the update near. docs/controller.md explains every metric.
 */
import * as z from 'zod';
import { maximum, mean, minimum, mul, scalar } from '../graph/index.ts';
import { adamStep } from './adam.ts';
import type { Algorithm, AlgorithmDefinition, Policy, ScoredSample } from './algorithm.ts';
import { encodeLearner, type LearnerState, parseLearner } from './learner-state.ts';
import { commonOptions } from './options.ts';
import { type Objective, Surrogate } from './surrogate.ts';
import { average, norm } from './vectors.ts';

const options = {
  /** Learning rate of Adam. */
  learningRate: z.number().positive().default(2e-3),
  /** Adam's steps per batch. */
  epochs: z.int().positive().default(5),
  /** How far a ratio may leave 1 and still count. */
  clip: z.number().positive().lt(1).default(0.2),
  ...commonOptions(0.015),
};
const optionsSchema = z.object(options);

export const ppo: AlgorithmDefinition = {
  name: 'ppo',
  description:
    'proximal policy optimisation (Schulman et al. 2017): several epochs of Adam on a clipped objective',
  options,
  create: (policy, given, state) => new Ppo(policy, optionsSchema.parse(given), state),
};

export function clippedObjective(clip: number): Objective {
  return ({ ratio, advantages }) => {
    const clipped = maximum(minimum(ratio, scalar(1 + clip)), scalar(1 - clip));
    return mean(minimum(mul(ratio, advantages), mul(clipped, advantages)));
  };
}

class Ppo implements Algorithm {
  readonly #policy: Policy;
  readonly #options: z.output<typeof optionsSchema>;
  readonly #gradient: Float32Array;
  readonly #surrogate: Surrogate;
  #state: LearnerState;

  constructor(policy: Policy, options: z.output<typeof optionsSchema>, state?: unknown) {
    this.#policy = policy;
    this.#options = options;
    this.#gradient = new Float32Array(policy.parameters.length);
    this.#surrogate = new Surrogate(policy, clippedObjective(options.clip));
    this.#state = parseLearner(state, policy.parameters.length);
  }

  async update(
    batch: readonly ScoredSample[],
    entropyFactor: number,
  ): Promise<Readonly<Record<string, number>>> {
    const { epochs, learningRate, clip } = this.#options;
    const { parameters } = this.#policy;
    const open = await this.#surrogate.open(batch, this.#state.baseline, this.#options, entropyFactor);
    const before = await this.#surrogate.differentiate(open, parameters, this.#gradient);
    const gradientNorm = norm(this.#gradient);

    let adam = adamStep(this.#state.adam, parameters, this.#gradient, learningRate);
    for (let epoch = 1; epoch < epochs; epoch++) {
      await this.#surrogate.differentiate(open, parameters, this.#gradient);
      adam = adamStep(adam, parameters, this.#gradient, learningRate);
    }

    this.#state = { adam, baseline: open.nextBaseline };
    const after = await this.#surrogate.measure(open, parameters);
    return {
      ...open.metrics,
      loss: before.loss,
      gradientNorm,
      surrogateGain: before.loss - after.loss,
      kl: after.kl,
      clippedShare: average([...after.ratios].map((ratio) => (Math.abs(ratio - 1) > clip ? 1 : 0))),
    };
  }

  state(): unknown {
    return encodeLearner(this.#state);
  }

  close(): Promise<void> {
    return this.#surrogate.close();
  }
}
