/**
 * Google's neural machine translation network (Wu et al. 2016, §3), as NOS §5.3 trains it: an encoder whose first LSTM layer reads
 * both ways, a decoder, and one attention network between them; residual connections from the third layer on.
 *
 * Sequences run time-major inside: row t·batch + b is step t of sentence b. Padding is token 0.
 */
import {
  add,
  concat,
  heaviside,
  matmul,
  mul,
  reshape,
  scalar,
  slice,
  softmax,
  sub,
  type Tensor,
  tanh,
  transpose,
} from '../../graph/index.ts';
import {
  dense,
  embedding,
  type Initial,
  type LstmState,
  lstm,
  lstmCell,
  type NetworkBuilder,
  sequenceDropout,
  unroll,
} from '../../nn/index.ts';

export interface GnmtSizes {
  /** LSTM layers of the encoder, and of the decoder. */
  readonly layers: number;
  /** Units of every layer, numbers that stand for a token, and units of the attention network. */
  readonly width: number;
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  /** Tokens of a padded source sentence, its end counted. */
  readonly sourceLength: number;
  /** Tokens of a padded target sentence, its end counted. */
  readonly targetLength: number;
  /**
   * Rate of dropout, in training, of what every layer reads, the same in every step of a sentence; the attention's context is
   * whole for the decoder's first layer. Default 0.
   */
  readonly dropout?: number;
}

/** Sizes of a network for two languages with as many symbols, and sentences of the same length. */
export interface EvenSizes extends Pick<GnmtSizes, 'layers' | 'width' | 'dropout'> {
  /** Symbols of each language. */
  readonly vocabulary: number;
  /** Tokens of a padded sentence, its end counted. */
  readonly length: number;
}

export function evenSizes({ vocabulary, length, ...rest }: EvenSizes): GnmtSizes {
  return {
    ...rest,
    sourceVocabulary: vocabulary,
    targetVocabulary: vocabulary,
    sourceLength: length,
    targetLength: length,
  };
}

/** What the decoder sees of a source sentence. */
export interface Memory {
  /** [batch, source length, features]: the top encoder layer's outputs. */
  readonly values: Tensor;
  /** [batch, source length, width]: what they give to the attention network's hidden layer, its bias included. */
  readonly keys: Tensor;
  /** [batch, source length]: 0, and hugely negative where the sentence is padded. */
  readonly bias: Tensor;
}

/**
 * tensorflow/nmt's ±0.1 at its 512 units, and at another width what adds up to as much in a unit: with ±0.1 a layer of 128 says so
 * little that attention takes thousands of steps to begin.
 */
const initialOf = ({ width }: GnmtSizes): Initial => ({ uniform: 0.1 * Math.sqrt(512 / width) });

/** Features of the encoder's outputs: a single layer reads both ways. */
export const memoryWidth = ({ layers, width }: GnmtSizes): number => (layers === 1 ? 2 * width : width);

/** Source tokens [batch, length], padded at the end, to what the decoder sees. */
export function encode(nn: NetworkBuilder, source: Tensor, sizes: GnmtSizes): Memory {
  const { layers, width, sourceVocabulary: vocabulary } = sizes;
  const [batch, steps] = source.shape as readonly [number, number];
  const tokens = timeMajor(source);
  const mask = heaviside(tokens);
  const initial = initialOf(sizes);
  const layer = { hidden: width, steps, initial };
  const dropped = (i: number, x: Tensor) =>
    sequenceDropout(nn, `encoder${i}`, x, { batch, rate: sizes.dropout ?? 0 });
  const words = dropped(0, embedding(nn, 'source', tokens, { vocabulary, features: width, initial }));
  let x = concat(
    [
      lstm(nn, 'encoder0', words, layer),
      lstm(nn, 'encoder0.reverse', words, { ...layer, mask, reverse: true }),
    ],
    1,
  );
  for (let i = 1; i < layers; i++) {
    const y = lstm(nn, `encoder${i}`, dropped(i, x), layer);
    x = i < 2 ? y : add(x, y);
  }
  const keys = dense(nn, 'attention.keys', x, width);
  return {
    values: batchMajor(x, batch),
    keys: batchMajor(keys, batch),
    bias: mul(sub(heaviside(source), scalar(1)), scalar(1e9)),
  };
}

