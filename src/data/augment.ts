import type { Stream } from '../random/index.ts';

/**
 * Moves every image of a batch by up to `margin` pixels either way, down and across, and mirrors half of them, as
 * Zagoruyko & Komodakis (2016) do on CIFAR-10: a random crop of the image padded by its own reflection, and a random
 * horizontal flip. In place.
 *
 * @param images [batch, channels, height, width], flat.
 * @param shape [channels, height, width]; `margin` is less than height and width.
 */
export function cropAndFlip(
  images: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  margin: number,
  random: Stream,
): void {
  const size = channels * height * width;
  const source = new Float32Array(size);
  for (let start = 0; start < images.length; start += size) {
    const rows = reflected(height, random.integer(2 * margin + 1) - margin);
    const columns = reflected(width, random.integer(2 * margin + 1) - margin);
    if (random.integer(2) === 1) columns.reverse();
    source.set(images.subarray(start, start + size));
    let at = start;
    for (let channel = 0; channel < channels; channel++) {
      for (const row of rows) {
        const from = (channel * height + row) * width;
        for (const column of columns) images[at++] = source[from + column] as number;
      }
    }
  }
}

/** Where each of `size` pixels comes from when an image moves by `shift`; beyond its edge the image is mirrored. */
function reflected(size: number, shift: number): number[] {
  return Array.from({ length: size }, (_, i) => {
    const at = Math.abs(i + shift);
    return at < size ? at : 2 * (size - 1) - at;
  });
}
