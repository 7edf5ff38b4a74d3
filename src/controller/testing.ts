import { type Stream, stream } from '../random/index.ts';
import type { TokenSpace } from './shape.ts';

/** Token strings of the paper's vocabularies (NOS §4.1), without constraints: a bank that grows by one an iteration. */
export function paperSpace(iterations: number): TokenSpace {
  const vocabularies = Array.from({ length: iterations }, (_, i) => [16 + i, 16 + i, 11, 11, 5]).flat();
  return {
    vocabularies,
    allowed: (prefix) => new Array<boolean>(vocabularies[prefix.length] as number).fill(true),
  };
}

/**
 * A synthetic landscape: the reward of a string is the fraction of its tokens that equal a hidden string's. Separable by
 * token, so easy, and cheap: it shows whether a policy learns at all.
 */
export function hiddenString(space: TokenSpace, seed: number): (tokens: readonly number[]) => number {
  const random: Stream = stream(seed, 'hidden string');
  const hidden = space.vocabularies.map((size) => random.integer(size));
  return (tokens) => tokens.filter((token, t) => token === hidden[t]).length / hidden.length;
}
