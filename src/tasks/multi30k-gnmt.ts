import * as z from 'zod';
import { openMulti30k } from '../data/index.ts';
import { defineFamily } from './family.ts';
import { gnmtTask } from './gnmt/task.ts';

/**
 * English captions to German by Google's network (NOS §5.3). The paper's network has 8 layers and trains on WMT 2014; the
 * defaults here are for one core.
 */
export const multi30kGnmt = defineFamily({
  name: 'multi30k-gnmt',
  options: {
    layers: z.int().min(1).max(16).default(2),
    width: z.int().min(1).max(2_048).default(128),
    vocabulary: z.int().min(200).max(50_000).default(4_000),
    length: z.int().min(2).max(200).default(24),
    batch: z.int().min(1).max(1_000).default(64),
    labelSmoothing: z.number().min(0).lt(1).default(0),
  },
  create: (name, options) =>
    gnmtTask({
      name,
      description: `Multi30k, English to German: GNMT, ${options.layers} + ${options.layers} LSTM layers of ${options.width} (NOS §5.3)`,
      dataSet: 'multi30k',
      load: openMulti30k,
      ...options,
    }),
});
