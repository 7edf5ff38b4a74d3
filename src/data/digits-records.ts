import { stream } from '../random/index.ts';
import type { Dataset } from './dataset.ts';
import { type Normalisation, recordSplit } from './records.ts';

/** Bytes of an example: its label, then 64 pixels of 0…16. */
export const RECORD = 65;
const TRAIN = 1_197;
const VALIDATION = 300;

/** Mean and deviation of the training split's pixels over 16; recomputed by the tests. */
export const DIGITS_NORMALISATION: Normalisation = {
  scale: 16,
  mean: [0.30561021694862156],
  deviation: [0.3761263491271132],
};

/**
 * The handwritten digits (UCI, CC BY 4.0) as a data set: 8×8 grey images, inputs [64]. The original file is ordered by writer, so
 * the examples are shuffled once, by a fixed permutation; the first 1,197 are the training split, the next 300
 * validation, the last 300 test. A browser reads them too.
 *
 * @param bytes The uncompressed file: 1,797 records of one label byte and 64 pixel bytes.
 */
export function digitsOf(bytes: Uint8Array, checksum: string): Dataset {
  const count = bytes.length / RECORD;
  const order = stream(0, 'data', 'digits').permutation(count);
  const part = (start: number, size: number) =>
    recordSplit({
      size,
      record: (index) => {
        const at = (order[start + index] as number) * RECORD;
        return bytes.subarray(at, at + RECORD);
      },
      pixelsPerChannel: 64,
      classes: 10,
      normalisation: DIGITS_NORMALISATION,
    });
  return {
    name: 'digits',
    checksum,
    inputShape: [64],
    classes: 10,
    train: part(0, TRAIN),
    validation: part(TRAIN, VALIDATION),
    test: part(TRAIN + VALIDATION, count - TRAIN - VALIDATION),
  };
}
