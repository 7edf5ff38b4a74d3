import { describe, expect, it } from 'vitest';
import { characterText } from '../data/index.ts';
import type { CharacterTask } from './character-child.ts';
import { characterLstm } from './character-lstm.ts';
import type { Child, ChildState } from './child.ts';
import { resolveTask } from './registry.ts';

const text = characterText('rhyme', 'tick tock goes the clock. '.repeat(40));
const small: CharacterTask = {
  name: 'rhyme-lstm',
  description: '',
  load: async () => text,
  vocabulary: text.vocabulary.length,
  width: 8,
  depth: 2,
  length: 7,
  batch: 5,
};
const open = (more: Partial<CharacterTask> = {}): Promise<Child> =>
  characterLstm({ ...small, ...more }).open({ directory: '' });

async function train(child: Child, steps: number): Promise<{ losses: number[]; state: ChildState }> {
  const state = child.initialState(1);
  const gradient = new Float32Array(state.weights.length);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const indices = Uint32Array.from({ length: 5 }, (_, b) => (step * 5 + b) % child.trainExamples);
    losses.push(await child.step(indices, state, gradient, { seed: 1, step }));
    state.weights.forEach((w, i) => {
      state.weights[i] = w - gradient[i]!;
    });
  }
  return { losses, state };
}

describe('a character language model', () => {
  it('learns, from about the entropy of its vocabulary', async () => {
    const child = await open({ depth: 1, width: 16 });
    const { losses, state } = await train(child, 150);
    expect(losses[0]).toBeCloseTo(Math.log(small.vocabulary), 0);
    expect(losses.at(-1)).toBeLessThan(1);
    const score = await child.score('validation', 1_000, state);
    expect(score).toBeGreaterThan(0.3);
    expect(score).toBeLessThan(1);
    const measures = await child.measures!('validation', 1_000, state);
    expect(measures.perplexity).toBeCloseTo(1 / score, 12);
    expect(measures.bitsPerCharacter).toBeCloseTo(-Math.log2(score), 12);
    await child.close();
  });

  it('scores the same examples alike, whatever batches they come in', async () => {
    const [five, three] = [await open(), await open({ batch: 3 })];
    const state = five.initialState(2);
    // 52 characters: seven examples, which make no whole batches.
    const scores = [await five.score('test', 100, state), await three.score('test', 7, state)];
    expect(scores[0]).toBeCloseTo(scores[1]!, 6);
    expect(await five.score('test', 100, state)).toBe(scores[0]);
    expect(await five.score('test', 3, state)).not.toBe(scores[0]);
    await Promise.all([five.close(), three.close()]);
  });

  it('scores weights that are no numbers as 0', async () => {
    const child = await open();
    const state = child.initialState(1);
    state.weights.fill(Number.NaN);
    expect(await child.score('validation', 10, state)).toBe(0);
    await child.close();
  });

  it.each<[Partial<CharacterTask>, RegExp]>([
    [{ vocabulary: 65 }, /task 'rhyme-lstm': vocabulary is 65, but its text has \d+ characters/],
    [{ batch: 500 }, /batch is 500, but there are 133 training examples of 7 characters/],
    [{ length: 60, batch: 2 }, /length is 60, but the validation split has 52 characters/],
  ])('refuses a text that does not fit: %j', async (wrong, message) => {
    await expect(open(wrong)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(message),
    });
  });
});

describe('shakespeare-lstm', () => {
  it.each([
    ['shakespeare-lstm(width=0)', /option 'width' of task 'shakespeare-lstm'/],
    ['shakespeare-lstm(depth=9)', /option 'depth'/],
    ['shakespeare-lstm(length=1000)', /option 'length'/],
    ['shakespeare-lstm(layers=2)', /has no option 'layers'/],
  ])('refuses %s', async (name, message) => {
    await expect(resolveTask(name)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(message),
    });
  });

  it('counts its examples by their length', async () => {
    expect(await resolveTask('shakespeare-lstm(length=100)')).toMatchObject({
      name: 'shakespeare-lstm(length=100)',
      trainExamples: 10_038,
      chance: 1 / 65,
    });
  });
});
