import { openModel } from '../nn/index.ts';
import { type CharacterTask, openCharacterChild } from './character-child.ts';
import { characterModel } from './character-model.ts';
import { defineTask } from './define.ts';
import type { Task } from './task.ts';

/**
 * A character language model: an embedding, LSTM layers, a dense layer, trained to predict the next character of examples
 * that lie side by side in the text. Its score is 1/perplexity, the (geometric) mean probability of the right character.
 */
export function characterLstm(definition: CharacterTask): Task {
  const { name, description, batch, vocabulary, load, dataSet, trainExamples } = definition;
  return defineTask({
    name,
    description,
    batchSize: batch,
    ...(dataSet !== undefined && { dataSet }),
    ...(trainExamples !== undefined && { trainExamples }),
    chance: 1 / vocabulary,
    checksum: async (options) => (await load(options)).checksum,
    prepare: async (options) => (await openModel(characterModel(definition), options)).close(),
    open: async (options) => openCharacterChild(definition, await load(options), options),
  });
}
