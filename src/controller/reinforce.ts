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
import {
  add,
  createSession,
  gradients,
  input,
  mean,
  mul,
  neg,
  reshape,
  type Session,
  type Tensor,
} from '../graph/index.ts';
import { type AdamState, adamStep, initialAdam } from './adam.ts';
import type { Algorithm, AlgorithmDefinition, Policy, ScoredSample } from './algorithm.ts';
import { decodeFloats, encodeFloats } from './floats.ts';
import { policyGraph } from './lstm.ts';
import { type PolicyShape, parameterSpecs, parameterViews } from './shape.ts';
import { encodeStrings } from './strings.ts';

const options = {
  /** Of Adam. The paper's 1e-5 leaves a policy at chance for 1,000 samples and more; docs/controller.md has figures. */
  learningRate: z.number().positive().default(3e-3),
  /** d of baseline ← d·baseline + (1 − d)·(the batch's mean reward). */
  baselineDecay: z.number().min(0).lt(1).default(0.8),
  /** Weight of the mean entropy per token, in reward per nat (NOS §4.2: 0.0015). */
  entropyWeight: z.number().min(0).default(0.0015),
};
const optionsSchema = z.object(options);

/** The state besides the parameters, in memory. */
interface ReinforceState {
  readonly adam: AdamState;
  /** Undefined before the first batch, whose own mean stands in. */
  readonly baseline: number | undefined;
}

export const reinforce: AlgorithmDefinition = {
  name: 'reinforce',
  description: 'policy gradient with a moving-average baseline (Williams 1992), by Adam',
  options,
  create: (policy, given, state) => new Reinforce(policy, optionsSchema.parse(given), state),
};

class Reinforce implements Algorithm {
  readonly #policy: Policy;
  readonly #options: z.output<typeof optionsSchema>;
  readonly #gradient: Float32Array;
  readonly #sessions = new Map<number, Promise<Session>>();
  #state: ReinforceState;

  constructor(policy: Policy, options: z.output<typeof optionsSchema>, state?: unknown) {
    this.#policy = policy;
    this.#options = options;
    this.#gradient = new Float32Array(policy.parameters.length);
    this.#state =
      state === undefined
        ? { adam: initialAdam(policy.parameters.length), baseline: undefined }
        : parseState(state);
  }

  async update(batch: readonly ScoredSample[]): Promise<Readonly<Record<string, number>>> {
    const { learningRate, baselineDecay, entropyWeight } = this.#options;
    const { shape, space, parameters } = this.#policy;

    // Advantages.
    const rewardMean = average(batch.map(({ reward }) => reward));
    const baseline = this.#state.baseline ?? rewardMean;
    const advantages = batch.map(({ reward }) => reward - baseline);

    // Loss and gradient at the parameters of now.
    const session = await this.#session(batch.length);
    const strings = batch.map(({ tokens }) => tokens);
    const results = await session.run(
      {
        ...parameterViews(shape, parameters),
        ...encodeStrings(shape, space, strings),
        advantages: Float32Array.from(advantages),
        entropyWeight: Float32Array.of(entropyWeight),
      },
      parameterViews(shape, this.#gradient, 'gradient of '),
    );

    // Update.
    this.#state = {
      adam: adamStep(this.#state.adam, parameters, this.#gradient, learningRate),
      baseline: baselineDecay * baseline + (1 - baselineDecay) * rewardMean,
    };

    const positions = shape.vocabularies.length;
    const recorded = average(batch.map(({ logProbability }) => logProbability)) / positions;
    return {
      rewardMean,
      baseline,
      advantageStd: Math.sqrt(average(advantages.map((a) => (a + baseline - rewardMean) ** 2))),
      entropy: results.entropy?.[0] as number,
      loss: results.loss?.[0] as number,
      gradientNorm: norm(this.#gradient),
      policyLag: recorded - (results.chosenMean?.[0] as number),
      distinctShare: new Set(strings.map(String)).size / strings.length,
    };
  }

  state(): unknown {
    const { adam, baseline } = this.#state;
    return {
      first: encodeFloats(adam.first),
      second: encodeFloats(adam.second),
      step: adam.step,
      ...(baseline !== undefined && { baseline }),
    };
  }

  async close(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }

  #session(batch: number): Promise<Session> {
    const session = this.#sessions.get(batch) ?? createSession(reinforceGraph(this.#policy.shape, batch));
    this.#sessions.set(batch, session);
    return session;
  }
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
  const specs = parameterSpecs(shape);
  const gradient = gradients(
    loss,
    specs.map(({ name }) => parameters[name]),
  );
  return {
    loss,
    entropy,
    chosenMean: mean(chosen),
    ...Object.fromEntries(specs.map(({ name }, i) => [`gradient of ${name}`, gradient[i] as Tensor])),
  };
}

const stateSchema = z.strictObject({
  first: z.string(),
  second: z.string(),
  step: z.int().min(0),
  baseline: z.number().optional(),
});

function parseState(state: unknown): ReinforceState {
  const { first, second, step, baseline } = stateSchema.parse(state);
  return { adam: { first: decodeFloats(first), second: decodeFloats(second), step }, baseline };
}

const average = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** A loop, as `reduce` costs ten times as much on a quarter of a million numbers. */
function norm(values: Float32Array): number {
  let sum = 0;
  for (const x of values) sum += x * x;
  return Math.sqrt(sum);
}
