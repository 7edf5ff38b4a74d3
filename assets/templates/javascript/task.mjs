// The task: data, a network, and what the network is scored by: accuracy on the validation examples.
import { fromCsv } from 'neural-optimizer-search/data';
import { relu } from 'neural-optimizer-search/graph';
import { dense } from 'neural-optimizer-search/nn';
import { defineTask } from 'neural-optimizer-search/tasks';

export const task = defineTask({
  name: 'my-digits',
  description: 'handwritten digits of 8 by 8 pixels, one hidden layer of 32',
  inputShape: [64],
  classes: 10,
  batchSize: 50,
  load: () => fromCsv({ file: new URL('digits.csv', import.meta.url), label: 'digit' }),
  network: (nn, inputs) => dense(nn, 'output', relu(dense(nn, 'hidden', inputs, 32)), 10),
});
