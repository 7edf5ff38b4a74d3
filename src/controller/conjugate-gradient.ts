import { addScaled, dot } from './vectors.ts';

/** x with A·x ≈ b. */
export interface Solution {
  readonly x: Float32Array;
  /** ‖b − A·x‖ ÷ ‖b‖, by the recurrence; 0 where b is 0. */
  readonly residual: number;
  readonly iterations: number;
}

/**
 * Solves A·x = b for a symmetric positive definite A (Hestenes & Stiefel 1952) that is known only by what it does to a
 * vector. Starts at 0; stops after `iterations`, or when `residual` ≤ `tolerance`, or when rounding leaves no
 * direction of positive curvature. Vectors are float32, sums float64.
 *
 * @param product A·v; the result may be overwritten by the next call, v is not kept.
 */
export async function conjugateGradient(
  product: (v: Float32Array) => Promise<Float32Array>,
  b: Float32Array,
  { iterations, tolerance }: { readonly iterations: number; readonly tolerance: number },
): Promise<Solution> {
  const x = new Float32Array(b.length);
  const remainder = b.slice(); // b − A·x
  const direction = b.slice();
  const start = dot(b, b);
  let squared = start;
  let done = 0;
  while (done < iterations && squared > tolerance ** 2 * start) {
    const image = await product(direction);
    const curvature = dot(direction, image);
    if (!(curvature > 0)) break;
    const length = squared / curvature;
    const left = advance(x, remainder, length, direction, image);
    addScaled(direction, remainder, left / squared, direction);
    squared = left;
    done++;
  }
  return { x, residual: start === 0 ? 0 : Math.sqrt(squared / start), iterations: done };
}

/** x ← x + length · direction, remainder ← remainder − length · image, in one pass; the remainder's squared norm. */
function advance(
  x: Float32Array,
  remainder: Float32Array,
  length: number,
  direction: Float32Array,
  image: Float32Array,
): number {
  let squared = 0;
  for (let i = 0; i < x.length; i++) {
    x[i] = (x[i] as number) + length * (direction[i] as number);
    const left = (remainder[i] as number) - length * (image[i] as number);
    remainder[i] = left;
    squared += left * left;
  }
  return squared;
}
