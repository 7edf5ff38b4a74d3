import { filePair, openParallelText, type ParallelFiles, type ParallelText } from './parallel-text.ts';
import type { PublishedFile } from './published/manifest.ts';

const OPENNMT = 'https://raw.githubusercontent.com/OpenNMT/OpenNMT/master/data/';

/** Each by its name there. */
const LANGUAGES = { source: 'en', target: 'de' } as const;

const files: readonly (PublishedFile & { readonly published: string })[] = [
  {
    published: 'src-train.txt',
    name: 'train.tok.en',
    bytes: 1_253_552,
    sha256: 'db668a7d798bddf21d1ab8fcb403efbc724ba01b70472ad30d1e2049fd46e12b',
  },
  {
    published: 'tgt-train.txt',
    name: 'train.tok.de',
    bytes: 1_414_977,
    sha256: 'fe1f824a189baa650eec46269e66eef07f7304ba7572598ebbe61c55eeff7d01',
  },
  {
    published: 'src-val.txt',
    name: 'newstest2013.tok.en',
    bytes: 399_012,
    sha256: 'a32a3554fb6c1073b7ed8e0e43828e88ff35d2292e13b42503b479f43c69c782',
  },
  {
    published: 'tgt-val.txt',
    name: 'newstest2013.tok.de',
    bytes: 463_304,
    sha256: 'df700a3ffe2b4309af3bdaba9c6385b5e6fe647ac408e36759a136eef43959ed',
  },
  {
    published: 'src-test.txt',
    name: 'newstest2014.filtered2737.tok.en',
    bytes: 344_699,
    sha256: '5fde93388f630f7afd3208f24b4c68d3f992ddb15e0bc2491ee3b4f9ea44845b',
  },
  {
    published: 'tgt-test.txt',
    name: 'newstest2014.filtered2737.tok.de',
    bytes: 375_812,
    sha256: 'd0de86aa401fea9734095fe694ac16f58371d09bcad7d86aef71776cacc80b1d',
  },
];

/** The part of WMT 2014's English–German text that OpenNMT's examples train on, tokenised by Moses. */
export const WMT14_SMALL: ParallelFiles = {
  published: {
    name: 'wmt14-small',
    title: 'WMT14 of OpenNMT',
    files: files.map(({ published: _, ...file }) => file),
    sources: [
      {
        downloads: files.map(({ published, name }) => ({
          url: `${OPENNMT}${published}`,
          form: 'file' as const,
          name,
        })),
      },
    ],
  },
  languages: LANGUAGES,
  tokenised: true,
  train: [filePair('train.tok', LANGUAGES)],
  validation: filePair('newstest2013.tok', LANGUAGES),
  test: filePair('newstest2014.filtered2737.tok', LANGUAGES),
};

/**
 * WMT 2014, English to German, a small part: 10,000 sentences for training, the 3,000 of newstest2013 for validation, 2,737 of
 * newstest2014. Tokenised.
 *
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export function openWmt14Small({ directory }: { readonly directory: string }): Promise<ParallelText> {
  return openParallelText(WMT14_SMALL, directory);
}
