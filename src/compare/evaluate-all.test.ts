import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NormalDispatcher } from '../../test/support/compare.ts';
import type { LeaderboardRow } from '../run/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { contestant } from './contestant.ts';
import {
  type EvaluationEvent,
  type EvaluationServices,
  planFunnel,
  plannedFunnel,
  runComparison,
  runComparisons,
  runFunnel,
  rungsOf,
} from './index.ts';
import { planComparison } from './plan.ts';

let directory: string;
let store: Store;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-compare-'));
  store = await openStore(join(directory, 'runs.db'));
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const services = (more: Partial<EvaluationServices> = {}): EvaluationServices => ({
  store,
  dispatcher: new NormalDispatcher(),
  fingerprint: 'this machine',
  version: '1.0.0',
  clock: () => Date.UTC(2017, 8, 21),
  by: 'a test',
  ...more,
});

const plan = (seeds = 4) =>
  planComparison({ rules: ['sgd', 'momentum'], tasks: ['digits-mlp'], protocol: 'quick', seed: 1, seeds });

describe('a comparison that is evaluated', () => {
  it('asks in order, says what it does, and costs nothing the second time', async () => {
    const events: EvaluationEvent[] = [];
    const dispatcher = new NormalDispatcher();
    const first = await runComparison(
      await plan(),
      services({ dispatcher, onEvent: (event) => events.push(event) }),
    );
    expect(dispatcher.requests).toHaveLength(12);
    expect(dispatcher.requests.map(({ seed }) => seed)).toEqual(
      [1, 2, 3, 4].flatMap((seed) => [seed, seed, seed]),
    );
    expect(events[0]).toEqual({ type: 'started', total: 12, stored: 0, origins: [] });
    expect(events.filter(({ type }) => type === 'evaluated')).toHaveLength(12);

    const again = new NormalDispatcher();
    const told: EvaluationEvent[] = [];
    const second = await runComparison(
      await plan(),
      services({ dispatcher: again, onEvent: (event) => told.push(event) }),
    );
    expect(second).toEqual(first);
    expect(again.requests).toEqual([]);
    const origins = [{ by: 'a test', at: '2017-09-21T00:00:00.000Z' }];
    expect(told).toEqual([{ type: 'started', total: 12, stored: 12, origins }]);

    const more = new NormalDispatcher();
    await runComparison(await plan(5), services({ dispatcher: more }));
    expect(more.requests.map(({ seed }) => seed)).toEqual([5, 5, 5]);
  });

  it('takes what a run has evaluated, but not what another machine or version has', async () => {
    const dispatcher = new NormalDispatcher();
    const { evaluations } = await runComparison(await plan(), services({ dispatcher }));
    await store.createRun({
      name: 'first',
      config: {},
      createdAt: '2017-09-21T00:00:00.000Z',
      version: '1.0.0',
      fingerprint: 'x',
    });
    const own = evaluations[0];
    if (own === undefined) throw new Error('evaluations were expected');
    await store.addScore('first', 'proposal', 0, { ...own, seed: 9 });
    const nine = await planComparison({
      rules: ['sgd'],
      tasks: ['digits-mlp'],
      protocol: 'quick',
      seed: 9,
      seeds: 1,
    });
    const asked = new NormalDispatcher();
    await runComparison(nine, services({ dispatcher: asked }));
    expect(asked.requests.map(({ rule }) => rule)).toEqual([contestant('adam').rule]);
    const elsewhere = new NormalDispatcher((evaluation) => ({ ...evaluation, version: '2.0.0' }));
    await runComparison(nine, services({ dispatcher: elsewhere, version: '2.0.0' }));
    expect(elsewhere.requests).toHaveLength(2);
  });

  it('in an environment is trained there, reference and all, once', async () => {
    await runComparison(await plan(), services());
    const coarse = { ...(await plan()), environment: '4bit' };
    const dispatcher = new NormalDispatcher();
    const first = await runComparison(coarse, services({ dispatcher }));
    expect(dispatcher.requests.map(({ environment }) => environment)).toEqual(Array(12).fill('4bit'));
    expect(first.comparison.tasks[0]?.rows.map(({ mean }) => mean < 0.5)).toEqual([true, true, true]);
    const again = new NormalDispatcher();
    const [plain, second] = await runComparisons([await plan(), coarse], services({ dispatcher: again }));
    expect(again.requests).toEqual([]);
    expect(second?.evaluations).toEqual(first.evaluations);
    expect(second?.comparison.tasks[0]?.rows.map(({ mean }) => mean)).toEqual(
      first.comparison.tasks[0]?.rows.map(({ mean }) => mean),
    );
    expect(plain?.evaluations.every(({ environment }) => environment === 'none')).toBe(true);
  });

  it('that is ended keeps what is done, and goes on to the same result', async () => {
    const undisturbed = await runComparison(await plan(), services());
    await store.close();
    store = await openStore(join(directory, 'other.db'));
    const controller = new AbortController();
    let done = 0;
    const dispatcher = new NormalDispatcher((evaluation) => {
      if (++done === 5) controller.abort(new Error('interrupted'));
      return evaluation;
    });
    const ended = runComparison(await plan(), services({ dispatcher, signal: controller.signal }));
    await expect(ended).rejects.toThrow();
    const kept = await store.evaluations({});
    expect(kept).toHaveLength(5);
    const rest = new NormalDispatcher();
    expect(await runComparison(await plan(), services({ dispatcher: rest }))).toEqual(undisturbed);
    expect(rest.requests).toHaveLength(7);
  });

  it('refuses a worker that computes otherwise, and stores nothing of it', async () => {
    const dispatcher = new NormalDispatcher((evaluation) => ({
      ...evaluation,
      fingerprint: 'another machine',
    }));
    await expect(runComparison(await plan(), services({ dispatcher }))).rejects.toMatchObject({
      code: 'fingerprint',
      message: expect.stringContaining('another machine'),
    });
    expect(await store.evaluations({})).toEqual([]);
  });

  it('tries failed evaluations again the next time', async () => {
    const failing = new NormalDispatcher((evaluation) =>
      evaluation.seed === 2 ? { ...evaluation, status: 'failed', sweep: [], error: 'SIGSEGV' } : evaluation,
    );
    const { comparison } = await runComparison(await plan(), services({ dispatcher: failing }));
    expect(comparison.tasks[0]?.rows.map(({ failed }) => failed)).toEqual([1, 1, 1]);
    const dispatcher = new NormalDispatcher();
    const again = await runComparison(await plan(), services({ dispatcher }));
    expect(dispatcher.requests.map(({ seed }) => seed)).toEqual([2, 2, 2]);
    expect(again.comparison.tasks[0]?.rows.map(({ failed }) => failed)).toEqual([0, 0, 0]);
  });
});

