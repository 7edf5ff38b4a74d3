/**
 * What TRPO, trpo-adam and PPO share: an objective of importance ratios, written by each of them, and the policy that a
 * batch of strings is compared with.
 *
 * Three policies take part in an update. μ wrote the strings, some updates ago where batches are in flight; p₀ is the
 * policy as the update finds it; p is the one it looks for. Ratios and the KL divergence compare p with p₀, token by
 * token, so that a trust region bounds what *this* update changes:
 *
 *     ratio  = p(token | prefix) ÷ p₀(token | prefix)
 *     KL     = mean over the batch's prefixes of KL(p₀(· | prefix) ‖ p(· | prefix)), nats per token
 *
 * The way from μ to p₀ is corrected once for each string, by its importance weight, cut off at `LARGEST_WEIGHT`: the
 * objective takes w·A for A. But for the cut, its gradient at p₀ is that of the mean reward of p₀'s own strings.
 *
 *     w      = min(p₀(string) ÷ μ(string), LARGEST_WEIGHT)         1 with one batch in flight
 *
 * So it is in "decoupled" PPO (Hilton et al. 2021).
 */
import {
  add,
  exp,
  input,
  mean,
  mul,
  neg,
  reshape,
  SessionCache,
  sub,
  sum,
  type Tensor,
} from '../graph/index.ts';
import { mean as average } from '../statistics/index.ts';
import { advantagesOf, distinctShare } from './advantages.ts';
import type { Policy, ScoredSample } from './algorithm.ts';
import { type Parameters, parameterGradients, policyGraph } from './lstm.ts';
import { type PolicyShape, parameterViews } from './shape.ts';
import { encodeStrings } from './strings.ts';

/**
 * Importance weights are clipped as in V-trace (Espeholt et al. 2018): a string that the policy has come to prefer counts once, one that it has left
 * counts less. Larger limits would let single strings outweigh their batch.
 */
export const LARGEST_WEIGHT = 1;

/** What an objective is written with. */
export interface RatioGraph {
  /** p ÷ p₀ of each string's tokens, [positions, batch]. */
  readonly ratio: Tensor;
  /** w·A, [batch]. */
  readonly advantages: Tensor;
}

/** A mean over strings and positions, to be maximised: `mean(mul(ratio, advantages))` is TRPO's. */
export type Objective = (graph: RatioGraph) => Tensor;

/**
 * Loss = −(objective + entropyWeight · mean entropy), and how far p is from p₀. Inputs: those of `policyGraph`, `before`
 * [rows, logits] (log p₀ of every token), `advantages` [batch] and `entropyWeight`, a scalar. `loss` and `kl` are scalars,
 * `ratio` is [positions, batch].
 */
export function surrogateGraph(
  shape: PolicyShape,
  batch: number,
  objective: Objective,
): Readonly<Record<'loss' | 'kl' | 'ratio', Tensor>> & { readonly parameters: Parameters } {
  const policy = policyGraph(shape, batch);
  const before = input('before', policy.logProbabilities.shape);
  const change = sub(policy.logProbabilities, before);
  const own = sum(mul(change, input('chosen', before.shape)), { axes: [1] });
  const ratio = exp(reshape(own, [shape.vocabularies.length, batch]));
  const bonus = mul(input('entropyWeight', []), policy.entropy);
  return {
    parameters: policy.parameters,
    ratio,
    loss: neg(add(objective({ ratio, advantages: input('advantages', [batch]) }), bonus)),
    kl: neg(mean(sum(mul(exp(before), change), { axes: [1] }))),
  };
}

/** A batch as an update finds it. */
export interface OpenBatch {
  readonly size: number;
  /** The inputs of `surrogateGraph` apart from the parameters. */
  readonly inputs: Readonly<
    Record<'previous' | 'mask' | 'chosen' | 'before' | 'advantages' | 'entropyWeight', Float32Array>
  >;
  readonly nextBaseline: number;
  /** Those that every algorithm logs, before its step. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Where an update may go, seen from where it starts. */
export interface Measured {
  readonly loss: number;
  /** Nats per token; NaN or infinite where the parameters are no policy. */
  readonly kl: number;
  /** p ÷ p₀ of each string's tokens, position-major. */
  readonly ratios: Float32Array;
}

/** The sessions of one policy and objective. Calls must not overlap. */
export class Surrogate {
  readonly #policy: Policy;
  readonly #before: SessionCache;
  readonly #values: SessionCache;
  readonly #gradients: SessionCache;

