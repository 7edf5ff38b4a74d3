/**
 * Imitation: before its first batch the policy learns to write strings that are given, so that those it samples are near
 * them. Maximum likelihood, with all of the strings at every step:
 *
 *     loss    L = −mean over strings and positions of log p(token | prefix)        e^−L: a mean probability
 *     update  Adam on ∂L/∂parameters, until e^−L ≥ level · (the most that any policy can reach), or STEPS times
 *
 * A policy at the most writes nothing but the strings given, each as often as it was given, so a level near 1 ends
 * exploration before it began. docs/controller.md says how the numbers here were chosen.
 */
import { createSession, mean, neg, reshape, sum, type Tensor } from '../graph/index.ts';
import { adamStep, initialAdam } from './adam.ts';
import type { Policy } from './algorithm.ts';
import { parameterGradients, policyGraph } from './lstm.ts';
import type { Sample } from './sampler.ts';
import { type PolicyShape, parameterViews } from './shape.ts';
import { encodeStrings } from './strings.ts';

type Strings = readonly (readonly number[])[];

/** Learning rate of Adam, whose averages begin at 0 and are not kept: the learning algorithm has its own. */
const LEARNING_RATE = 1e-3;

/** The largest number of steps. */
const STEPS = 1000;

export interface Imitated {
  /** Steps of Adam. */
  readonly steps: number;
  /** e^−L after them. */
  readonly probability: number;
}

/**
 * Changes the policy's parameters until it writes the strings, at least one, about as well as `level` says.
 *
 * @param level In [0, 1], see above; 0 changes nothing.
 * @example await imitate(policy, [[0, 1, 0]], 0.4) // the three tokens' probabilities: 0.4 or more, in the geometric mean
 */
export async function imitate(policy: Policy, strings: Strings, level: number): Promise<Imitated> {
  const { shape, space, parameters } = policy;
  const inputs = { ...parameterViews(shape, parameters), ...encodeStrings(shape, space, strings) };
  const gradient = new Float32Array(parameters.length);
  const outputs = parameterViews(shape, gradient, 'gradient of ');
  const enough = level * bestProbability(strings);
  const session = await createSession(imitationGraph(shape, strings.length));
  let adam = initialAdam(parameters.length);
  let probability = 0;
  for (;;) {
    const { loss } = await session.run(inputs, outputs);
    probability = Math.exp(-(loss?.[0] as number));
    if (probability >= enough || adam.step === STEPS) break;
    adam = adamStep(adam, parameters, gradient, LEARNING_RATE);
  }
  await session.close();
  return { steps: adam.step, probability };
}

/** Inputs: those of `policyGraph`. Outputs: `loss`, a scalar, and `gradient of …` for every parameter. */
export function imitationGraph(shape: PolicyShape, batch: number): Record<string, Tensor> {
  const { parameters, chosen } = policyGraph(shape, batch);
  const loss = neg(mean(chosen));
  return { loss, ...parameterGradients(parameters, loss) };
}

/**
 * The largest e^−L of any policy: that of one which writes each string as often as it is given, e^(−entropy ÷ length). 1 for
 * one string, n^(−1 ÷ length) for n distinct ones.
 */
export function bestProbability(strings: Strings): number {
  const keys = strings.map(String);
  const shares = keys.map((key) => keys.filter((other) => other === key).length / keys.length);
  const entropy = -shares.reduce((total, share) => total + Math.log(share), 0) / keys.length;
  return Math.exp(-entropy / (strings[0] as readonly number[]).length);
}

/** Strings that the policy did not write, with the log-probability that it would have given them. */
export async function scoreStrings(policy: Policy, strings: Strings): Promise<readonly Sample[]> {
  if (strings.length === 0) return [];
  const { shape, space, parameters } = policy;
  const { chosen } = policyGraph(shape, strings.length);
  const perString = sum(reshape(chosen, [shape.vocabularies.length, strings.length]), { axes: [0] });
  const session = await createSession({ perString });
  const found = await session.run({
    ...parameterViews(shape, parameters),
    ...encodeStrings(shape, space, strings),
  });
  await session.close();
  return strings.map((tokens, b) => ({ tokens, logProbability: found.perString?.[b] as number }));
}
