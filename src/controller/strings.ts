import { embeddingRows, logitCount, logitOffsets, type PolicyShape, type TokenSpace } from './shape.ts';

/**
 * Added to the logit of a token that is not allowed (NOS §4.1 says −∞; the exponential of this is 0 all the same, and
 * 0 times it is no NaN).
 */
export const FORBIDDEN = -1e4;

/** The inputs of `policyGraph` apart from the parameters, for a batch of whole strings. */
export function encodeStrings(
  shape: PolicyShape,
  space: TokenSpace,
  strings: readonly (readonly number[])[],
): Record<'previous' | 'mask' | 'chosen', Float32Array> {
  const logits = logitCount(shape);
  const inputs = embeddingRows(shape);
  const offsets = logitOffsets(shape);
  const rows = shape.vocabularies.length * strings.length;
  const previous = new Float32Array(rows * inputs);
  const mask = new Float32Array(rows * logits).fill(FORBIDDEN);
  const chosen = new Float32Array(rows * logits);
  offsets.forEach((offset, t) => {
    strings.forEach((tokens, b) => {
      const row = t * strings.length + b;
      previous[row * inputs + embeddingRow(offsets, tokens, t)] = 1;
      chosen[row * logits + offset + (tokens[t] as number)] = 1;
      space.allowed(tokens.slice(0, t)).forEach((allowed, token) => {
        if (allowed) mask[row * logits + offset + token] = 0;
      });
    });
  });
  return { previous, mask, chosen };
}

/** The row of `embedding` that is fed at position t: the start symbol's, or the token's before it. */
export function embeddingRow(offsets: readonly number[], tokens: readonly number[], t: number): number {
  return t === 0 ? 0 : 1 + (offsets[t - 1] as number) + (tokens[t - 1] as number);
}
