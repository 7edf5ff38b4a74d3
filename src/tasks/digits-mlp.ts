import { openDigits } from '../data/index.ts';
import { relu } from '../graph/index.ts';
import { dense } from '../nn/index.ts';
import { defineTask } from './define.ts';

/** A small network on the bundled digits: no download, an evaluation in seconds. */
export const digitsMlp = defineTask({
  name: 'digits-mlp',
  description: 'Bundled 8×8 digits, one hidden layer of 32; needs no download',
  dataSet: 'digits',
  load: () => openDigits(),
  inputShape: [64],
  classes: 10,
  batchSize: 50,
  trainExamples: 1_197,
  network: (builder, inputs) => dense(builder, 'output', relu(dense(builder, 'hidden', inputs, 32)), 10),
});
