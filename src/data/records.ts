import type { Split } from './dataset.ts';

/** Makes inputs of bytes, channel by channel: (byte / scale − mean) / deviation. */
export interface Normalisation {
  /** The byte that stands for 1. */
  readonly scale: number;
  /** The mean of each channel over the training split, after division by `scale`. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, over the same. */
  readonly deviation: readonly number[];
}

/**
 * A split over byte records: one label byte, then the pixels of each channel, plane after plane.
 *
 * @param record gives the bytes of example `index`; called for indices 0…size−1 only.
 */
export function recordSplit(options: {
  readonly size: number;
  readonly record: (index: number) => Uint8Array;
  readonly pixelsPerChannel: number;
  readonly classes: number;
  readonly normalisation: Normalisation;
}): Split {
  const { size, record, pixelsPerChannel, classes } = options;
  const tables = normalisationTables(options.normalisation);
  const values = tables.length * pixelsPerChannel;

  const fill = (indices: ArrayLike<number>, inputs: Float32Array, targets: Float32Array): void => {
    checkRoom('inputs', inputs, indices.length * values);
    checkRoom('targets', targets, indices.length * classes);
    targets.fill(0, 0, indices.length * classes);
    for (let i = 0; i < indices.length; i++) {
      const bytes = record(checkIndex(indices[i] as number, size));
      targets[i * classes + (bytes[0] as number)] = 1;
      fillPixels(bytes, tables, pixelsPerChannel, inputs, i * values);
    }
  };
  return { size, fill };
}

/** The float32 input of each of the 256 bytes, for every channel: a look-up is cheaper than the arithmetic. */
export function normalisationTables({ scale, mean, deviation }: Normalisation): readonly Float32Array[] {
  return mean.map((center, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / scale - center) / (deviation[channel] as number)),
  );
}

function fillPixels(
  bytes: Uint8Array,
  tables: readonly Float32Array[],
  pixels: number,
  out: Float32Array,
  start: number,
): void {
  for (let channel = 0; channel < tables.length; channel++) {
    const table = tables[channel] as Float32Array;
    const from = 1 + channel * pixels;
    const to = start + channel * pixels;
    for (let i = 0; i < pixels; i++) out[to + i] = table[bytes[from + i] as number] as number;
  }
}

function checkIndex(index: number, size: number): number {
  if (Number.isInteger(index) && index >= 0 && index < size) return index;
  throw new RangeError(`example ${index}: expected an index from 0 to ${size - 1}`);
}

function checkRoom(name: string, array: Float32Array, needed: number): void {
  if (array.length < needed) {
    throw new RangeError(`${name}: expected room for ${needed} numbers, got ${array.length}`);
  }
}

/** Mean and population standard deviation per channel over records; how the stored constants were made. */
export function measureNormalisation(
  records: Iterable<Uint8Array>,
  channels: number,
  scale: number,
): Normalisation {
  const histograms = Array.from({ length: channels }, () => new Float64Array(256));
  for (const bytes of records) {
    const pixels = (bytes.length - 1) / channels;
    histograms.forEach((histogram, channel) => {
      const end = 1 + (channel + 1) * pixels;
      for (let i = end - pixels; i < end; i++) (histogram[bytes[i] as number] as number)++;
    });
  }
  const moments = histograms.map((histogram) => histogramMoments(histogram, scale));
  return {
    scale,
    mean: moments.map(({ mean }) => mean),
    deviation: moments.map(({ deviation }) => deviation),
  };
}

function histogramMoments(histogram: Float64Array, scale: number): { mean: number; deviation: number } {
  const count = histogram.reduce((sum, n) => sum + n, 0);
  const mean = histogram.reduce((sum, n, byte) => sum + n * (byte / scale), 0) / count;
  const variance = histogram.reduce((sum, n, byte) => sum + n * (byte / scale - mean) ** 2, 0) / count;
  return { mean, deviation: Math.sqrt(variance) };
}
