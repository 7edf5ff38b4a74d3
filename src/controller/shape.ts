import type { Stream } from '../random/index.ts';

/**
 * The strings that a policy writes, as the controller sees them: a vocabulary per position, and which tokens may follow
 * a prefix. `search/` makes one of a space of rules; any other set of token strings of one length will do.
 */
export interface TokenSpace {
  /** Number of tokens at each position. */
  readonly vocabularies: readonly number[];
  /** One boolean per token of the next position; at least one is true. */
  readonly allowed: (prefix: readonly number[]) => readonly boolean[];
}

/** The sizes that fix a policy's parameters. NOS §4.2: hidden 150; the embedding is our reading. */
export interface PolicyShape {
  readonly vocabularies: readonly number[];
  readonly hidden: number;
  readonly embedding: number;
}

/** Where one parameter lies in the flat vector of all. */
export interface ParameterSpec {
  readonly name: ParameterName;
  readonly shape: readonly [number] | readonly [number, number];
  readonly offset: number;
  readonly size: number;
}

export type ParameterName =
  | 'embedding'
  | 'inputWeights'
  | 'recurrentWeights'
  | 'gateBias'
  | 'headWeights'
  | 'headBias';

/** NOS §4.2: initial weights are uniform in [−0.08, 0.08]. */
export const INITIAL_RANGE = 0.08;

/**
 * The parameters, in their order in the flat vector.
 *
 * - `embedding` [1 + tokens, embedding]: row 0 is the start symbol, then every token of every position but the last;
 * - `inputWeights` [embedding, 4·hidden], `recurrentWeights` [hidden, 4·hidden], `gateBias` [4·hidden]: gates in the order
 *   input, forget, output, candidate;
 * - `headWeights` [hidden, logits], `headBias` [logits]: the softmaxes of all positions side by side, each position's own
 *   columns starting at {@link logitOffsets}.
 */
export function parameterSpecs(shape: PolicyShape): readonly ParameterSpec[] {
  const { hidden, embedding } = shape;
  const sizes: readonly (readonly [ParameterName, ParameterSpec['shape']])[] = [
    ['embedding', [embeddingRows(shape), embedding]],
    ['inputWeights', [embedding, 4 * hidden]],
    ['recurrentWeights', [hidden, 4 * hidden]],
    ['gateBias', [4 * hidden]],
    ['headWeights', [hidden, logitCount(shape)]],
    ['headBias', [logitCount(shape)]],
  ];
  let offset = 0;
  return sizes.map(([name, parameterShape]) => {
    const size = parameterShape.reduce((product, n) => product * n, 1);
    offset += size;
    return { name, shape: parameterShape, offset: offset - size, size };
  });
}

/** The length of the flat vector. */
export function parameterCount(shape: PolicyShape): number {
  return parameterSpecs(shape).reduce((sum, { size }) => sum + size, 0);
}

/** Initial parameters, flat (NOS §4.2). */
export function initialParameters(shape: PolicyShape, random: Stream): Float32Array {
  return Float32Array.from(
    { length: parameterCount(shape) },
    () => INITIAL_RANGE * (2 * random.uniform() - 1),
  );
}

/** Views of a flat vector, one per parameter, under the parameters' names with `prefix` before them. */
export function parameterViews(
  shape: PolicyShape,
  flat: Float32Array,
  prefix = '',
): Record<string, Float32Array> {
  return Object.fromEntries(
    parameterSpecs(shape).map(({ name, offset, size }) => [
      `${prefix}${name}`,
      flat.subarray(offset, offset + size),
    ]),
  );
}

/** Where each position's logits start in the row of all logits. */
export function logitOffsets({ vocabularies }: PolicyShape): readonly number[] {
  let end = 0;
  return vocabularies.map((size) => {
    end += size;
    return end - size;
  });
}

/** The length of the row of all positions' logits. */
export function logitCount({ vocabularies }: PolicyShape): number {
  return vocabularies.reduce((sum, size) => sum + size, 0);
}

/** Rows of `embedding`: what can be fed to the LSTM. The last token is fed to nobody. */
export function embeddingRows(shape: PolicyShape): number {
  return 1 + logitCount(shape) - (shape.vocabularies.at(-1) as number);
}
