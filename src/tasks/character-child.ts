import type { CharacterText } from '../data/index.ts';
import { type ModelSession, type OpenModelOptions, openModel } from '../nn/index.ts';
import { type CharacterSizes, characterModel } from './character-model.ts';
import type { Child, ChildState } from './child.ts';
import { initialState, misfit, perplexityScore, scoredBatches } from './parts.ts';
import type { LoadOptions } from './task.ts';

export interface CharacterTask extends CharacterSizes {
  readonly name: string;
  readonly description: string;
  readonly dataSet?: string;
  readonly trainExamples?: number;
  /** @throws NosError `data-missing` or `data-corrupt`. */
  readonly load: (options: LoadOptions) => Promise<CharacterText>;
}

/** @throws NosError `bad-option` when the text does not fit the task. */
export async function openCharacterChild(
  task: CharacterTask,
  text: CharacterText,
  options: OpenModelOptions = {},
): Promise<Child> {
  const { batch, length } = task;
  checkFit(task, text);
  const model = characterModel(task);
  const session = await openModel(model, options);
  const rows = { tokens: new Float32Array(length * batch), targets: new Float32Array(length * batch) };
  const perplexity = async (
    split: 'validation' | 'test',
    examples: number,
    state: ChildState,
    onBatch?: () => void,
  ) => {
    const count = Math.min(examples, exampleCount(text[split], length));
    const likelihood = await totalLikelihood({
      session,
      task,
      characters: text[split],
      count,
      state,
      onBatch,
    });
    return Math.exp(-likelihood / (count * length));
  };
  return {
    batchSize: batch,
    trainExamples: exampleCount(text.train, length),
    chance: 1 / task.vocabulary,
    tensors: model.parameters,
    initialState: (seed) => initialState(model, seed),
    step: (indices, { weights, buffers }, gradient) => {
      fillRows(text.train, indices, length, rows);
      return session.step(rows, weights, buffers, gradient);
    },
    score: async (split, examples, state, onBatch) =>
      perplexityScore(await perplexity(split, examples, state, onBatch)),
    measures: async (split, examples, state, onBatch) => {
      const found = await perplexity(split, examples, state, onBatch);
      return { perplexity: found, bitsPerCharacter: Math.log2(found) };
    },
    close: () => session.close(),
  };
}

/** Examples of `length` characters side by side, each character with the one after it. */
export function exampleCount({ length: characters }: ArrayLike<number>, length: number): number {
  return Math.floor((characters - 1) / length);
}

function checkFit(task: CharacterTask, text: CharacterText): void {
  const refuse = (what: string): never => {
    throw misfit(task, what);
  };
  const { length, batch, vocabulary } = task;
  if (text.vocabulary.length !== vocabulary) {
    refuse(`vocabulary is ${vocabulary}, but its text has ${text.vocabulary.length} characters`);
  }
  const examples = exampleCount(text.train, length);
  if (examples < batch) {
    refuse(`batch is ${batch}, but there are ${examples} training examples of ${length} characters`);
  }
  for (const split of ['validation', 'test'] as const) {
    if (exampleCount(text[split], length) > 0) continue;
    refuse(`length is ${length}, but the ${split} split has ${text[split].length} characters`);
  }
}

interface Rows {
  readonly tokens: Float32Array;
  readonly targets: Float32Array;
}

/** Step by step: row t·batch + b is character t of the example at `indices[b]`. */
function fillRows(characters: Uint16Array, indices: ArrayLike<number>, length: number, rows: Rows): void {
  const batch = indices.length;
  for (let b = 0; b < batch; b++) {
    const start = (indices[b] as number) * length;
    for (let t = 0; t < length; t++) {
      rows.tokens[t * batch + b] = characters[start + t] as number;
      rows.targets[t * batch + b] = characters[start + t + 1] as number;
    }
  }
}

/** log p of the characters of the first `count` examples, in nats. */
async function totalLikelihood(work: {
  readonly session: ModelSession;
  readonly task: CharacterTask;
  readonly characters: Uint16Array;
  readonly count: number;
  readonly state: ChildState;
  readonly onBatch: (() => void) | undefined;
}): Promise<number> {
  const { session, task, characters, count, state, onBatch = () => undefined } = work;
  const { batch, length } = task;
  const rows = { tokens: new Float32Array(length * batch), targets: new Float32Array(length * batch) };
  let total = 0;
  for (const { indices, used } of scoredBatches(count, batch)) {
    fillRows(characters, indices, length, rows);
    const { likelihood } = await session.evaluate(rows, state.weights, state.buffers);
    onBatch();
    likelihood?.forEach((value, row) => {
      if (row % batch < used) total += value;
    });
  }
  return total;
}
