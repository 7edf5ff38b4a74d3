import { describe, expect, it } from 'vitest';
import { parseProtocol } from '../evaluation/index.ts';
import type { PlannedSearch } from './experiment.ts';
import { experiments } from './experiments.ts';
import { figure4 } from './figure4/figure4.ts';
import { figure6 } from './figure6/figure6.ts';
import { figure5, figure7 } from './six-optimizers.ts';
import { table1 } from './table1/table1.ts';
import { table2 } from './table2/table2.ts';
import { bestTest, byOptimizer, epochsAt, finalTest, keyOf, seedsOf } from './trainings.ts';

describe.each([figure5, figure7, table1])('the plan of $name', (experiment) => {
  it.each([
    [0, 1],
    [0.001, 1],
    [0.004, 1],
    [0.006, 2],
    [0.02, 6],
    [0.5, 150],
    [1, 300],
  ])('at scale %d trains for %i of the 300 epochs', async (scale, epochs) => {
    const plan = await experiment.plan({ scale, seeds: 1 });
    expect(new Set(plan.map(({ protocol }) => protocol))).toEqual(new Set([`curves@${epochs}`]));
  });

  it('has every optimizer with the first seed before any with the second', async () => {
    const { length } = experiment.optimizers;
    const plan = await experiment.plan({ scale: 0.01, seeds: 3 });
    expect(plan.map(({ seed }) => seed)).toEqual([1, 2, 3].flatMap((seed) => Array(length).fill(seed)));
    const keys = experiment.optimizers.map(({ rule }) => keyOf(rule));
    expect(plan.map(({ key }) => key)).toEqual([1, 2, 3].flatMap(() => keys));
    expect(new Set(keys).size).toBe(length);
  });

  it('trains on the task that the user names instead', async () => {
    const plan = await experiment.plan({ scale: 1, seeds: 1, task: 'digits-mlp' });
    expect(new Set(plan.map(({ task }) => task))).toEqual(new Set(['digits-mlp']));
    await expect(experiment.plan({ scale: 1, seeds: 1, task: 'digit-mlp' })).rejects.toMatchObject({
      code: 'unknown-name',
    });
  });
});

describe('the plan of table2', () => {
  // Ten epochs of 4.5 million pairs are 1551.7 of Multi30k's 29,000.
  it.each([
    [0.0001, 'curves@1:cosine'],
    [0.002, 'curves@3:cosine'],
    [0.01, 'curves@16:cosine'],
    [0.5, 'curves@776:cosine'],
    [1, 'curves@10:cosine'],
  ])('at scale %d trains under %s', async (scale, protocol) => {
    const plan = await table2.plan({ scale, seeds: 1 });
    expect(new Set(plan.map((one) => one.protocol.split('=')[0]))).toEqual(new Set([protocol]));
  });

  const ratesOf = async (scale: number, rule: string) =>
    (await table2.plan({ scale, seeds: 1 }))
      .filter(({ key }) => key === keyOf(rule))
      .map(({ protocol }) => parseProtocol(protocol).learningRates);

  it('has a training at each of the paper’s seven learning rates at full size, at three below', async () => {
    const seven = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10].map((rate) => [rate]);
    expect(await ratesOf(1, 'adam')).toEqual(seven);
    expect(await ratesOf(1, 'powersign')).toEqual(seven);
    expect(await ratesOf(0.5, 'adam')).toEqual([[1e-3], [3e-3], [1e-2]]);
    expect(await ratesOf(0.5, 'powersign')).toEqual([[1], [3], [10]]);
  });

  it('trains both with the first seed before any with the second', async () => {
    const plan = await table2.plan({ scale: 0.01, seeds: 2 });
    expect(plan.map(({ seed }) => seed)).toEqual([...Array(6).fill(1), ...Array(6).fill(2)]);
    expect(new Set(plan.map(({ key, protocol, seed }) => [key, protocol, seed].join())).size).toBe(12);
  });
});

describe('the plan of figure4', () => {
  it.each([
    [0.0001, 10],
    [0.0004, 18],
    [0.01, 450],
    [0.5, 22_500],
    [1, 45_000],
  ])('at scale %d proposes %i of the 45,000 rules', async (scale, samples) => {
    const plan = await figure4.plan({ scale, seeds: 1 });
    expect(plan.map(({ config }) => config.samples)).toEqual([samples, samples]);
    expect(plan[0]?.config.protocol).toBe(scale === 1 ? 'paper' : 'quick');
  });

  it('has the controller of the paper beside random search, with the same seeds', async () => {
    const plan = await figure4.plan({ scale: 0.01, seeds: 3, task: 'digits-mlp' });
    expect(plan.map(({ config }) => config.seed)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(new Set(plan.map(({ run }) => run)).size).toBe(6);
    const [controller, random] = plan as [PlannedSearch, PlannedSearch];
    // NOS §4.2: TRPO, an entropy penalty of 0.0015 and mini-batches of 5.
    expect(controller.config).toMatchObject({
      ...{ batch: 5, space: { name: 'icml2017' }, task: 'digits-mlp' },
      strategy: { name: 'rl', options: { algorithm: 'trpo', entropyWeight: 0.0015 } },
    });
    expect({ ...random.config, strategy: undefined }).toEqual({ ...controller.config, strategy: undefined });
  });
});

describe('the work of figure6', () => {
  // Five optimizers, each on three grids from the paper's start, and from up to ten other starts.
  it.each([
    [0, 20],
    [0.01, 20],
    [0.1, 20],
    [0.25, 30],
    [1, 65],
  ])('at scale %d is %i descents', (scale, work) => expect(figure6.work(scale)).toBe(work));
});

it('the experiments stand in the order of the paper, what goes past it at the end', () => {
  const ofPaper = ['figure4', 'figure5', 'figure6', 'figure7', 'table1', 'table2'];
  expect(experiments.names).toEqual([...ofPaper, 'discovery']);
});

describe('trainings', () => {
  const training = (more: object) => ({ status: 'ok', reward: 0.5, curve: [], ...more }) as never;

  it('scales epochs, and trains for one at least', () => {
    expect([0, 0.001, 0.05, 0.149, 0.15, 1, 2].map((scale) => epochsAt(10, scale))).toEqual([
      1, 1, 1, 1, 2, 10, 20,
    ]);
  });

  it('belong to the optimizer whose rule they trained, however that is written', () => {
    const optimizers = [
      { name: 'one', rule: 'sgd' },
      { name: 'two', rule: 'm + g' },
    ];
    const all = [
      { key: keyOf('g + m'), seed: 2 },
      { key: keyOf('g'), seed: 1 },
      { key: keyOf('adam'), seed: 1 },
      { key: keyOf('m + g'), seed: 1 },
    ].map(training);
    expect(byOptimizer(optimizers, all).map(({ name, evaluations }) => [name, seedsOf(evaluations)])).toEqual(
      [
        ['one', [1]],
        ['two', [2, 1]],
      ],
    );
    expect(seedsOf(all)).toEqual([2, 1]);
  });

  it('have no test score without a test curve, and the last one of a longer curve', () => {
    expect(finalTest(training({}))).toBeNaN();
    expect(finalTest(training({ testCurve: [0.1, 0.9, 0.4] }))).toBe(0.4);
    expect(bestTest(training({ curve: [0.2, 0.3], testCurve: [0.7, 0.6] }))).toBe(0.6);
    // Its curve of test accuracies is shorter: the last of these stands for it.
    expect(bestTest(training({ curve: [0.2, 0.3], testCurve: [0.7] }))).toBe(0.7);
  });
});
