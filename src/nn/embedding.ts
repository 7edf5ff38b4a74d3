import { gatherRows, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import type { Initial } from './initial.ts';

export interface EmbeddingOptions {
  /** Tokens are 0…vocabulary−1. */
  readonly vocabulary: number;
  /** Numbers that stand for a token. */
  readonly features: number;
  /** How they start. Default normal with deviation 1, as PyTorch's. */
  readonly initial?: Initial;
}

/**
 * Tokens [rows] to rows of the trained table `name.weight` [vocabulary, features]: [rows, features]. Tokens are whole numbers,
 * fed as floats; one outside the vocabulary fails at run time.
 */
export function embedding(
  nn: NetworkBuilder,
  name: string,
  tokens: Tensor,
  { vocabulary, features, initial = { normal: 1 } }: EmbeddingOptions,
): Tensor {
  if (tokens.shape.length !== 1) {
    throw new RangeError(`embedding '${name}': expected tokens [rows], got [${tokens.shape.join(', ')}]`);
  }
  const table = nn.parameter(`${name}.weight`, [vocabulary, features], initial, { kind: 'embeddings' });
  return gatherRows(table, tokens);
}
