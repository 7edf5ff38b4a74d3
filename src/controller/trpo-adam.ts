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
import type { Algorithm, AlgorithmDefinition, Policy } from './algorithm.ts';
import { openLearner } from './learner.ts';
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
type Options = z.output<typeof optionsSchema>;

export const trpoAdam: AlgorithmDefinition = {
  name: 'trpo-adam',
  description:
    "Adam on the objective of TRPO, within its trust region: our reading of the paper's search (NOS §4.2)",
  options,
  create: (policy, given, state) => openTrpoAdam(policy, optionsSchema.parse(given), state),
};

function openTrpoAdam(policy: Policy, options: Options, state: unknown): Algorithm {
  const { parameters } = policy;
  const { epochs, learningRate, klBound, lineSearchSteps } = options;
  const learner = openLearner(parameters.length, state);
  const surrogate = new Surrogate(policy, importanceObjective);
  /** Adam's step. */
  const direction = new Float32Array(parameters.length);
  /** Where the update has come to, and the point that it tries. */
  let reached = new Float32Array(parameters.length);
  let candidate = new Float32Array(parameters.length);

  /** Leaves the point that it accepts in the candidate and, where a next epoch may ask for it, its gradient. */
  const search = (open: OpenBatch, last: boolean): Promise<LineSearch<Measured> | undefined> =>
    backtrack(
      reached,
      { direction, length: 1 },
      candidate,
      lineSearchSteps,
      (point) =>
        last ? surrogate.measure(open, point) : surrogate.differentiate(open, point, learner.gradient),
      ({ kl }) => kl <= klBound,
    );

  const update: Algorithm['update'] = async (batch, entropyFactor) => {
    const open = await surrogate.open(batch, learner.baseline, options, entropyFactor);
    const before = await surrogate.differentiate(open, parameters, learner.gradient);
    const gradientNorm = norm(learner.gradient);

    reached.set(parameters);
    let measured: Measured = { ...before, kl: 0 };
    let accepted = 0;
    let tried = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      direction.fill(0);
      learner.step(direction, learningRate);
      const found = await search(open, epoch === epochs);
      tried += found?.tried ?? lineSearchSteps;
      if (!found) break;
      [reached, candidate] = [candidate, reached];
      measured = found.measured;
      accepted++;
      if (found.tried > 1) break;
    }

    parameters.set(reached);
    learner.baseline = open.nextBaseline;
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
  };
  return { update, state: () => learner.state(), close: () => surrogate.close() };
}
