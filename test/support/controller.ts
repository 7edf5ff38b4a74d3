import {
  initialParameters,
  type PolicyShape,
  parameterSpecs,
  type TokenSpace,
} from '../../src/controller/shape.ts';
import { encodeStrings } from '../../src/controller/strings.ts';
import { stream } from '../../src/random/index.ts';

export { hiddenString, paperSpace, relatives } from '../../bench/hidden-string.mjs';

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
