import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { lineChart } from '../plot/index.ts';
import { stream } from '../random/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { learningCurveChart, learningCurves, readLearningCurves, type ScoredRun } from './index.ts';

const runOf = (rewards: readonly number[], run = 'a', keys = rewards.length): ScoredRun => ({
  run,
  samples: rewards.length,
  rules: rewards.map((reward, i) => ({ key: String(i % keys), reward })),
});

/** Noisy rewards that rise by `rise` from the first to the last. */
function noisy(length: number, rise: number, seed = 1): number[] {
  const random = stream(seed, 'rewards');
  return Array.from({ length }, (_, i) => 0.3 + (rise * i) / length + 0.05 * random.normal());
}

describe('learningCurves', () => {
  it('compares the first hundred rewards with the last, or the thirds of a run that is too short', () => {
    const rising = [...Array(100).fill(0.25), ...Array(50).fill(0.9), ...Array(100).fill(0.5)];
    const [curve] = learningCurves([runOf(rising)]).curves;
    expect(curve).toMatchObject({ compared: 100, first: 0.25, last: 0.5 });
    expect(curve?.gain).toEqual({ difference: 0.25, interval: null });
    const compared = [200, 199, 11, 9].map((n) => learningCurves([runOf(noisy(n, 0))]).curves[0]?.compared);
    expect(compared).toEqual([100, 66, 3, 3]);
  });

  it('tells a rise from noise', () => {
    const { curves, leads } = learningCurves([
      runOf(noisy(400, 0.1, 1), 'rising'),
      runOf(noisy(400, 0, 2), 'level'),
      runOf(noisy(400, 0.1, 3), 'rising too'),
    ]);
    const [rising, level] = curves.map(({ gain }) => gain.interval);
    expect(rising?.low).toBeGreaterThan(0);
    expect(level?.low).toBeLessThan(0);
    expect(level?.high).toBeGreaterThan(0);
    expect(leads.map(({ run, over }) => [run, over])).toEqual([
      ['rising', 'level'],
      ['rising', 'rising too'],
    ]);
    expect(leads[0]?.interval?.low).toBeGreaterThan(0);
    expect(leads[1]?.interval?.low).toBeLessThan(0);
  });

  it('averages over a tenth of the longest run, as far as the shortest goes', () => {
    const windows = [[1000], [30], [9], [1000, 20]].map(
      (lengths) => learningCurves(lengths.map((n) => runOf(noisy(n, 0), String(n)))).window,
    );
    expect(windows).toEqual([100, 5, 5, 20]);
    const { curves } = learningCurves([runOf([1, 2, 3, 4, 5, 6, 7, 8, 9])]);
    expect(curves[0]?.average).toEqual([
      [5, 3],
      [6, 4],
      [7, 5],
      [8, 6],
      [9, 7],
    ]);
  });

  it('counts different rules', () => {
    expect(learningCurves([runOf(noisy(40, 0), 'a', 10)]).curves[0]?.distinct).toBe(0.25);
  });

  it('has no more than 5,000 points of a long run', () => {
    const { step, window, curves } = learningCurves([runOf(Array(12_000).fill(0.5))]);
    expect([step, window]).toEqual([3, 1200]);
    const { average, rewards } = curves[0]!;
    expect(rewards).toHaveLength(12_000);
    expect(average.slice(0, 2)).toEqual([
      [1200, 0.5],
      [1203, 0.5],
    ]);
    expect(average.at(-1)).toEqual([12_000, 0.5]);
    expect(learningCurves([runOf(noisy(5000, 0))]).step).toBe(1);
  });

  it('has intervals around its differences, and averages within its rewards', () => {
    const rewards = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 9, maxLength: 120 });
    fc.assert(
      fc.property(rewards, (drawn) => {
        const [curve] = learningCurves([runOf(drawn)]).curves;
        const { difference, interval } = curve!.gain;
        expect(difference).toBe(curve!.last - curve!.first);
        if (drawn.length < 90) expect(interval).toBeNull();
        else expect((interval!.low + interval!.high) / 2).toBeCloseTo(difference, 12);
        const means = curve!.average.map(([, mean]) => mean);
        expect(Math.min(...means)).toBeGreaterThanOrEqual(Math.min(...drawn) - 1e-12);
        expect(Math.max(...means)).toBeLessThanOrEqual(Math.max(...drawn) + 1e-12);
        expect(curve!.average.at(-1)?.[0]).toBe(drawn.length);
      }),
      { seed: 1, numRuns: 20 },
    );
  });
});

