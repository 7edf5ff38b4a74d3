import { foldIn, type Key, threefry2x32 } from '../../random/index.ts';
import type { RandomOperation } from '../language/operation.ts';

/**
 * The random draws of a rule are counter-based: the draw of element i at a step is a function of the node's key, the
 * step and i alone. So they do not depend on the order of evaluation, on the back end, or on how many workers there are;
 * random tensors for a graph back end are made by these functions and fed in. One block of the generator serves the elements 2j
 * and 2j + 1.
 */

/** The key of a random node at one step; `node` is derived from the seed and the node's canonical text. */
export const stepKey = (node: Key, step: number): Key => foldIn(node, step);

/** A random array per step: what is drawn, and the parameters of the operation that draws it. */
export interface Draw {
  readonly distribution: RandomOperation['draw'];
  readonly parameters: readonly number[];
}

/** Fills `out` with the draws of one random node at one step. */
export function fillDraw({ distribution, parameters }: Draw, key: Key, out: Float32Array): void {
  if (distribution === 'normal') fillNormals(key, out);
  else fillMask(key, parameters[0] as number, out);
}

/** Fills `out` with 0, which has the probability p, and 1. */
function fillMask(key: Key, p: number, out: Float32Array): void {
  const threshold = p * 2 ** 32;
  forEachPair(key, out.length, (i, a, b) => {
    out[i] = a < threshold ? 0 : 1;
    out[i + 1] = b < threshold ? 0 : 1;
  });
}

/** Fills `out` with N(0, 1) by Box and Muller, in float64, rounded once. */
function fillNormals(key: Key, out: Float32Array): void {
  forEachPair(key, out.length, (i, a, b) => {
    const radius = Math.sqrt(-2 * Math.log((a + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * b) / 2 ** 32;
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle);
  });
}

/** Calls `write` with 2j and the two words of block j; writes past an array's end are ignored, as in any typed array. */
function forEachPair(key: Key, length: number, write: (i: number, a: number, b: number) => void): void {
  const block = new Uint32Array(2);
  for (let i = 0; i < length; i += 2) {
    threefry2x32(key, i >>> 1, 0, block);
    write(i, block[0] as number, block[1] as number);
  }
}
