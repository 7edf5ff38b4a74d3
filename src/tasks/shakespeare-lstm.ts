import * as z from 'zod';
import { openShakespeare } from '../data/index.ts';
import { exampleCount } from './character-child.ts';
import { characterLstm } from './character-lstm.ts';
import { defineFamily } from './family.ts';

/** Size of the training split. */
const CHARACTERS = 1_003_854;
const VOCABULARY = 65;

/** A character language model of Shakespeare. The defaults are those of A. Karpathy's char-rnn (2015). */
export const shakespeareLstm = defineFamily({
  name: 'shakespeare-lstm',
  options: {
    width: z.int().min(1).max(2_048).default(128),
    depth: z.int().min(1).max(8).default(2),
    length: z.int().min(1).max(500).default(50),
    batch: z.int().min(1).max(1_000).default(50),
  },
  create: (name, { width, depth, length, batch }) =>
    characterLstm({
      name,
      description: `tinyshakespeare, characters: ${depth} LSTM layers of ${width}, ${length} steps`,
      dataSet: 'shakespeare',
      trainExamples: exampleCount({ length: CHARACTERS }, length),
      load: openShakespeare,
      vocabulary: VOCABULARY,
      width,
      depth,
      length,
      batch,
    }),
});