describe('learningCurveChart', () => {
  it('has a point a rule and a line a run, and no path of this machine', () => {
    const task = '/home/somebody/spirals.mjs#6b1f0c2d9e8a';
    const curves = learningCurves([runOf(noisy(20, 0), 'a'), runOf(noisy(30, 0), 'b')]);
    const chart = learningCurveChart({
      task,
      protocol: 'quick',
      environment: '4bit',
      chance: 0.5,
      ...curves,
    });
    expect(chart.subtitle).toContain('spirals.mjs, protocol quick, environment 4bit.');
    expect(chart.panels[0]?.series.map(({ name, points }) => [name, points?.length])).toEqual([
      ['a', 20],
      ['b', 30],
      ['best of a', undefined],
      ['best of b', undefined],
    ]);
    expect(chart.panels[0]?.series[0]?.points?.[0]?.[0]).toBe(1);
    expect(chart.levels).toEqual([{ name: 'chance', y: 0.5 }]);
    expect(chart.subtitle).toMatch(/^spirals\.mjs, protocol quick, environment 4bit\. /);
  });
});

describe('what a learning curve is beside', () => {
  const how = { task: 'digits-mlp', protocol: 'quick', environment: 'none' };
  const rewards = [0.2, 0.1, 0.4, 0.3, 0.4, 0.9, 0.1, 0.1, 0.1];

  it('is the best so far, in steps, in the colour of its run', () => {
    const chart = learningCurveChart({ ...how, ...learningCurves([runOf(rewards)]) });
    expect(chart.panels[0]?.series[1]).toEqual({
      name: 'best so far',
      of: 'a',
      line: [
        [1, 0.2],
        [3, 0.2],
        [3, 0.4],
        [6, 0.4],
        [6, 0.9],
        [9, 0.9],
      ],
    });
    const svg = lineChart(chart);
    expect(
      svg.match(
        /stroke="#0067a5"[^>]*stroke-dasharray="1 2.5"|stroke-dasharray="1 2.5"[^>]*stroke="#0067a5"/g,
      ),
    ).toHaveLength(2);
  });

  it('is Adam and the best known rule, and no other', () => {
    const references = [
      { name: 'momentum', reward: 0.9 },
      { name: 'sgd', reward: 0.8 },
      { name: 'adam', reward: 0.7 },
    ];
    const levels = (some: typeof references) =>
      learningCurveChart({ ...how, references: some, ...learningCurves([runOf(rewards)]) }).levels;
    expect(levels(references)).toEqual([
      { name: 'momentum, the best known rule', y: 0.9 },
      { name: 'adam', y: 0.7 },
    ]);
    expect(levels(references.slice(2))).toEqual([{ name: 'adam, the best known rule', y: 0.7 }]);
  });

  it('draws runs of any name', () => {
    for (const name of ['best so far', 'best of a', '', 'chance', 'a *']) {
      const one = learningCurveChart({ ...how, ...learningCurves([runOf(rewards, name)]) });
      const two = learningCurveChart({
        ...how,
        ...learningCurves([runOf(rewards, name), runOf(rewards, 'a')]),
      });
      expect(lineChart(one)).toMatch(/^<svg/);
      expect(lineChart(two)).toMatch(/^<svg/);
    }
  });
});

