import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, Split } from '../dataset.ts';
import type { PublishedFiles } from '../published/manifest.ts';
import { verifyPublished } from '../published/verify.ts';
import { type Normalisation, recordSplit } from '../records.ts';
import { CIFAR10, CIFAR10_CLASSES, CIFAR10_PIXELS, CIFAR10_RECORD, type Cifar10Files } from './manifest.ts';

/** Mean and deviation per channel of the 45,000 training examples' pixels over 255; recomputed by the tests. */
export const CIFAR10_NORMALISATION: Normalisation = {
  scale: 255,
  mean: [0.4915491288807192, 0.48212509778390505, 0.4464267787479572],
  deviation: [0.24715214046453254, 0.24367543755644466, 0.2617345442957861],
};

export interface OpenCifar10Options {
  /** The data directory; the record files lie in its folder `cifar10`. */
  readonly directory: string;
  readonly files?: Cifar10Files;
}

/**
 * Opens CIFAR-10: inputs [3, 32, 32]. Training split: the first 45,000 training images; validation: the last 5,000; test: the
 * 10,000 test images (docs: "The paper and our reading" of NOS §4.2). All files are verified now, in 0.1 s if the processor knows
 * SHA-256; each is held in memory from the first time that one of its examples is used.
 *
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export async function openCifar10({ directory, files = CIFAR10 }: OpenCifar10Options): Promise<Dataset> {
  const { published, recordsPerFile, validationExamples } = files;
  const folder = join(directory, published.name);
  await verifyPublished(folder, published);
  const record = lazyRecords(folder, files);
  const training = (published.files.length - 1) * recordsPerFile;
  const train = training - validationExamples;
  const part = (start: number, size: number): Split =>
    recordSplit({
      size,
      record: (index) => record(start + index),
      pixelsPerChannel: CIFAR10_PIXELS,
      classes: CIFAR10_CLASSES,
      normalisation: CIFAR10_NORMALISATION,
    });
  return {
    name: published.name,
    checksum: checksum(published),
    inputShape: [3, 32, 32],
    classes: CIFAR10_CLASSES,
    train: part(0, train),
    validation: part(train, validationExamples),
    test: part(training, recordsPerFile),
  };
}

/** Record `index` of all files in order. A search touches two of the six: the others cost no memory. */
function lazyRecords(
  folder: string,
  { published: { files }, recordsPerFile }: Cifar10Files,
): (index: number) => Uint8Array {
  const loaded: (Uint8Array | undefined)[] = files.map(() => undefined);
  const load = (file: number): Uint8Array => {
    const bytes = readFileSync(join(folder, files[file]!.name));
    loaded[file] = bytes;
    return bytes;
  };
  return (index) => {
    const file = Math.floor(index / recordsPerFile);
    const bytes = loaded[file] ?? load(file);
    const at = (index % recordsPerFile) * CIFAR10_RECORD;
    return bytes.subarray(at, at + CIFAR10_RECORD);
  };
}

/** Stored results name it: it is over the files' checksums alone, without their names. */
function checksum({ files }: PublishedFiles): string {
  const hash = createHash('sha256');
  for (const { sha256 = '' } of files) hash.update(sha256);
  return hash.digest('hex');
}
