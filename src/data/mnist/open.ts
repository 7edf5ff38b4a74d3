import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import type { Dataset, Split } from '../dataset.ts';
import type { PublishedFiles } from '../published/manifest.ts';
import { verifyPublished } from '../published/verify.ts';
import { type Normalisation, recordSplit } from '../records.ts';
import { FASHION_MNIST, fileName, MNIST, type MnistPart } from './manifest.ts';

const CLASSES = 10;
const PIXELS = 28 * 28;
/** Training images, from the last on, that are the validation split. */
const VALIDATION = 5_000;

/** Mean and deviation of the first 55,000 training images' pixels over 255, as `measureNormalisation` gives them. */
const MNIST_NORMALISATION: Normalisation = {
  scale: 255,
  mean: [0.1307167506093347],
  deviation: [0.3081966416527278],
};
const FASHION_MNIST_NORMALISATION: Normalisation = {
  scale: 255,
  mean: [0.2858173055585869],
  deviation: [0.35293720626136393],
};

interface Directory {
  /** The data directory; the files lie in its folder of the data set's name. */
  readonly directory: string;
}

/**
 * MNIST: handwritten digits, inputs [784]. Training split: the first 55,000 training images; validation: the last 5,000; test: the
 * 10,000 test images.
 *
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export function openMnist({ directory }: Directory): Promise<Dataset> {
  return openIdx({ directory, published: MNIST, normalisation: MNIST_NORMALISATION });
}

/** Fashion-MNIST: articles of clothing, in the form and the splits of MNIST. @throws as {@link openMnist}. */
export function openFashionMnist({ directory }: Directory): Promise<Dataset> {
  return openIdx({ directory, published: FASHION_MNIST, normalisation: FASHION_MNIST_NORMALISATION });
}

export interface OpenIdxOptions extends Directory {
  /** MNIST, Fashion-MNIST, or what has their form. */
  readonly published: PublishedFiles;
  readonly normalisation: Normalisation;
  /** Training images, from the last on, that are the validation split; 5,000 unless given. */
  readonly validationExamples?: number;
}

/** @throws NosError `data-missing` or `data-corrupt`. */
export async function openIdx(options: OpenIdxOptions): Promise<Dataset> {
  const { directory, published, normalisation, validationExamples = VALIDATION } = options;
  const folder = join(directory, published.name);
  const checksum = await verifyPublished(folder, published);
  const read = async (part: MnistPart): Promise<Uint8Array> =>
    readIdx(join(folder, fileName(part)), published.name);
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    (['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const).map(read),
  );
  const training = recordsOf(trainImages as Uint8Array, trainLabels as Uint8Array);
  const test = recordsOf(testImages as Uint8Array, testLabels as Uint8Array);
  const train = training.size - validationExamples;
  const part = (records: Records, start: number, size: number): Split =>
    recordSplit({
      size,
      record: (index) => records.record(start + index),
      pixelsPerChannel: PIXELS,
      classes: CLASSES,
      normalisation,
    });
  return {
    name: published.name,
    checksum,
    inputShape: [PIXELS],
    classes: CLASSES,
    train: part(training, 0, train),
    validation: part(training, train, validationExamples),
    test: part(test, 0, test.size),
  };
}

/** The body of an IDX file of bytes: two zeros, the type 8, the number of axes, their lengths as 32-bit integers, the values. */
async function readIdx(path: string, name: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  const axes = bytes[3] ?? 0;
  const start = 4 + 4 * axes;
  const lengths = Array.from({ length: axes }, (_, i) =>
    bytes.length < start ? 0 : bytes.readUInt32BE(4 + 4 * i),
  );
  const size = lengths.reduce((product, n) => product * n, 1);
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0 && bytes[2] === 8 && bytes.length === start + size) {
    return bytes.subarray(start);
  }
  throw new NosError(
    'data-corrupt',
    `${path}: not an IDX file of bytes`,
    `fetch it again: \`nos data fetch ${name}\``,
  );
}

interface Records {
  readonly size: number;
  /** A label byte and the pixels; overwritten by the next call, so that the images are in memory once. */
  record(index: number): Uint8Array;
}

function recordsOf(images: Uint8Array, labels: Uint8Array): Records {
  const record = new Uint8Array(1 + PIXELS);
  return {
    size: labels.length,
    record: (index) => {
      record[0] = labels[index] as number;
      record.set(images.subarray(index * PIXELS, (index + 1) * PIXELS), 1);
      return record;
    },
  };
}
