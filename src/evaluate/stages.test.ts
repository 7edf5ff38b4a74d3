import { describe, expect, it } from 'vitest';
import type { Protocol } from '../evaluation/index.ts';
import { parseRule } from '../rules/index.ts';
import type { Stage, TrainingRequest, Trials } from './stage.ts';
import { bestLearningRate, runStages, stagesOf } from './stages.ts';
import type { Trained } from './trainer.ts';

const protocol: Protocol = {
  family: 'small',
  learningRates: [0.1, 1, 10],
  sweep: { epochs: 1, examples: 10 },
  final: { epochs: 2, examples: 20 },
  validationExamples: 10,
  shortcuts: {},
  schedule: 'constant',
  curves: false,
};
const TASK = { chance: 0.25, batchSize: 5, trainExamples: 100 };
const CHANCE = TASK.chance;
const RULE = parseRule('g');
/** No stage of these protocols opens a training. */
const level = async () => 0;
const open = () => {
  throw new Error('nothing to open');
};

/** What trainings come to, as a trainer would tell; `undefined` for one that diverged after a step. */
const trained = (accuracy: number | undefined, more: Partial<Trained> = {}): Trained => ({
  status: accuracy === undefined ? 'diverged' : 'finished',
  curve: accuracy === undefined ? [] : [accuracy / 2, accuracy],
  testCurve: [],
  lossCurve: [],
  measureCurve: [],
  steps: accuracy === undefined ? 1 : 5,
  ...more,
});

/** Runs the stages of a protocol over trainings that come to the given accuracies, by phase and learning rate. */
async function score(
  outcomes: Readonly<Record<string, number | undefined>>,
  given: Partial<Protocol> = {},
  more: Partial<Trained> = {},
) {
  const trials: TrainingRequest[] = [];
  const train: Trials['train'] = async (trial) => {
    trials.push(trial);
    return trained(outcomes[`${trial.phase} ${trial.learningRate}`], trial.phase === 'final' ? more : {});
  };
  const verdict = await runStages(stagesOf({ ...protocol, ...given }, RULE, TASK), { train, open, level });
  return { trials, verdict };
}

const SWEPT = { 'sweep 0.1': 0.3, 'sweep 1': 0.6, 'sweep 10': undefined };

describe('the stages of a protocol', () => {
  it('sweep, choose the best learning rate, and train again with it', async () => {
    const { trials, verdict } = await score({ ...SWEPT, 'final 1': 0.8 });
    expect(trials).toEqual([
      ...[0.1, 1, 10].map((learningRate) => ({
        ...{ phase: 'sweep', learningRate, budget: protocol.sweep, detail: 'accuracy' },
      })),
      { phase: 'final', learningRate: 1, budget: protocol.final, detail: 'measures' },
    ]);
    expect(verdict).toEqual({
      learningRate: 1,
      edgeOfGrid: false,
      sweep: [
        { learningRate: 0.1, accuracy: 0.3 },
        { learningRate: 1, accuracy: 0.6 },
        { learningRate: 10, accuracy: Number.NaN },
      ],
      reward: 0.8,
      curve: [0.4, 0.8],
      status: 'ok',
      steps: 5 + 5 + 1 + 5,
    });
  });

  it('end after the sweep if every training of it diverged', async () => {
    const { trials, verdict } = await score({}, { curves: true });
    expect(trials.map(({ phase }) => phase)).toEqual(['sweep', 'sweep', 'sweep']);
    expect(verdict).toMatchObject({
      ...{ status: 'diverged', reward: CHANCE, edgeOfGrid: false, steps: 3 },
      ...{ learningRate: Number.NaN, curve: [], testCurve: [], lossCurve: [] },
    });
  });

  it('give chance to a rule whose final training diverged', async () => {
    const { verdict } = await score(SWEPT);
    expect(verdict).toMatchObject({ status: 'diverged', reward: CHANCE, learningRate: 1, steps: 12 });
  });

  it('skip the sweep if there is one learning rate, which is no edge of a grid', async () => {
    const { trials, verdict } = await score({ 'final 3': 0.7 }, { learningRates: [3] });
    expect(trials.map(({ phase }) => phase)).toEqual(['final']);
    expect(verdict).toMatchObject({ learningRate: 3, edgeOfGrid: false, sweep: [], reward: 0.7, steps: 5 });
  });

  it('keep curves, and what the task measures, if the protocol says so', async () => {
    const measured = {
      ...{ testCurve: [0.1, 0.2], lossCurve: [2, 1] },
      ...{ measureCurve: [{ bits: 4 }, { bits: 3 }], measures: { bits: 3 }, testMeasures: { bits: 5 } },
    };
    const { trials, verdict } = await score({ ...SWEPT, 'final 1': 0.8 }, { curves: true }, measured);
    expect(trials.at(-1)?.detail).toBe('curves');
    const { measureCurve: _, ...kept } = measured;
    expect(verdict).toMatchObject({ ...kept, measureCurves: { bits: [4, 3] } });
    expect((await score({ ...SWEPT, 'final 1': 0.8 }, {}, { lossCurve: [2, 1] })).verdict).not.toHaveProperty(
      'lossCurve',
    );
  });

  it('can be others: a stage may give its verdict at any time', async () => {
    const { verdict } = await score({ 'final 1': 0.9 }, { learningRates: [1] });
    const hurdle: Stage = async (findings, { train }) => {
      const { curve } = await train({
        phase: 'sweep',
        learningRate: 1,
        budget: protocol.sweep,
        detail: 'accuracy',
      });
      return curve.at(-1)! < 0.5 ? { verdict: { ...verdict, reward: CHANCE } } : findings;
    };
    const after = stagesOf({ ...protocol, learningRates: [1] }, RULE, TASK);
    const at = (low: number) =>
      runStages([hurdle, ...after], {
        ...{ train: async ({ phase }) => trained(phase === 'sweep' ? low : 0.9), open, level },
      });
    expect(await at(0.6)).toEqual(verdict);
    expect((await at(0.4)).reward).toBe(CHANCE);
  });

  it('must end with a verdict', async () => {
    const idle: Stage = async (findings) => findings;
    await expect(runStages([idle], { train: async () => trained(1), open, level })).rejects.toThrow(
      /no verdict/,
    );
  });
});

describe('bestLearningRate', () => {
  const points = (...accuracies: number[]) =>
    accuracies.map((accuracy, i) => ({ learningRate: 10 ** i, accuracy }));
  it.each([
    ['the highest', points(0.1, 0.3, 0.2), 10],
    ['the smallest of equals', points(0.1, 0.3, 0.3), 10],
    ['none that diverged', points(Number.NaN, 0, Number.NaN), 10],
    ['NaN where all did', points(Number.NaN, Number.NaN), Number.NaN],
  ])('is %s', (_, sweep, expected) => {
    expect(bestLearningRate(sweep)).toBe(expected);
  });
});
