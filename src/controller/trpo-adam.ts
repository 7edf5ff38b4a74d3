/**
 * `trpo-adam`: the loss and the trust region of TRPO, approached by Adam's steps. The paper names both TRPO (NOS §3.2) and
 * ADAM at 1e-5 (NOS §4.2) for its controller, not how the two go together; this is our reading. After each batch:
 *
 *     p ← p₀; up to `epochs` times:
 *         step    Adam's, on ∂L/∂parameters at p                   L, ratios and KL: trpo.ts, surrogate.ts
 *         search  halve the step until KL(p₀ ‖ p) ≤ klBound        if it had to be halved, or never is: this was the last
 *
 * Every p on the way satisfies the bound, so the last one does. Adam's averages live on between batches.
 * docs/controller.md explains every metric.
 */
import * as z from 'zod';
import { adamStep } from './adam.ts';
import type { Algorithm, AlgorithmDefinition, Policy, ScoredSample } from './algorithm.ts';
import { encodeLearner, type LearnerState, parseLearner } from './learner-state.ts';
import { backtrack, type LineSearch } from './line-search.ts';
import { commonOptions } from './options.ts';
import { type Measured, type OpenBatch, Surrogate } from './surrogate.ts';
import { importanceObjective } from './trpo.ts';
import { norm } from './vectors.ts';

const options = {
  /** Bound of the mean KL divergence of an update, nats per token. Float32 cannot tell smaller ones from 0. */
  klBound: z.number().min(1e-5).default(0.05),
  /** Learning rate of Adam (NOS §4.2: 1e-5). */
  learningRate: z.number().positive().default(5e-4),
  /** Adam's steps per batch, at most. */
  epochs: z.int().positive().default(5),
  /** Points of each step's line search, at most; each is half as far as the one before. */
  lineSearchSteps: z.int().positive().default(10),
  ...commonOptions(0.015),
};
const optionsSchema = z.object(options);

export const trpoAdam: AlgorithmDefinition = {
  name: 'trpo-adam',
  description:
    "Adam on the objective of TRPO, within its trust region: our reading of the paper's search (NOS §4.2)",
  options,
  create: (policy, given, state) => new TrpoAdam(policy, optionsSchema.parse(given), state),
};

class TrpoAdam implements Algorithm {
  readonly #policy: Policy;
  readonly #options: z.output<typeof optionsSchema>;
  readonly #gradient: Float32Array;
  /** Adam's step. */
  readonly #step: Float32Array;
  /** Where the update has come to, and the point that it tries. */
  #reached: Float32Array;
  #candidate: Float32Array;
  readonly #surrogate: Surrogate;
  #state: LearnerState;

  constructor(policy: Policy, options: z.output<typeof optionsSchema>, state?: unknown) {
    this.#policy = policy;
    this.#options = options;
    this.#gradient = new Float32Array(policy.parameters.length);
    this.#step = new Float32Array(policy.parameters.length);
    this.#reached = new Float32Array(policy.parameters.length);
    this.#candidate = new Float32Array(policy.parameters.length);
    this.#surrogate = new Surrogate(policy, importanceObjective);
    this.#state = parseLearner(state, policy.parameters.length);
  }

  async update(
    batch: readonly ScoredSample[],
    entropyFactor: number,
  ): Promise<Readonly<Record<string, number>>> {
    const { epochs, lineSearchSteps } = this.#options;
    const { parameters } = this.#policy;
    const open = await this.#surrogate.open(batch, this.#state.baseline, this.#options, entropyFactor);
    const before = await this.#surrogate.differentiate(open, parameters, this.#gradient);
    const gradientNorm = norm(this.#gradient);

    this.#reached.set(parameters);
    let measured: Measured = { ...before, kl: 0 };
    let accepted = 0;
    let tried = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      this.#adamStep();
      const found = await this.#search(open, epoch === epochs);
      tried += found?.tried ?? lineSearchSteps;
      if (!found) break;
      [this.#reached, this.#candidate] = [this.#candidate, this.#reached];
      measured = found.measured;
      accepted++;
      if (found.tried > 1) break;
    }

    parameters.set(this.#reached);
    this.#state = { ...this.#state, baseline: open.nextBaseline };
    return {
      ...open.metrics,
      loss: before.loss,
      gradientNorm,
      surrogateGain: before.loss - measured.loss,
      kl: measured.kl,
      accepted: accepted > 0 ? 1 : 0,
      epochs: accepted,
      lineSearchSteps: tried,
    };
  }

  /** Adam's step for the gradient at the point reached; moves its averages on. */
  #adamStep(): void {
    this.#step.fill(0);
    const adam = adamStep(this.#state.adam, this.#step, this.#gradient, this.#options.learningRate);
    this.#state = { ...this.#state, adam };
  }

  /** Leaves the point that it accepts in the candidate and, where a next epoch may ask for it, its gradient. */
  #search(open: OpenBatch, last: boolean): Promise<LineSearch<Measured> | undefined> {
    const { klBound, lineSearchSteps } = this.#options;
    return backtrack(
      this.#reached,
      { direction: this.#step, length: 1 },
      this.#candidate,
      lineSearchSteps,
      (parameters) =>
        last
          ? this.#surrogate.measure(open, parameters)
          : this.#surrogate.differentiate(open, parameters, this.#gradient),
      ({ kl }) => kl <= klBound,
    );
  }

  state(): unknown {
    return encodeLearner(this.#state);
  }

  close(): Promise<void> {
    return this.#surrogate.close();
  }
}
