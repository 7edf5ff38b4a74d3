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
import { mean as average } from '../statistics/index.ts';
import type { Algorithm, AlgorithmDefinition, Policy } from './algorithm.ts';
import { openLearner } from './learner.ts';
import { commonOptions } from './options.ts';
import { type Objective, Surrogate } from './surrogate.ts';
import { norm } from './vectors.ts';

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
type Options = z.output<typeof optionsSchema>;

export const ppo: AlgorithmDefinition = {
  name: 'ppo',
  description:
    'proximal policy optimisation (Schulman et al. 2017): several epochs of Adam on a clipped objective',
  options,
  create: (policy, given, state) => openPpo(policy, optionsSchema.parse(given), state),
};

export function clippedObjective(clip: number): Objective {
  return ({ ratio, advantages }) => {
    const clipped = maximum(minimum(ratio, scalar(1 + clip)), scalar(1 - clip));
    return mean(minimum(mul(ratio, advantages), mul(clipped, advantages)));
  };
}

function openPpo(policy: Policy, options: Options, state: unknown): Algorithm {
  const { parameters } = policy;
  const { epochs, learningRate, clip } = options;
  const learner = openLearner(parameters.length, state);
  const surrogate = new Surrogate(policy, clippedObjective(clip));

  const update: Algorithm['update'] = async (batch, entropyFactor) => {
    const open = await surrogate.open(batch, learner.baseline, options, entropyFactor);
    const before = await surrogate.differentiate(open, parameters, learner.gradient);
    const gradientNorm = norm(learner.gradient);

    learner.step(parameters, learningRate);
    for (let epoch = 1; epoch < epochs; epoch++) {
      await surrogate.differentiate(open, parameters, learner.gradient);
      learner.step(parameters, learningRate);
    }

    learner.baseline = open.nextBaseline;
    const after = await surrogate.measure(open, parameters);
    return {
      ...open.metrics,
      loss: before.loss,
      gradientNorm,
      surrogateGain: before.loss - after.loss,
      kl: after.kl,
      clippedShare: average([...after.ratios].map((ratio) => (Math.abs(ratio - 1) > clip ? 1 : 0))),
    };
  };
  return { update, state: () => learner.state(), close: () => surrogate.close() };
}
