import { join } from 'node:path';
import { inTurn } from '../in-turn.ts';
import { readAligned, readLines, readSegments } from '../text/index.ts';
import type { PublishedFiles } from './published/manifest.ts';
import { verifyPublished } from './published/verify.ts';

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
  /** Pairs that follow one another. */
  readonly train: readonly FilePair[];
  readonly validation: FilePair;
  readonly test: FilePair;
}

/** The names of two aligned files: lines of text, or SGML if they end in `.sgm`. */
export interface FilePair {
  readonly source: string;
  readonly target: string;
}

/** Files whose names end in their languages. */
export function filePair(name: string, { source, target }: ParallelText['languages']): FilePair {
  return { source: `${name}.${source}`, target: `${name}.${target}` };
}

/** Reads and verifies it all. @throws NosError `data-missing` or `data-corrupt`. */
export async function openParallelText(files: ParallelFiles, directory: string): Promise<ParallelText> {
  const { published, languages, tokenised } = files;
  const folder = join(directory, published.name);
  const checksum = await verifyPublished(folder, published);
  const read = async (pair: FilePair): Promise<ParallelSplit> => {
    const paths = [join(folder, pair.source), join(folder, pair.target)];
    const [source = [], target = []] = await readAligned(paths, readText);
    return { source, target };
  };
  const train = await inTurn(files.train, read);
  return {
    name: published.name,
    checksum,
    languages,
    tokenised,
    train: { source: train.flatMap(({ source }) => source), target: train.flatMap(({ target }) => target) },
    validation: await read(files.validation),
    test: await read(files.test),
  };
}

const readText = (path: string): Promise<readonly string[]> =>
  path.endsWith('.sgm') ? readSegments(path) : readLines(path);
