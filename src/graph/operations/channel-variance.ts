import { describeShape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { scalar } from './constant.ts';
import { mean } from './mean.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { sub } from './sub.ts';

export const channelVarianceOperation: Operation = {
  name: 'channelVariance',
  shape: ([x]) => {
    if (x!.shape.length < 2) {
      throw new RangeError(`channelVariance: expected [batch, channels, …], got ${describeShape(x!.shape)}`);
    }
    return [x!.shape[1] as number];
  },
  evaluate: ({ inputs, shape: [channels] }, [x]) => {
    const inner = sizeOf(inputs[0]!.shape.slice(2));
    const count = x!.length / channels!;
    const channelOf = (i: number) => Math.floor(i / inner) % channels!;
    const means = new Float64Array(channels!);
    x!.forEach((value, i) => {
      means[channelOf(i)] = (means[channelOf(i)] as number) + value / count;
    });
    const out = new Float64Array(channels!);
    x!.forEach((value, i) => {
      const deviation = value - (means[channelOf(i)] as number);
      out[channelOf(i)] = (out[channelOf(i)] as number) + (deviation * deviation) / count;
    });
    return out;
  },
  native: {
    kind: 'variance',
    otherwise: {
      kind: 'function',
      text: `
void @(int *failed, const float *x, float *y, int batch, int channels, int inner) {
  (void)failed;
  for (int c = 0; c < channels; c++) {
    double mean = 0, squares = 0;
    for (int n = 0; n < batch; n++) for (int i = 0; i < inner; i++) mean += x[((long)n*channels + c)*inner + i];
    mean /= (double)batch*inner;
    for (int n = 0; n < batch; n++) for (int i = 0; i < inner; i++) {
      const double d = x[((long)n*channels + c)*inner + i] - mean;
      squares += d*d;
    }
    y[c] = (float)(squares / ((double)batch*inner));
  }
}`,
      sizes: ({ inputs: [x] }) => [x!.shape[0]!, x!.shape[1]!, sizeOf(x!.shape.slice(2))],
    },
  },
  // In two passes: E[x²] − E[x]² would lose digits where the mean is large. The centred x is written as the gradient
  // writes it, so that the two share it.
  lower: ({ inputs: [x] }, [name], writer) => {
    const axes = writer.integers(otherAxes(x!));
    const average = (of: string, keepdims: 0 | 1) => {
      const total = writer.node('ReduceSum', [of, axes], { keepdims });
      return writer.node('Mul', [total, writer.floats([(x!.shape[1] as number) / sizeOf(x!.shape)], [])]);
    };
    const centred = writer.node('Sub', [name!, average(name!, 1)]);
    return average(writer.node('Mul', [centred, centred]), 0);
  },
  vjp: ({ inputs }, cotangent) => [
    () => {
      const x = inputs[0]!;
      const slope = mul(cotangent, scalar((2 * (x.shape[1] as number)) / sizeOf(x.shape)));
      return mul(sub(x, channelMeans(x)), alongChannels(slope, x));
    },
  ],
};

/** The mean of each channel of x [batch, channels, …], with axes of length 1. */
export function channelMeans(x: Tensor): Tensor {
  return mean(x, { axes: otherAxes(x), keepDims: true });
}

/** The variance (over n, not n − 1) of each channel of x [batch, channels, …]: [channels]. */
export function channelVariance(x: Tensor): Tensor {
  return createTensor(channelVarianceOperation, [x], {});
}

/** All axes of [batch, channels, …] but that of the channels. */
export function otherAxes(x: Tensor): readonly number[] {
  return x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
}

/** One number a channel, shaped to broadcast over x [batch, channels, …]. */
export function alongChannels(values: Tensor, x: Tensor): Tensor {
  return reshape(values, [x.shape[1] as number, ...x.shape.slice(2).map(() => 1)]);
}
