import type { Batch } from '../../src/nn/index.ts';

/** Numbers in [−1, 1): a hash of the series' number and the position. `fixtures/hashed.py` makes the same. */
export function uniform(series: number, size: number): Float64Array {
  const start = Math.imul(series, 0x9e3779b1);
  return Float64Array.from({ length: size }, (_, i) => {
    let h = (i + start) >>> 0;
    for (const shift of [16, 15, 16]) h = Math.imul(h ^ (h >>> shift), 0x2c1b3c6d) >>> 0;
    return (h >>> 8) / 2 ** 23 - 1;
  });
}

/** Batch k of images: noise around one pattern a class. */
export function hashedImages(
  k: number,
  batch: number,
  shape: readonly number[],
  classes: number,
): Required<Batch> {
  const size = shape.reduce((a, b) => a * b);
  const patterns = uniform(3000, classes * size);
  const labels = uniform(2000 + k, batch).map((x) => Math.floor(((x + 1) * classes) / 2));
  const targets = new Float32Array(batch * classes);
  labels.forEach((label, i) => {
    targets[i * classes + label] = 1;
  });
  const inputs = Float32Array.from(uniform(1000 + k, batch * size), (x, i) => {
    return x + patterns[labels[Math.floor(i / size)]! * size + (i % size)]!;
  });
  return { inputs, targets };
}
