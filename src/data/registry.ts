import { join } from 'node:path';
import { NosError } from '../errors.ts';
import { registry } from '../registry.ts';
import { CIFAR10 } from './cifar10/manifest.ts';
import { openCifar10 } from './cifar10/open.ts';
import { openDigits } from './digits.ts';
import { FASHION_MNIST, MNIST } from './mnist/manifest.ts';
import { openFashionMnist, openMnist } from './mnist/open.ts';
import { MULTI30K } from './multi30k.ts';
import { openParallelText, type ParallelFiles } from './parallel-text.ts';
import type { FetchOptions } from './progress.ts';
import { fetchPublished } from './published/fetch.ts';
import type { PublishedFiles } from './published/manifest.ts';
import { verifyPublished } from './published/verify.ts';
import { openShakespeare, SHAKESPEARE } from './shakespeare.ts';
import { WMT14 } from './wmt14.ts';
import { WMT14_SMALL } from './wmt14-small.ts';

/** What every data set tells once it is open. */
export interface OpenedData {
  readonly name: string;
  /** SHA-256 over what was loaded. */
  readonly checksum: string;
}

/** Whether a data set can be used on this machine; `detail` says what is wrong, in one line. */
export interface DataSetStatus {
  readonly state: 'present' | 'missing' | 'corrupt';
  readonly detail?: string;
}

/** A data set that we know how to get. */
export interface DataSetDefinition {
  readonly name: string;
  readonly title: string;
  /** Whom to cite. */
  readonly source: string;
  readonly licence: string;
  /** Its size on disk, once fetched; 0 if it comes with the package; null if it is not known. */
  readonly bytes: number | null;
  /** Reads and verifies every byte. */
  status(directory: string): Promise<DataSetStatus>;
  /**
   * Downloads what is absent or damaged. @returns the source, or `present` when nothing had to be done.
   * @throws NosError `network`, `unwritable`; `bad-option`, `data-corrupt` for a place `from` without the data.
   */
  fetch(options: FetchOptions): Promise<string>;
  /** @throws NosError `data-missing` or `data-corrupt`. */
  open(options: { readonly directory: string }): Promise<OpenedData>;
}

const cifar10: DataSetDefinition = {
  ...ofFiles(CIFAR10.published),
  title: 'CIFAR-10: 60,000 colour images of 32×32, ten classes',
  source: 'A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009)',
  licence: 'none stated; for research, cite the source',
  open: openCifar10,
};

const digits: DataSetDefinition = {
  name: 'digits',
  title: 'Handwritten digits: 1,797 grey images of 8×8, ten classes',
  source: 'E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits" (UCI, 1998)',
  licence: 'CC BY 4.0',
  bytes: 0,
  status: () => statusOf(() => openDigits()),
  fetch: async ({ from }) =>
    from === undefined ? 'present' : refusePlace('digits', 'it comes with the package'),
  open: () => openDigits(),
};

const shakespeare: DataSetDefinition = {
  ...ofFiles(SHAKESPEARE),
  title: 'tinyshakespeare: 1,115,394 characters of plays, 65 kinds of them',
  source: 'A. Karpathy, char-rnn (2015); W. Shakespeare',
  licence: 'the plays are in the public domain',
  open: openShakespeare,
};

const mnist: DataSetDefinition = {
  ...ofFiles(MNIST),
  title: 'MNIST: 70,000 handwritten digits of 28×28, grey, ten classes',
  source: 'Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits" (1998)',
  licence: 'CC BY-SA 3.0',
  open: openMnist,
};

const fashionMnist: DataSetDefinition = {
  ...ofFiles(FASHION_MNIST),
  title: 'Fashion-MNIST: 70,000 articles of clothing of 28×28, grey, ten classes',
  source: 'H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST" (2017)',
  licence: 'MIT',
  open: openFashionMnist,
};

const multi30k = parallel(MULTI30K, {
  title: 'Multi30k: 31,014 English sentences in German, of pictures; raw text',
  source:
    'D. Elliott, S. Frank, K. Sima’an, L. Specia, "Multi30K: Multilingual English-German Image Descriptions" (2016)',
  licence: 'for research, cite the source',
});

const wmt14Small = parallel(WMT14_SMALL, {
  title: 'WMT 2014 in small: 15,737 English sentences in German; tokenised',
  source:
    'O. Bojar et al., "Findings of the 2014 Workshop on Statistical Machine Translation" (2014); OpenNMT',
  licence: 'for research, cite the source',
});

const wmt14 = parallel(WMT14, {
  title: 'WMT 2014: the English-German text of the paper, raw; downloads of more than a gigabyte',
  source: 'O. Bojar et al., "Findings of the 2014 Workshop on Statistical Machine Translation" (2014)',
  licence: 'for research, cite the source',
});

/** A text in two languages, of published files. */
function parallel(
  files: ParallelFiles,
  about: Pick<DataSetDefinition, 'title' | 'source' | 'licence'>,
): DataSetDefinition {
  return {
    ...ofFiles(files.published),
    ...about,
    open: ({ directory }) => openParallelText(files, directory),
  };
}

/** What follows from the published files of a data set. */
function ofFiles(published: PublishedFiles): Pick<DataSetDefinition, 'name' | 'bytes' | 'status' | 'fetch'> {
  return {
    name: published.name,
    bytes: sizeOf(published),
    status: (directory) => statusOf(() => verifyPublished(join(directory, published.name), published)),
    fetch: (options) => fetchPublished(published, options),
  };
}

export const dataSets = registry<DataSetDefinition>('data set', [
  cifar10,
  digits,
  mnist,
  fashionMnist,
  shakespeare,
  multi30k,
  wmt14Small,
  wmt14,
]);

function sizeOf({ files }: PublishedFiles): number | null {
  const sizes = files.map(({ bytes }) => bytes);
  return sizes.reduce<number | null>(
    (sum, bytes) => (sum === null || bytes === undefined ? null : sum + bytes),
    0,
  );
}

async function refusePlace(name: string, hint: string): Promise<never> {
  throw new NosError('bad-option', `--from: data set '${name}' is not taken from elsewhere`, hint);
}

async function statusOf(verify: () => Promise<unknown>): Promise<DataSetStatus> {
  try {
    await verify();
    return { state: 'present' };
  } catch (error) {
    if (!(error instanceof NosError)) throw error;
    return { state: error.code === 'data-corrupt' ? 'corrupt' : 'missing', detail: error.message };
  }
}
