/**
 * REINFORCE (Williams 1992), which NOS §3.2 names as the simpler alternative to its TRPO. After each batch of strings
 * with rewards R:
 *
 *     advantage  A = R − baseline                                  baseline: moving average of earlier batches' mean R
 *     loss       L = −mean over strings and positions of (A · log p(token | prefix)) − entropyWeight · mean entropy
 *     update     Adam on ∂L/∂parameters
 *
 * The sum over a string's positions that the policy gradient asks for and the sum of their entropies are both divided by
 * the string's length, so that neither the loss nor the weight of the entropy depends on it. docs/controller.md explains
 * every metric.
 */
import * as z from 'zod';
import { add, input, mean, mul, neg, reshape, SessionCache, type Tensor } from '../graph/index.ts';
import { mean as average } from '../statistics/index.ts';
import { advantagesOf, distinctShare } from './advantages.ts';
import type { Algorithm, AlgorithmDefinition, Policy } from './algorithm.ts';
import { openLearner } from './learner.ts';
import { parameterGradients, policyGraph } from './lstm.ts';
import { commonOptions } from './options.ts';
import { type PolicyShape, parameterViews } from './shape.ts';
import { encodeStrings } from './strings.ts';
import { norm } from './vectors.ts';

const options = {
  /** Learning rate of Adam. The paper's 1e-5 leaves a policy at chance for 1,000 samples and more; docs/controller.md has figures. */
  learningRate: z.number().positive().default(5e-3),
  ...commonOptions(0.015),
};
const optionsSchema = z.object(options);
type Options = z.output<typeof optionsSchema>;

export const reinforce: AlgorithmDefinition = {
  name: 'reinforce',
  description: 'policy gradient with a moving-average baseline (Williams 1992), by Adam',
  options,
  create: (policy, given, state) => openReinforce(policy, optionsSchema.parse(given), state),
};

function openReinforce(policy: Policy, options: Options, state: unknown): Algorithm {
  const { shape, space, parameters } = policy;
  const { learningRate, baselineDecay } = options;
  const learner = openLearner(parameters.length, state);
  const sessions = new SessionCache((batch) => reinforceGraph(shape, batch));

  const update: Algorithm['update'] = async (batch, entropyFactor) => {
    const entropyWeight = options.entropyWeight * entropyFactor;

    // Advantages.
    const { advantages, nextBaseline, metrics } = advantagesOf(batch, learner.baseline, baselineDecay);

    // Loss and gradient at the parameters of now.
    const session = await sessions.of(batch.length);
    const strings = batch.map(({ tokens }) => tokens);
    const results = await session.run(
      {
        ...parameterViews(shape, parameters),
        ...encodeStrings(shape, space, strings),
        advantages: Float32Array.from(advantages),
        entropyWeight: Float32Array.of(entropyWeight),
      },
      parameterViews(shape, learner.gradient, 'gradient of '),
    );

    // Update.
    learner.step(parameters, learningRate);
    learner.baseline = nextBaseline;

    const positions = shape.vocabularies.length;
    const recorded = average(batch.map(({ logProbability }) => logProbability)) / positions;
    return {
      ...metrics,
      entropyWeight,
      entropy: results.entropy?.[0] as number,
      loss: results.loss?.[0] as number,
      gradientNorm: norm(learner.gradient),
      policyLag: recorded - (results.chosenMean?.[0] as number),
      distinctShare: distinctShare(batch),
    };
  };
  return { update, state: () => learner.state(), close: () => sessions.close() };
}

/**
 * The loss and its gradient. Inputs: those of `policyGraph`, `advantages` [batch] and `entropyWeight`, a scalar. Outputs:
 * `loss`, `entropy` and `chosenMean`, the mean of log p over strings and positions, scalars, and `gradient of …` for every parameter.
 */
export function reinforceGraph(shape: PolicyShape, batch: number): Record<string, Tensor> {
  const { parameters, chosen, entropy } = policyGraph(shape, batch);
  const perString = reshape(chosen, [shape.vocabularies.length, batch]);
  const objective = add(
    mean(mul(perString, input('advantages', [batch]))),
    mul(input('entropyWeight', []), entropy),
  );
  const loss = neg(objective);
  return { loss, entropy, chosenMean: mean(chosen), ...parameterGradients(parameters, loss) };
}
