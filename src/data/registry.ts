import { join } from 'node:path';
import { NosError, unknownName } from '../errors.ts';
import { type FetchCifar10Options, fetchCifar10 } from './cifar10/fetch.ts';
import { CIFAR10, CIFAR10_FOLDER, CIFAR10_RECORD } from './cifar10/manifest.ts';
import { openCifar10 } from './cifar10/open.ts';
import { verifyFiles } from './cifar10/verify.ts';
import type { Dataset } from './dataset.ts';
import { openDigits } from './digits.ts';

export type FetchOptions = Pick<FetchCifar10Options, 'directory' | 'onProgress' | 'signal'>;

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
  /** On disk, once fetched; 0 where it comes with the package. */
  readonly bytes: number;
  /** Reads and verifies every byte. */
  status(directory: string): Promise<DataSetStatus>;
  /**
   * Downloads what is absent or damaged. @returns the source, or `present` when nothing had to be done.
   * @throws NosError `network`, `unwritable`.
   */
  fetch(options: FetchOptions): Promise<string>;
  /** @throws NosError `data-missing` or `data-corrupt`. */
  open(options: { readonly directory: string }): Promise<Dataset>;
}

const cifar10: DataSetDefinition = {
  name: 'cifar10',
  title: 'CIFAR-10: 60,000 colour images of 32×32, ten classes',
  source: 'A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009)',
  licence: 'none stated; for research, cite the source',
  bytes: CIFAR10.files.length * CIFAR10.recordsPerFile * CIFAR10_RECORD,
  status: (directory) => statusOf(() => verifyFiles(join(directory, CIFAR10_FOLDER), CIFAR10)),
  fetch: fetchCifar10,
  open: openCifar10,
};

const digits: DataSetDefinition = {
  name: 'digits',
  title: 'Handwritten digits: 1,797 grey images of 8×8, ten classes',
  source: 'E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits" (UCI, 1998)',
  licence: 'CC BY 4.0',
  bytes: 0,
  status: () => statusOf(() => openDigits()),
  fetch: async () => 'present',
  open: () => openDigits(),
};

export const dataSets: readonly DataSetDefinition[] = [cifar10, digits];

/** @throws NosError `unknown-name`. */
export function findDataSet(name: string): DataSetDefinition {
  const found = dataSets.find((dataSet) => dataSet.name === name);
  if (found) return found;
  throw unknownName(
    'data set',
    name,
    dataSets.map((dataSet) => dataSet.name),
  );
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
