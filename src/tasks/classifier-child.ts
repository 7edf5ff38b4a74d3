import type { Dataset, Split } from '../data/index.ts';
import { buildClassifier, openMasks, openModel } from '../nn/index.ts';
import { shown } from '../shown.ts';
import { accuracy, makeBatch } from './accuracy.ts';
import type { Child } from './child.ts';
import { initialState, misfit } from './parts.ts';
import type { ClassifierTask, LoadOptions } from './task.ts';

/** @throws NosError `data-missing`, `data-corrupt`; `bad-option` when the data do not fit the task. */
export async function openClassifierChild(task: ClassifierTask, options: LoadOptions): Promise<Child> {
  const dataset = await task.load(options);
  checkFit(task, dataset);
  const classifier = buildClassifier(task);
  const session = await openModel(classifier, options);
  const masks = openMasks(classifier.masks);
  const batch = makeBatch(task);
  return {
    batchSize: task.batchSize,
    trainExamples: dataset.train.size,
    chance: 1 / task.classes,
    tensors: classifier.parameters,
    initialState: (seed) => initialState(classifier, seed),
    step: async (indices, { weights, buffers }, gradient, moment) => {
      dataset.train.fill(indices, batch.inputs, batch.targets);
      task.augment?.(batch.inputs, moment);
      const feeds = { ...batch, ...masks({ ...moment, examples: indices }) };
      const loss = await session.step(feeds, weights, buffers, gradient);
      decay(gradient, weights, task.weightDecay ?? 0);
      return loss;
    },
    score: (split, examples, state, onBatch) =>
      accuracy({ task, session, split: dataset[split], examples, onBatch }, state),
    close: () => session.close(),
  };
}

function decay(gradient: Float32Array, weights: Float32Array, weightDecay: number): void {
  if (weightDecay === 0) return;
  for (let i = 0; i < gradient.length; i++) {
    gradient[i] = (gradient[i] as number) + weightDecay * (weights[i] as number);
  }
}

function checkFit(task: ClassifierTask, dataset: Dataset): void {
  const refuse = (what: string): never => {
    throw misfit(task, what);
  };
  if (typeof dataset !== 'object' || dataset === null)
    refuse(`load gave ${shown(dataset)}: expected a data set`);
  for (const name of ['train', 'validation', 'test'] as const) {
    const split: Split | undefined = dataset[name];
    if (Number.isSafeInteger(split?.size) && split.size >= 0 && typeof split.fill === 'function') continue;
    refuse(`its data have no split '${name}': expected { size, fill }`);
  }
  const { inputShape, classes, train, validation } = dataset;
  if (validation.size === 0) refuse('its data have no validation examples');
  if (String(inputShape) !== String(task.inputShape)) {
    refuse(`inputShape is [${task.inputShape}], but its data have [${inputShape}]`);
  }
  if (classes !== task.classes) refuse(`classes is ${task.classes}, but its data have ${classes}`);
  if (train.size < task.batchSize) {
    refuse(`batchSize is ${task.batchSize}, but there are ${train.size} training examples`);
  }
}
