import { filePair, openParallelText, type ParallelFiles, type ParallelText } from './parallel-text.ts';

const LANGUAGES = { source: 'en', target: 'de' } as const;
const STATMT = 'https://www.statmt.org/';

const train = ['europarl-v7.de-en', 'commoncrawl.de-en', 'news-commentary-v9.de-en'].map((name) =>
  filePair(name, LANGUAGES),
);
const validation = filePair('newstest2013', LANGUAGES);
const test = { source: 'newstest2014-deen-src.en.sgm', target: 'newstest2014-deen-ref.de.sgm' };

/**
 * All of WMT 2014's English–German text (Bojar et al. 2014), raw, as its page lists it. Checksums of two archives are known;
 * of the files, what was fetched is recorded.
 */
export const WMT14: ParallelFiles = {
  published: {
    name: 'wmt14',
    title: 'WMT14',
    files: [...train, validation, test].flatMap(({ source, target }) => [{ name: source }, { name: target }]),
    sources: [
      {
        downloads: [
          {
            url: `${STATMT}wmt13/training-parallel-europarl-v7.tgz`,
            form: 'tar',
            checksum: 'sha256:0224c7c710c8a063dfd893b0cc0830202d61f4c75c17eb8e31836103d27d96e7',
          },
          {
            url: `${STATMT}wmt13/training-parallel-commoncrawl.tgz`,
            form: 'tar',
            checksum: 'sha256:c7a74e2ea01ac6c920123108627e35278d4ccb5701e15428ffa34de86fa3a9e5',
          },
          { url: `${STATMT}wmt14/training-parallel-nc-v9.tgz`, form: 'tar' },
          { url: `${STATMT}wmt14/dev.tgz`, form: 'tar' },
          { url: `${STATMT}wmt14/test-full.tgz`, form: 'tar' },
        ],
      },
    ],
  },
  languages: LANGUAGES,
  tokenised: false,
  train,
  validation,
  test,
};

/**
 * WMT 2014, English to German: Europarl, Common Crawl and News Commentary for training, newstest2013 for validation, newstest2014
 * for tests. Needs gigabytes of memory.
 *
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export function openWmt14({ directory }: { readonly directory: string }): Promise<ParallelText> {
  return openParallelText(WMT14, directory);
}
