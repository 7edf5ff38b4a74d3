import { filePair, openParallelText, type ParallelFiles, type ParallelText } from './parallel-text.ts';
import { filesBelow, type PublishedFile } from './published/manifest.ts';

/** The authors' own files, in which one line is one caption, as people wrote it. */
const RAW = 'https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/';
/** The copies that torchtext names. */
const COPIES = 'https://raw.githubusercontent.com/neychev/small_DL_repo/master/datasets/Multi30k/';

const LANGUAGES = { source: 'en', target: 'de' } as const;

const files: readonly PublishedFile[] = [
  {
    name: 'train.en',
    bytes: 1_801_238,
    sha256: '460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6',
  },
  {
    name: 'train.de',
    bytes: 2_110_398,
    sha256: '2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72',
  },
  {
    name: 'val.en',
    bytes: 63_297,
    sha256: '1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227',
  },
  {
    name: 'val.de',
    bytes: 75_981,
    sha256: '660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660',
  },
  {
    name: 'test_2016_flickr.en',
    bytes: 62_076,
    sha256: '399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182',
  },
  {
    name: 'test_2016_flickr.de',
    bytes: 70_649,
    sha256: '4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16',
  },
];

const tests = files.filter(({ name }) => name.startsWith('test'));

/** English captions and their German translations (Elliott et al. 2016), raw text. */
export const MULTI30K: ParallelFiles = {
  published: {
    name: 'multi30k',
    title: 'Multi30k',
    files,
    sources: [
      filesBelow(RAW, files, 'gzip'),
      {
        downloads: [
          {
            url: `${COPIES}training.tar.gz`,
            form: 'tar',
            checksum: 'sha256:20140d013d05dd9a72dfde46478663ba05737ce983f478f960c1123c6671be5e',
          },
          {
            url: `${COPIES}validation.tar.gz`,
            form: 'tar',
            checksum: 'sha256:a7aa20e9ebd5ba5adce7909498b94410996040857154dab029851af3a866da8c',
          },
          ...filesBelow(RAW, tests, 'gzip').downloads,
        ],
      },
    ],
  },
  languages: LANGUAGES,
  tokenised: false,
  train: [filePair('train', LANGUAGES)],
  validation: filePair('val', LANGUAGES),
  test: filePair('test_2016_flickr', LANGUAGES),
};

/**
 * Multi30k, English to German: 29,000 sentences for training, 1,014 for validation, the 1,000 of Flickr's test of 2016.
 *
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export function openMulti30k({ directory }: { readonly directory: string }): Promise<ParallelText> {
  return openParallelText(MULTI30K, directory);
}
