import {
  add,
  channelMoments,
  div,
  mul,
  scalar,
  scaleChannels,
  shiftChannels,
  sqrt,
  sub,
  type Tensor,
} from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';

/** Added to the variance (spec: PyTorch's default). */
const EPSILON = 1e-5;
/** Share of a batch in the running averages (PyTorch's default). */
const MOMENTUM = 0.1;

/**
 * Batch normalisation (Ioffe & Szegedy 2015) of each channel of x [batch, channels, …]:
 * weight · (x − mean) / √(variance + 1e-5) + bias. In training the moments are the batch's, and running averages of
 * them (the variance unbiased) are kept in `name.running_mean` and `name.running_var` for evaluation.
 */
export function batchNorm(nn: NetworkBuilder, name: string, x: Tensor): Tensor {
  const channels = x.shape[1];
  if (channels === undefined) {
    throw new RangeError(`batchNorm '${name}': expected [batch, channels, …], got [${x.shape.join(', ')}]`);
  }
  const weight = nn.parameter(`${name}.weight`, [channels], { constant: 1 });
  const bias = nn.parameter(`${name}.bias`, [channels], { constant: 0 });
  const { mean, variance } = moments(nn, name, x, channels);
  const scale = div(weight, sqrt(add(variance, scalar(EPSILON))));
  return shiftChannels(scaleChannels(x, scale), sub(bias, mul(mean, scale)));
}

function moments(nn: NetworkBuilder, name: string, x: Tensor, channels: number) {
  const mean = nn.buffer(`${name}.running_mean`, [channels], 0);
  const variance = nn.buffer(`${name}.running_var`, [channels], 1);
  if (nn.mode === 'evaluation') return { mean, variance };
  const batch = channelMoments(x);
  const count = x.shape.reduce((a, b) => a * b) / channels;
  const unbiased = mul(batch.variance, scalar(count / (count - 1)));
  nn.updateBuffer(`${name}.running_mean`, running(mean, batch.mean));
  nn.updateBuffer(`${name}.running_var`, running(variance, unbiased));
  return batch;
}

function running(average: Tensor, value: Tensor): Tensor {
  return add(mul(average, scalar(1 - MOMENTUM)), mul(value, scalar(MOMENTUM)));
}