const found = (rule: string, rank: number, more: Partial<LeaderboardRow> = {}): LeaderboardRow => {
  const { rule: text, key, names } = contestant(rule);
  const search = { reward: 1 - rank / 100, status: 'ok', learningRate: 0.1, edgeOfGrid: false } as const;
  return { rank, rule: text, key, names, reference: false, ...search, proposals: 1, index: rank, ...more };
};

const RULES = ['g', 'g * 2', 'm', 'm * 2', 'sign(g)', 'sign(m)', 'g + m', 'exp(m)', 'g^3', 'prev(g)'];

const funnel = (more: object = {}) =>
  planFunnel({
    leaderboard: RULES.map((rule, i) => found(rule, i + 1)),
    rules: 27,
    references: ['momentum'],
    against: 'adam',
    tasks: ['digits-mlp'],
    protocol: 'quick@15',
    eta: 3,
    finalists: 2,
    seed: 1,
    seeds: 5,
    ...more,
  });

describe('the rungs of a funnel', () => {
  const options = { protocol: 'quick', eta: 3, finalists: 3, seed: 1, seeds: 10 };

  it('have a third of the rules and three times the epochs of those before, and seeds of their own', () => {
    const rungs = rungsOf(27, options);
    expect(rungs.map(({ protocol, rules, seeds }) => [protocol, rules, seeds.length])).toEqual([
      ['quick', 27, 1],
      ['quick@15', 9, 2],
      ['quick@45', 3, 10],
    ]);
    const seeds = rungs.flatMap((rung) => rung.seeds);
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(rungsOf(27, options)).toEqual(rungs);
    expect(rungsOf(27, { ...options, seed: 2 })[0]?.seeds).not.toEqual(rungs[0]?.seeds);
  });

  it('end with the finalists, however many there are', () => {
    const sizes = (rules: number, more: object) =>
      rungsOf(rules, { ...options, ...more }).map((rung) => rung.rules);
    expect(sizes(20, {})).toEqual([20, 7, 3]);
    expect(sizes(3, {})).toEqual([3]);
    expect(sizes(4, { eta: 2 })).toEqual([4, 3]);
    expect(sizes(5, { finalists: 1, eta: 2 })).toEqual([5, 3, 2, 1]);
    expect(sizes(1, { finalists: 1 })).toEqual([1]);
    expect(() => sizes(27, { protocol: 'quick@90000' })).toThrow(/from 1 to 100000/);
  });
});

