import { type Stream, stream } from '../random/index.ts';
import { initialParameters, type PolicyShape, parameterSpecs, type TokenSpace } from './shape.ts';
import { encodeStrings } from './strings.ts';

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
  const hidden = hiddenTokens(space, seed);
  return (tokens) => tokens.filter((token, t) => token === hidden[t]).length / hidden.length;
}

function hiddenTokens(space: TokenSpace, seed: number): readonly number[] {
  const random: Stream = stream(seed, 'hidden string');
  return space.vocabularies.map((size) => random.integer(size));
}

/**
 * Strings that share half of their tokens, rounded down, with the hidden string of this seed, each at places of its own:
 * known to be good, as the rules of a warm start are.
 */
export function relatives(space: TokenSpace, seed: number, count: number): readonly (readonly number[])[] {
  const random: Stream = stream(seed, 'relatives');
  const hidden = hiddenTokens(space, seed);
  return Array.from({ length: count }, () => {
    const kept = new Set([...random.permutation(hidden.length)].slice(0, Math.floor(hidden.length / 2)));
    return hidden.map((token, t) => {
      const size = space.vocabularies[t] as number;
      return kept.has(t) ? token : (token + 1 + random.integer(size - 1)) % size;
    });
  });
}

/** Three positions: the second token may not repeat the first, and after a first token 2 only the last third is left. */
export const constrainedSpace: TokenSpace = {
  vocabularies: [3, 4, 2],
  allowed: ([first, second]) => {
    if (first === undefined) return [true, true, true];
    return second === undefined ? [0, 1, 2, 3].map((token) => token !== first) : [first !== 2, true];
  },
};

/** A policy over {@link constrainedSpace} that is small enough for derivatives by differences. */
export const constrainedShape: PolicyShape = {
  vocabularies: constrainedSpace.vocabularies,
  hidden: 5,
  embedding: 4,
};

export const constrainedStrings: readonly (readonly number[])[] = [
  [0, 1, 0],
  [2, 3, 1],
  [0, 2, 1],
];

/** Large enough that the policy is far from uniform. */
export const constrainedParameters: Float32Array = initialParameters(constrainedShape, stream(1)).map(
  (x) => 12 * x,
);

/** The inputs of `policyGraph` for {@link constrainedSpace}. */
export function policyFeeds(
  theta: ArrayLike<number>,
  strings: readonly (readonly number[])[],
): Record<string, ArrayLike<number>> {
  const values = Array.from(theta);
  return {
    ...Object.fromEntries(
      parameterSpecs(constrainedShape).map(({ name, offset, size }) => [
        name,
        values.slice(offset, offset + size),
      ]),
    ),
    ...encodeStrings(constrainedShape, constrainedSpace, strings),
  };
}
