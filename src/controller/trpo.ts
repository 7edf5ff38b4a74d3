/**
 * Trust region policy optimization (TRPO; Schulman et al. 2015), the paper's choice for its controller (NOS §3.2). After
 * each batch of strings with rewards R:
 *
 *     advantage  A = R − baseline                                  baseline: moving average of earlier batches' mean R
 *     loss       L(p) = −mean over strings and positions of (ratio · w·A) − entropyWeight · mean entropy
 *     update     least L(p) subject to KL ≤ klBound
 *
 * `surrogate.ts` says what ratio, w and KL are. The solution is approached as in the paper's appendix C: with g = ∂L at
 * the policy as it is, and the Fisher information F (the Hessian of KL there),
 *
 *     direction  (F + damping · 1)·x = g                           by conjugate gradient; F only ever multiplies a vector
 *     step       −√(2 · klBound ÷ (xᵀ·g)) · x                      where ½·xᵀ·(F + damping · 1)·x reaches klBound
 *     search     halve the step until KL ≤ klBound and L is lower; if it never is, the parameters stay
 *
 * The search measures KL itself, so the bound holds for every update however good the quadratic model is.
 * docs/controller.md explains every metric.
 */
import * as z from 'zod';
import { mean, mul, SessionCache } from '../graph/index.ts';
import type { Algorithm, AlgorithmDefinition, Policy } from './algorithm.ts';
import { conjugateGradient } from './conjugate-gradient.ts';
import { dampedFisher, fisherGraph } from './fisher.ts';
import { backtrack, type LineSearch, type Step } from './line-search.ts';
import { commonOptions } from './options.ts';
import { type Measured, type Objective, type OpenBatch, Surrogate } from './surrogate.ts';
import { dot, norm } from './vectors.ts';

const options = {
  /** Bound of the mean KL divergence of an update, nats per token. Float32 cannot tell smaller ones from 0. */
  klBound: z.number().min(1e-5).default(0.05),
  /** Added to the Fisher information's diagonal, which is tiny for an almost uniform policy. */
  damping: z.number().positive().default(0.01),
  /** Iterations of the conjugate gradient, at most. */
  cgIterations: z.int().positive().default(10),
  /** Points of the line search, at most; each step is half of the one before. */
  lineSearchSteps: z.int().positive().default(10),
  ...commonOptions(0.0015),
};
const optionsSchema = z.object(options);
type Options = z.output<typeof optionsSchema>;
const stateSchema = z.strictObject({ baseline: z.number().optional() });

/**
 * ‖residual‖ ÷ ‖gradient‖ at which the conjugate gradient is done: the KL and the gain of a step are then those of the exact
 * solution up to the third digit, for half the products with F that 1e-5 takes (docs/controller.md).
 */
const CG_TOLERANCE = 1e-2;

export const trpo: AlgorithmDefinition = {
  name: 'trpo',
  description:
    'trust-region policy optimisation (Schulman et al. 2015): natural-gradient steps of bounded KL divergence',
  options,
  create: (policy, given, state) => openTrpo(policy, optionsSchema.parse(given), state),
};

/** The expected advantage of p, estimated with p₀'s strings. */
export const importanceObjective: Objective = ({ ratio, advantages }) => mean(mul(ratio, advantages));

function openTrpo(policy: Policy, options: Options, state: unknown = {}): Algorithm {
  const { shape, parameters } = policy;
  const { klBound, damping, cgIterations, lineSearchSteps } = options;
  const gradient = new Float32Array(parameters.length);
  const candidate = new Float32Array(parameters.length);
  const surrogate = new Surrogate(policy, importanceObjective);
  const fisher = new SessionCache((batch) => fisherGraph(shape, batch));
  let { baseline } = stateSchema.parse(state);

  /** The step that the quadratic model of KL allows; 0 where the gradient is. */
  const naturalStep = async (open: OpenBatch) => {
    const product = await dampedFisher(fisher, shape, parameters, open.size, open.inputs, damping);
    const { x, residual, iterations } = await conjugateGradient(product, gradient, {
      iterations: cgIterations,
      tolerance: CG_TOLERANCE,
    });
    // The residual of conjugate gradient is orthogonal to x, so that xᵀ·(F + damping · 1)·x = xᵀ·g.
    const curvature = dot(x, gradient);
    const scale = curvature > 0 ? Math.sqrt((2 * klBound) / curvature) : 0;
    return { step: { direction: x, length: -scale }, residual, iterations };
  };

  const search = (open: OpenBatch, before: Measured, step: Step): Promise<LineSearch<Measured> | undefined> =>
    backtrack(
      parameters,
      step,
      candidate,
      lineSearchSteps,
      (point) => surrogate.measure(open, point),
      ({ loss, kl }) => kl <= klBound && loss < before.loss,
    );

  const update: Algorithm['update'] = async (batch, entropyFactor) => {
    const open = await surrogate.open(batch, baseline, options, entropyFactor);
    // The line search measures with this session too: its losses are compared to the bit.
    const before = await surrogate.measure(open, parameters);
    await surrogate.differentiate(open, parameters, gradient);

    const { step, residual, iterations } = await naturalStep(open);
    const found = await search(open, before, step);

    if (found) parameters.set(candidate);
    baseline = open.nextBaseline;
    return {
      ...open.metrics,
      loss: before.loss,
      gradientNorm: norm(gradient),
      cgResidual: residual,
      cgIterations: iterations,
      surrogateGain: found ? before.loss - found.measured.loss : 0,
      kl: found ? found.measured.kl : 0,
      accepted: found ? 1 : 0,
      lineSearchSteps: found ? found.tried : lineSearchSteps,
    };
  };
  return {
    update,
    state: () => (baseline === undefined ? {} : { baseline }),
    close: async () => {
      await surrogate.close();
      await fisher.close();
    },
  };
}
