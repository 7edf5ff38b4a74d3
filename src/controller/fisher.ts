import { add, exp, input, jvp, mul, type SessionCache, scalar, type Tensor, vjp } from '../graph/index.ts';
import { policyGraph } from './lstm.ts';
import { type PolicyShape, parameterSpecs, parameterViews } from './shape.ts';

/**
 * (F + damping · 1)·v for the Fisher information F of the policy, without the matrix. F is the Hessian of the mean KL divergence per
 * token at the parameters where it is 0: with ℓ = log p of all tokens [rows, logits] and J = ∂ℓ/∂parameters,
 *
 *     F·v = Jᵀ · diag(p ÷ rows) · J · v                            (E[∇ℓ·∇ℓᵀ] over the policy's own tokens)
 *
 * one product J·v forward, one Jᵀ·w backward. Inputs: the parameters, `previous` and `mask` of `policyGraph`, `direction
 * of …` for every parameter and `damping`, a scalar. Outputs: `product of …`.
 */
export function fisherGraph(shape: PolicyShape, batch: number): Record<string, Tensor> {
  const { parameters, logProbabilities } = policyGraph(shape, batch);
  const wrt = Object.values(parameters);
  const direction = parameterSpecs(shape).map(({ name, shape }) => input(`direction of ${name}`, shape));
  const [change] = jvp([logProbabilities], wrt, direction) as [Tensor];
  const rows = logProbabilities.shape[0] as number;
  const weighted = mul(mul(exp(logProbabilities), change), scalar(1 / rows));
  const products = vjp([logProbabilities], [weighted], wrt);
  const damped = direction.map((v, i) => add(products[i] as Tensor, mul(input('damping', []), v)));
  return Object.fromEntries(
    Object.keys(parameters).map((name, i) => [`product of ${name}`, damped[i] as Tensor]),
  );
}

/**
 * (F + damping · 1)·v at the parameters, as a function of v. The array it gives is overwritten by its next call.
 *
 * @param sessions Of {@link fisherGraph}.
 * @param inputs `previous` and `mask` of a batch of `batch` strings.
 */
export async function dampedFisher(
  sessions: SessionCache,
  shape: PolicyShape,
  parameters: Float32Array,
  batch: number,
  inputs: Readonly<Record<'previous' | 'mask', Float32Array>>,
  damping: number,
): Promise<(v: Float32Array) => Promise<Float32Array>> {
  const session = await sessions.of(batch);
  const { previous, mask } = inputs;
  const fixed = {
    ...parameterViews(shape, parameters),
    previous,
    mask,
    damping: Float32Array.of(damping),
  };
  const product = new Float32Array(parameters.length);
  return async (v) => {
    const feeds = { ...fixed, ...parameterViews(shape, v, 'direction of ') };
    await session.run(feeds, parameterViews(shape, product, 'product of '));
    return product;
  };
}