describe('readLearningCurves', () => {
  let directory: string;
  let store: Store;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nos-curve-'));
    store = await openStore(join(directory, 'runs.db'));
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  /** A run of proposals with the given rewards; undefined is not scored yet. */
  async function fill(name: string, rewards: readonly (number | undefined)[], more = {}): Promise<void> {
    const config = {
      task: 'digits-mlp',
      space: { name: 'quick' },
      strategy: { name: 'random' },
      protocol: 'quick',
      samples: 12,
      batch: 12,
      seed: 1,
      ...more,
    };
    await store.createRun({
      name,
      config,
      createdAt: '2026-01-01T00:00:00Z',
      version: '1',
      fingerprint: 'f',
    });
    const proposals = rewards.map((_, i) => ({
      rule: `g^2 + ${i}`,
      tokens: [],
      identity: { text: '', key: `${name}${i}` },
    }));
    await store.addBatch(name, { batch: 0, first: 0, proposals }, { asked: 1, told: 0, state: '' });
    for (const [index, reward] of rewards.entries()) {
      if (reward !== undefined)
        await store.addScore(name, 'proposal', index, evaluationOf(name, index, reward));
    }
    await store.tellBatch(name, 0, {});
  }

  const evaluationOf = (name: string, index: number, reward: number): Evaluation => ({
    rule: `g^2 + ${index}`,
    key: `${name}${index}`,
    task: 'digits-mlp',
    protocol: 'quick',
    seed: 1,
    environment: 'none',
    learningRate: 0.1,
    edgeOfGrid: false,
    sweep: [],
    reward,
    curve: [reward],
    status: 'ok',
    steps: 1,
    seconds: 1,
    fingerprint: 'f',
    version: '1',
  });

  const twelve = Array.from({ length: 12 }, (_, i) => i / 100);

  it('reads runs in the order of proposal, up to the first rule without a score', async () => {
    await fill('whole', twelve);
    await fill('begun', [...twelve.slice(0, 10), undefined, 0.9]);
    const read = await readLearningCurves(store, ['whole', 'begun']);
    expect(read).toMatchObject({ task: 'digits-mlp', protocol: 'quick', chance: 0.1, window: 5 });
    expect(read.curves.map(({ rewards }) => rewards)).toEqual([twelve, twelve.slice(0, 10)]);
    expect(read.curves[1]).toMatchObject({ samples: 12, compared: 3, distinct: 1 });
  });

  it('knows no chance where the task is gone', async () => {
    await fill('own', twelve, { task: '/nowhere/spirals.mjs#6b1f0c2d9e8a' });
    expect(await readLearningCurves(store, ['own'])).not.toHaveProperty('chance');
  });

  it('refuses what cannot be compared', async () => {
    await fill('a', twelve);
    await fill('other task', twelve, { task: 'cifar10-convnet' });
    await fill('other protocol', twelve, { protocol: 'paper' });
    await fill('other environment', twelve, { environment: '4bit' });
    await fill('short', [...twelve.slice(0, 8), undefined, 0.5, 0.5, 0.5]);
    await fill('tiny', [0.1], { samples: 1 });
    const refusal = (...runs: string[]) => readLearningCurves(store, runs).catch((error) => error);
    expect(await refusal('a', 'none')).toMatchObject({ code: 'unknown-name' });
    expect(await refusal('a', 'a')).toMatchObject({ code: 'bad-option', message: "run 'a' is named twice" });
    expect(await refusal('a', 'other task')).toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining("'digits-mlp', run 'other task' of 'cifar10-convnet'"),
    });
    expect((await refusal('a', 'other protocol')).message).toContain("of protocol 'quick'");
    expect(await refusal('short')).toMatchObject({
      message: "run 'short' has 8 scored rules: a learning curve needs 9 or more",
      hint: expect.stringContaining('nos resume short'),
    });
    expect((await refusal('tiny')).hint).toContain('--samples');
  });
});
