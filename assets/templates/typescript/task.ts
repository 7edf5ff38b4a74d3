// The task: data, a network, and what the network is scored by: accuracy on the validation examples.
import { fromCsv } from 'neural-optimizer-search/data';
import { relu, type Tensor } from 'neural-optimizer-search/graph';
import { dense, type NetworkBuilder } from 'neural-optimizer-search/nn';
import { defineTask } from 'neural-optimizer-search/tasks';

export const task = defineTask({
  name: 'my-digits',
  description: 'handwritten digits of 8 by 8 pixels, one hidden layer of 32',
  inputShape: [64],
  classes: 10,
  batchSize: 50,
  load: () => fromCsv({ file: new URL('digits.csv', import.meta.url), label: 'digit' }),
  network: (nn: NetworkBuilder, inputs: Tensor) =>
    dense(nn, 'output', relu(dense(nn, 'hidden', inputs, 32)), 10),
});
