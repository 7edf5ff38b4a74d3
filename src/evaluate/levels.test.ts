import { describe, expect, it } from 'vitest';
import { parseConditions } from '../evaluation/index.ts';
import { printRule } from '../rules/index.ts';
import { Levels } from './levels.ts';
import type { Trainer, Training } from './trainer.ts';

const REFERENCES = [
  { rule: 'sgd', learningRate: 0.1 },
  { rule: 'adam', learningRate: 0.001 },
];
const { protocol, environment } = parseConditions({ task: 'digits-mlp', protocol: 'quick', seed: 1 });
const shared = (seed: number) => ({
  ...{ environment, seed, schedule: 'constant', budget: protocol.final },
  ...{ validationExamples: 10, detail: 'accuracy' as const },
});

/** A trainer whose losses are a function of rule, seed and step, and which keeps what it was asked. */
function counting() {
  const opened: string[] = [];
  const steps: number[] = [];
  const trainer = {
    open: ({ rule, seed, learningRate }: Training, watch: { readonly signal?: AbortSignal | undefined }) => {
      const losses: number[] = [];
      opened.push(`${printRule(rule)} ${learningRate} ${seed}`);
      return {
        losses,
        async advance(to: number) {
          while (losses.length < to) {
            watch.signal?.throwIfAborted();
            losses.push((printRule(rule) === 'g' ? 1 : 3) + seed / losses.length);
            steps.push(losses.length);
          }
          return true;
        },
      };
    },
  } as unknown as Trainer;
  return { levels: new Levels(trainer), opened, steps };
}

/** What the two references come to. */
const expected = (seed: number, from: number, to: number): number => {
  let sum = 0;
  for (let step = from; step < to; step++) sum += 2 + seed / step;
  return sum / (to - from);
};

describe('the level of losses under a seed', () => {
  const watch = () => ({ onProgress() {} });

  it('is the mean loss of the references at a place, whichever was asked before', async () => {
    const { levels, opened, steps } = counting();
    const at = (seed: number, steps: number) =>
      levels.at({ steps, window: 5 }, REFERENCES, shared(seed), watch());
    expect(await at(1, 40)).toBeCloseTo(expected(1, 35, 40), 12);
    expect(await at(1, 20)).toBeCloseTo(expected(1, 15, 20), 12);
    expect(await at(1, 60)).toBeCloseTo(expected(1, 55, 60), 12);
    expect(opened).toHaveLength(2);
    expect(steps).toHaveLength(2 * 60);
    expect(await at(2, 20)).toBeCloseTo(expected(2, 15, 20), 12);
    expect(opened).toHaveLength(4);
  });

  it('goes on after an evaluation that was given up', async () => {
    const { levels } = counting();
    const controller = new AbortController();
    controller.abort(new Error('given up'));
    const at = (signal?: AbortSignal) =>
      levels.at({ steps: 10, window: 5 }, REFERENCES, shared(3), { ...watch(), signal });
    await expect(at(controller.signal)).rejects.toThrow('given up');
    expect(await at()).toBeCloseTo(expected(3, 5, 10), 12);
  });
});