describe('a funnel', () => {
  it('lets no rule in that behaves as one before it, or as one that is carried along', async () => {
    const copies = [
      'adam + drop(g^2, 0.5)',
      'sign(g)',
      'sign(g) - drop(1e-3 * w, 0.5)',
      '10 * acc(g, 0.9)',
      'm',
    ];
    const { candidates } = await funnel({ leaderboard: copies.map((rule, i) => found(rule, i + 1)) });
    expect(candidates.map(({ key }) => key)).toEqual(['sign(g)', 'm'].map((rule) => contestant(rule).key));
  });

  it('keeps the best of every rung, carries the references along, and ends with a comparison', async () => {
    const wanted = await funnel();
    const dispatcher = new NormalDispatcher();
    const stages: string[] = [];
    const result = await runFunnel(wanted, services({ dispatcher }), ({ protocol }) => stages.push(protocol));
    expect(stages).toEqual(['quick@15', 'quick@45', 'quick@135']);
    expect(result.rungs.map(({ rules, rows }) => [rules, rows.length])).toEqual([
      [10, 12],
      [4, 6],
      [2, 4],
    ]);
    expect(dispatcher.requests).toHaveLength(plannedFunnel(wanted));
    expect(plannedFunnel(wanted)).toBe(12 + 6 * 2 + 4 * 5);
    for (const [i, { rows }] of result.rungs.entries()) {
      const next = result.rungs[i + 1]?.rows ?? rows;
      const survivors = rows.filter(({ survived }) => survived).map(({ key }) => key);
      expect([...survivors].sort()).toEqual(next.map(({ key }) => key).sort());
      expect(
        rows
          .filter(({ reference }) => reference)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['adam', 'momentum']);
      const means = rows.map((row) => row.means[0] as number);
      expect(means).toEqual([...means].sort((a, b) => b - a));
    }
    const last = result.comparison;
    expect(last).toMatchObject({ protocol: 'quick@135', reference: 'adam' });
    expect(last.seeds).toHaveLength(5);
    expect(last.tasks[0]?.rows).toHaveLength(4);
    expect(last.tasks[0]?.rows.map(({ mean }) => mean)).toEqual(
      result.rungs[2]?.rows.map(({ means }) => expect.closeTo(means[0] as number, 12)),
    );
  });

  it('that is ended goes on to the same result', async () => {
    const undisturbed = await runFunnel(await funnel(), services());
    await store.close();
    store = await openStore(join(directory, 'other.db'));
    for (const end of [3, 14, 30]) {
      const controller = new AbortController();
      let done = (await store.evaluations({})).length;
      const dispatcher = new NormalDispatcher((evaluation) => {
        if (++done === end) controller.abort(new Error('interrupted'));
        return evaluation;
      });
      await expect(
        runFunnel(await funnel(), services({ dispatcher, signal: controller.signal })),
      ).rejects.toThrow();
    }
    const dispatcher = new NormalDispatcher();
    expect(await runFunnel(await funnel(), services({ dispatcher }))).toEqual(undisturbed);
    expect(dispatcher.requests.length).toBeLessThan(plannedFunnel(await funnel()) - 25);
  });

  it('in an environment is trained there in every rung', async () => {
    const dispatcher = new NormalDispatcher();
    const { comparison } = await runFunnel(await funnel({ environment: '8bit' }), services({ dispatcher }));
    expect(new Set(dispatcher.requests.map(({ environment }) => environment))).toEqual(new Set(['8bit']));
    expect(comparison.environment).toBe('8bit');
    await expect(funnel({ environment: '8bits' })).rejects.toThrow(/unknown environment '8bits'/);
  });

  it('takes sound found rules alone, the best first, and none that is a reference', async () => {
    const wanted = await funnel({
      leaderboard: [
        found('adam', 1),
        found('exp(exp(g))', 2, { status: 'diverged' }),
        found('g', 3),
        found('m', 4),
      ],
      rules: 1,
      nameOf: (rule: string) => `<${rule}>`,
    });
    expect(wanted.candidates.map(({ name }) => name)).toEqual(['<g>']);
    expect(wanted.references.map(({ name }) => name)).toEqual(['momentum', 'adam']);
    await expect(funnel({ leaderboard: [found('adam', 1)] })).rejects.toThrow(/no rule that could enter/);
    await expect(funnel({ references: ['sgd', 'g'] })).rejects.toThrow(/mean the same rule/);
    await expect(funnel({ tasks: ['none'] })).rejects.toThrow(/unknown task 'none'/);
  });

  it('drops rules that diverge, also where the others finish below chance', async () => {
    const bad = contestant('g').rule;
    const dispatcher = new NormalDispatcher((evaluation) =>
      evaluation.rule === bad
        ? { ...evaluation, status: 'diverged', reward: 0.1 }
        : { ...evaluation, reward: evaluation.reward / 100 },
    );
    const { rungs } = await runFunnel(await funnel(), services({ dispatcher }));
    expect(rungs[0]?.rows.at(-1)).toMatchObject({ key: contestant('g').key, survived: false });
  });

  it('drops rules that diverge or fail', async () => {
    const bad = contestant('g').rule;
    const worse = contestant('m').rule;
    const dispatcher = new NormalDispatcher((evaluation) => {
      if (evaluation.rule === bad) return { ...evaluation, status: 'diverged', reward: 0.1 };
      return evaluation.rule === worse ? { ...evaluation, status: 'failed', sweep: [] } : evaluation;
    });
    const { rungs } = await runFunnel(await funnel(), services({ dispatcher }));
    const last = rungs[0]?.rows.slice(-2);
    expect(last?.map(({ key, diverged, failed, survived }) => [key, diverged, failed, survived])).toEqual([
      [contestant('g').key, 1, 0, false],
      [contestant('m').key, 0, 1, false],
    ]);
  });
});
