import { join } from 'node:path';
import { readAligned } from '../text/index.ts';
import type { PublishedFiles } from './published/manifest.ts';
import { publishedChecksum, verifyPublished } from './published/verify.ts';

/** Sentences and their translations: line n of the one is line n of the other. */
export interface ParallelSplit {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** A text in two languages. */
export interface ParallelText {
  readonly name: string;
  /** SHA-256 over the checksums of its files. */
  readonly checksum: string;
  /** Two letters each. */
  readonly languages: { readonly source: string; readonly target: string };
  /** Whether words and signs stand between spaces: then BLEU is tokenised BLEU. */
  readonly tokenised: boolean;
  readonly train: ParallelSplit;
  readonly validation: ParallelSplit;
  readonly test: ParallelSplit;
}

/** Which files of a published set are which part. */
export interface ParallelFiles {
  readonly published: PublishedFiles;
  readonly languages: ParallelText['languages'];
  readonly tokenised: boolean;
  /** The names of the files, without the language that ends them. */
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

/** Reads and verifies it all. @throws NosError `data-missing` or `data-corrupt`. */
export async function openParallelText(files: ParallelFiles, directory: string): Promise<ParallelText> {
  const { published, languages, tokenised } = files;
  const folder = join(directory, published.name);
  await verifyPublished(folder, published);
  const read = async (name: string): Promise<ParallelSplit> => {
    const paths = [languages.source, languages.target].map((language) => join(folder, `${name}.${language}`));
    const [source = [], target = []] = await readAligned(paths);
    return { source, target };
  };
  return {
    name: published.name,
    checksum: publishedChecksum(published),
    languages,
    tokenised,
    train: await read(files.train),
    validation: await read(files.validation),
    test: await read(files.test),
  };
}
