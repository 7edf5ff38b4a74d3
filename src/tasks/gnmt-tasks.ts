import * as z from 'zod';
import { openMulti30k, openWmt14, type ParallelText } from '../data/index.ts';
import { defineFamily, type TaskFamily } from './family.ts';
import { gnmtTask } from './gnmt/task.ts';
import type { LoadOptions } from './task.ts';

interface Sizes {
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly length: number;
  readonly batch: number;
  readonly dropout: number;
}

/** English captions to German, with a network for one core. */
export const multi30kGnmt = gnmtFamily({
  name: 'multi30k-gnmt',
  title: 'Multi30k',
  dataSet: 'multi30k',
  trainExamples: 29_000,
  load: openMulti30k,
  sizes: { layers: 2, width: 128, vocabulary: 4_000, length: 24, batch: 64, dropout: 0.2 },
});

/** English to German as in NOS §5.3: 8 layers, batches of 128; the rest is that of Wu et al. (2016). */
export const wmt14Gnmt = gnmtFamily({
  name: 'wmt14-gnmt',
  title: 'WMT 2014',
  dataSet: 'wmt14',
  load: openWmt14,
  sizes: { layers: 8, width: 1_024, vocabulary: 32_000, length: 50, batch: 128, dropout: 0.2 },
});

/** Translation by Google's network on one text; `sizes` are the defaults of its options. */
function gnmtFamily(definition: {
  readonly name: string;
  readonly title: string;
  readonly dataSet: string;
  /** Pairs of the training split at most: those that are too long sit out. */
  readonly trainExamples?: number;
  readonly load: (options: LoadOptions) => Promise<ParallelText>;
  readonly sizes: Sizes;
}): TaskFamily {
  const { name: family, title, dataSet, trainExamples, load, sizes } = definition;
  return defineFamily({
    name: family,
    options: {
      layers: z.int().min(1).max(16).default(sizes.layers),
      width: z.int().min(1).max(2_048).default(sizes.width),
      vocabulary: z.int().min(200).max(50_000).default(sizes.vocabulary),
      length: z.int().min(2).max(200).default(sizes.length),
      batch: z.int().min(1).max(1_000).default(sizes.batch),
      labelSmoothing: z.number().min(0).lt(1).default(0),
      dropout: z.number().min(0).lt(1).default(sizes.dropout),
      clipNorm: z.number().min(0).default(5),
      beam: z.int().min(1).max(32).default(1),
    },
    create: (name, options) => {
      const { layers, width } = options;
      const network = `GNMT, ${layers} + ${layers} LSTM layers of ${width} (NOS §5.3)`;
      const description = `${title}, English to German: ${network}`;
      const data = { dataSet, ...(trainExamples !== undefined && { trainExamples }), load };
      return gnmtTask({ name, description, ...data, ...options });
    },
  });
}
