/** Loops over flat vectors, as `reduce` costs ten times as much on a quarter of a million numbers. Sums are float64. */

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** The Euclidean norm. */
export function norm(values: Float32Array): number {
  return Math.sqrt(dot(values, values));
}

/** y ← y + scale · x, in place. */
export function addScaled(y: Float32Array, scale: number, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = (y[i] as number) + scale * (x[i] as number);
}

export const average = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / values.length;