  constructor(policy: Policy, objective: Objective) {
    const { shape } = policy;
    this.#policy = policy;
    this.#before = new SessionCache((batch) => {
      const { logProbabilities, chosen, entropy } = policyGraph(shape, batch);
      const perString = sum(reshape(chosen, [shape.vocabularies.length, batch]), { axes: [0] });
      return { logProbabilities, perString, entropy };
    });
    this.#values = new SessionCache((batch) => {
      const { loss, kl, ratio } = surrogateGraph(shape, batch, objective);
      return { loss, kl, ratio };
    });
    this.#gradients = new SessionCache((batch) => {
      const { loss, kl, ratio, parameters } = surrogateGraph(shape, batch, objective);
      return { loss, kl, ratio, ...parameterGradients(parameters, loss) };
    });
  }

  /** Compares a batch with the policy as it is now: p₀, advantages, importance weights. */
  async open(
    batch: readonly ScoredSample[],
    baseline: number | undefined,
    options: { readonly baselineDecay: number; readonly entropyWeight: number },
    entropyFactor: number,
  ): Promise<OpenBatch> {
    const { shape, space, parameters } = this.#policy;
    const strings = encodeStrings(
      shape,
      space,
      batch.map(({ tokens }) => tokens),
    );
    const session = await this.#before.of(batch.length);
    const now = (await session.run({ ...parameterViews(shape, parameters), ...strings })) as Record<
      'logProbabilities' | 'perString' | 'entropy',
      Float32Array
    >;
    const lag = batch.map(({ logProbability }, b) => logProbability - (now.perString[b] as number));
    const weights = lag.map((nats) => Math.min(Math.exp(-nats), LARGEST_WEIGHT));
    const entropyWeight = options.entropyWeight * entropyFactor;
    const { advantages, nextBaseline, metrics } = advantagesOf(batch, baseline, options.baselineDecay);
    return {
      size: batch.length,
      inputs: {
        ...strings,
        before: now.logProbabilities,
        advantages: Float32Array.from(advantages, (a, b) => a * (weights[b] as number)),
        entropyWeight: Float32Array.of(entropyWeight),
      },
      nextBaseline,
      metrics: {
        ...metrics,
        entropyWeight,
        entropy: now.entropy[0] as number,
        policyLag: average(lag) / shape.vocabularies.length,
        weightMean: average(weights),
        distinctShare: distinctShare(batch),
      },
    };
  }

  async measure({ size, inputs }: OpenBatch, parameters: Float32Array): Promise<Measured> {
    const session = await this.#values.of(size);
    return measuredOf(await session.run({ ...parameterViews(this.#policy.shape, parameters), ...inputs }));
  }

  /** Measures, and writes ∂loss/∂parameters into `gradient`. The loss may differ from `measure`'s in its last bits. */
  async differentiate(
    { size, inputs }: OpenBatch,
    parameters: Float32Array,
    gradient: Float32Array,
  ): Promise<Measured> {
    const { shape } = this.#policy;
    const session = await this.#gradients.of(size);
    const found = await session.run(
      { ...parameterViews(shape, parameters), ...inputs },
      parameterViews(shape, gradient, 'gradient of '),
    );
    return measuredOf(found);
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    for (const sessions of [this.#before, this.#values, this.#gradients]) await sessions.close();
  }
}

function measuredOf(results: Readonly<Record<string, Float32Array>>): Measured {
  const { loss, kl, ratio } = results as Record<'loss' | 'kl' | 'ratio', Float32Array>;
  return { loss: loss[0] as number, kl: kl[0] as number, ratios: ratio };
}
