/** Loops over flat vectors, as `reduce` costs ten times as much on a quarter of a million numbers. Sums are float64. */

export function dot(a: Float32Array, b: Float32Array): number {
  // Two sums side by side: one alone waits for itself.
  let even = 0;
  let odd = 0;
  const pairs = a.length - (a.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    even += (a[i] as number) * (b[i] as number);
    odd += (a[i + 1] as number) * (b[i + 1] as number);
  }
  return pairs < a.length ? even + odd + (a[pairs] as number) * (b[pairs] as number) : even + odd;
}

/** The Euclidean norm. */
export function norm(values: Float32Array): number {
  return Math.sqrt(dot(values, values));
}

/** y ← a + scale · x; y may be a or x. */
export function addScaled(y: Float32Array, a: Float32Array, scale: number, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = (a[i] as number) + scale * (x[i] as number);
}
