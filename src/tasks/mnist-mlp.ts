import { openFashionMnist, openMnist } from '../data/index.ts';
import { relu } from '../graph/index.ts';
import { dense } from '../nn/index.ts';
import { defineTask } from './define.ts';
import type { ClassifierTask, Task } from './task.ts';

const HIDDEN = 128;

/** A network of one hidden layer on images of 28×28 pixels. */
function mlp(about: Pick<ClassifierTask, 'name' | 'description' | 'dataSet' | 'load'>): Task {
  return defineTask({
    ...about,
    inputShape: [784],
    classes: 10,
    batchSize: 100,
    trainExamples: 55_000,
    network: (builder, inputs) =>
      dense(builder, 'output', relu(dense(builder, 'hidden', inputs, HIDDEN)), 10),
  });
}

export const mnistMlp = mlp({
  name: 'mnist-mlp',
  description: `MNIST, handwritten digits of 28×28, one hidden layer of ${HIDDEN}`,
  dataSet: 'mnist',
  load: openMnist,
});

export const fashionMlp = mlp({
  name: 'fashion-mlp',
  description: `Fashion-MNIST, clothing of 28×28, one hidden layer of ${HIDDEN}`,
  dataSet: 'fashion-mnist',
  load: openFashionMnist,
});