export interface Decoded {
  /** [steps·batch, target vocabulary]. */
  readonly logits: Tensor;
  /** State of every layer after the last step. */
  readonly states: readonly LstmState[];
  /** [batch, source length]: where the last step looked; sums to 1 a row. */
  readonly attention: Tensor;
}

/**
 * Target tokens [batch, steps] (each what was said before) to what may come next. Every layer sees the attention's
 * context, which the bottom layer's output of the step before asks for.
 *
 * @param before The layers' states; left out: zeros, as at a sentence's beginning.
 */
export function decode(
  nn: NetworkBuilder,
  target: Tensor,
  memory: Memory,
  sizes: GnmtSizes,
  before: readonly LstmState[] = [],
): Decoded {
  const { layers, width, targetVocabulary: vocabulary } = sizes;
  const [batch, steps] = target.shape as readonly [number, number];
  const dropped = (i: number, x: Tensor) =>
    sequenceDropout(nn, `decoder${i}`, x, { batch, rate: sizes.dropout ?? 0 });
  const initial = initialOf(sizes);
  const said = embedding(nn, 'target', timeMajor(target), { vocabulary, features: width, initial });
  const words = dropped(0, said);
  const inputs = width + memoryWidth(sizes);
  const cells = Array.from({ length: layers }, (_, i) =>
    lstmCell(nn, `decoder${i}`, { inputs, hidden: width, initial }),
  );
  const look = attend(nn, memory, sizes);
  const [bottom, ...upper] = cells as [(typeof cells)[0], ...typeof cells];
  const outputs: Tensor[] = [];
  const contexts: Tensor[] = [];
  let state = before[0];
  let attention = memory.bias;
  for (let t = 0; t < steps; t++) {
    const seen = look(state?.output);
    attention = seen.attention;
    contexts.push(seen.context);
    const word = slice(words, 0, t * batch, (t + 1) * batch);
    state = bottom.step(bottom.project(concat([word, seen.context], 1)), state);
    outputs.push(state.output);
  }
  const states = [state as LstmState];
  const context = concat(contexts, 0);
  let x = concat(outputs, 0);
  for (const [i, cell] of upper.entries()) {
    const y = unroll(cell, cell.project(dropped(i + 1, concat([x, context], 1))), {
      steps,
      before: before[i + 1],
    });
    states.push(y.state);
    x = i < 1 ? y.outputs : add(x, y.outputs);
  }
  return { logits: dense(nn, 'output', x, vocabulary), states, attention };
}

/** The attention network (Bahdanau et al. 2015): one hidden layer of tanh over what is asked and what is there. */
function attend(nn: NetworkBuilder, { values, keys, bias }: Memory, sizes: GnmtSizes) {
  const { width } = sizes;
  const initial = initialOf(sizes);
  const [batch, length, features] = values.shape as readonly [number, number, number];
  const queryWeights = nn.parameter('attention.query', [width, width], initial);
  const scoreWeights = nn.parameter('attention.score', [width, 1], initial);
  return (asking: Tensor | undefined): { readonly context: Tensor; readonly attention: Tensor } => {
    const query = asking && reshape(matmul(asking, queryWeights), [batch, 1, width]);
    const hidden = tanh(query ? add(keys, query) : keys);
    const scores = matmul(reshape(hidden, [batch * length, width]), scoreWeights);
    const attention = softmax(add(reshape(scores, [batch, length]), bias));
    const context = matmul(reshape(attention, [batch, 1, length]), values);
    return { context: reshape(context, [batch, features]), attention };
  };
}

/** [batch, steps] to [steps·batch]. */
export function timeMajor(x: Tensor): Tensor {
  const [batch, steps] = x.shape as readonly [number, number];
  return reshape(transpose(x, [1, 0]), [steps * batch]);
}

/** [steps·batch, features] to [batch, steps, features]. */
function batchMajor(x: Tensor, batch: number): Tensor {
  const [rows, features] = x.shape as readonly [number, number];
  return transpose(reshape(x, [rows / batch, batch, features]), [1, 0, 2]);
}
