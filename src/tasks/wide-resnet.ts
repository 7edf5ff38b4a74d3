import { add, mean, relu, type Tensor } from '../graph/index.ts';
import { batchNorm, convolution, dense, dropout, heNormal, type NetworkBuilder } from '../nn/index.ts';

export interface WideResnetOptions {
  /** Convolutions and the dense layer, shortcuts apart: 6·n + 4, with n blocks in each of three groups. */
  readonly depth: number;
  /** k: the groups have 16·k, 32·k and 64·k channels. */
  readonly widening: number;
  readonly classes: number;
  /** The probability that an activation between the convolutions of a block is dropped; 0 unless given. */
  readonly dropout?: number;
}

/** Whether a depth is 6·n + 4, with n from 1. */
export function isDepth(depth: number): boolean {
  return Number.isInteger((depth - 4) / 6) && depth >= 10;
}

/**
 * A wide residual network (Zagoruyko & Komodakis 2016): a 3×3 convolution of 16 filters; three groups of blocks
 * BN–ReLU–3×3–BN–ReLU–3×3 with a shortcut around each, the second and the third group at half the resolution of the one
 * before; BN–ReLU, global average pooling, a dense layer. Where a block changes the shape its shortcut is a 1×1
 * convolution of the block's first activation, as in the authors' code, and dropout, if any, comes before the second 3×3;
 * filters start as He et al. (2015) propose.
 *
 * @returns The network: images [batch, channels, height, width] to logits [batch, classes].
 * @throws RangeError for a depth that is not 6·n + 4.
 */
export function wideResnet(options: WideResnetOptions): (builder: NetworkBuilder, images: Tensor) => Tensor {
  const { depth, widening, classes, dropout: rate = 0 } = options;
  if (!isDepth(depth)) throw new RangeError(`depth: expected 6·n + 4 (10, 16, 22, 28, …), got ${depth}`);
  const blocks = (depth - 4) / 6;
  return (nn, images) => {
    let x = filters(nn, 'conv0', images, { channels: 16, kernel: 3 });
    for (const [group, width] of [16, 32, 64].entries()) {
      for (let block = 0; block < blocks; block++) {
        const stride = group > 0 && block === 0 ? 2 : 1;
        x = residual(nn, `group${group}.block${block}`, x, {
          channels: width * widening,
          stride,
          rate,
        });
      }
    }
    const features = mean(activation(nn, 'norm', x), { axes: [2, 3] });
    return dense(nn, 'dense', features, classes);
  };
}

interface BlockOptions {
  readonly channels: number;
  readonly stride: number;
  /** Rate of dropout. */
  readonly rate: number;
}

function residual(nn: NetworkBuilder, name: string, x: Tensor, options: BlockOptions): Tensor {
  const { channels, stride, rate } = options;
  const active = activation(nn, `${name}.norm0`, x);
  const first = filters(nn, `${name}.conv0`, active, { channels, kernel: 3, stride });
  const between = dropout(nn, `${name}.dropout`, activation(nn, `${name}.norm1`, first), rate);
  const second = filters(nn, `${name}.conv1`, between, { channels, kernel: 3 });
  const same = stride === 1 && x.shape[1] === channels;
  return add(same ? x : filters(nn, `${name}.shortcut`, active, { channels, kernel: 1, stride }), second);
}

const activation = (nn: NetworkBuilder, name: string, x: Tensor): Tensor => relu(batchNorm(nn, name, x));

function filters(
  nn: NetworkBuilder,
  name: string,
  x: Tensor,
  options: { readonly channels: number; readonly kernel: number; readonly stride?: number },
): Tensor {
  return convolution(nn, name, x, { ...options, initial: heNormal });
}
