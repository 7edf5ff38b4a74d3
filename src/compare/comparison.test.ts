import { describe, expect, it } from 'vitest';
import { evaluationOf } from '../../test/support/compare.ts';
import type { Evaluation, IdentifiedRequest } from '../evaluation/index.ts';
import { stream } from '../random/index.ts';
import { summarizeAll } from './comparison.ts';
import { contestant } from './contestant.ts';
import { comparisonPicture, summarize } from './index.ts';
import { type ComparisonPlan, planComparison, requestsOf } from './plan.ts';
import { rankOver } from './ranking.ts';

const plan = (
  rules: readonly string[],
  seeds: number,
  tasks = ['digits-mlp'],
  environment = 'none',
): Promise<ComparisonPlan> =>
  planComparison({ rules, tasks, protocol: 'quick', environment, seed: 1, seeds });

/** The evaluations of a plan, with rewards as said. */
const made = (
  wanted: ComparisonPlan,
  rewardOf: (one: IdentifiedRequest & { readonly name: string }) => number,
  more: (one: IdentifiedRequest & { readonly name: string }) => Partial<Evaluation> = () => ({}),
): Evaluation[] =>
  requestsOf(wanted).map(({ key, ...request }) => {
    const name = wanted.contestants.find((one) => one.key === key)?.name ?? '';
    return evaluationOf(request, rewardOf({ ...request, key, name }), more({ ...request, key, name }));
  });

const rowOf = (comparison: ReturnType<typeof summarize>, name: string, task = 0) => {
  const row = comparison.tasks[task]?.rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
};

describe('a comparison', () => {
  it('says which rules are better, worse, and not told apart, over pairs of equal seeds', async () => {
    const wanted = await plan(['powersign', 'sgd', 'momentum'], 8);
    const offset: Record<string, number> = { powersign: 0.05, sgd: -0.1, momentum: 0.001 };
    // The seeds differ by more than the rules: only pairs tell.
    const comparison = summarize(
      wanted,
      made(
        wanted,
        ({ name, seed }) => 0.1 * seed + (offset[name] ?? 0) + (name === 'momentum' ? (-1) ** seed / 100 : 0),
      ),
    );
    const [task] = comparison.tasks;
    expect(task?.rows.map(({ name, rank, verdict }) => [rank, name, verdict])).toEqual([
      [1, 'powersign', 'better'],
      [2, 'momentum', 'not told apart'],
      [3, 'adam', 'reference'],
      [4, 'sgd', 'worse'],
    ]);
    const better = rowOf(comparison, 'powersign');
    expect(better.rewards).toHaveLength(8);
    expect(better.mean).toBeCloseTo(0.5, 10);
    expect(better.difference?.pairs).toBe(8);
    expect(better.difference?.mean).toBeCloseTo(0.05, 10);
    // Equal differences: nothing says how far others may lie from them.
    expect(better.difference?.interval).toBeNull();
    const unclear = rowOf(comparison, 'momentum').difference?.interval;
    expect([unclear?.low, unclear?.high]).toBeAllclose([-0.009, 0.011], { atol: 1e-10 });
    // 2/2⁸, times the three tests of the comparison.
    expect(better.permutation).toEqual({ p: 1 / 128, adjusted: 3 / 128 });
    expect(better.wilcoxon).toEqual({ p: 1 / 128, adjusted: 3 / 128 });
    expect(better.superiority).toBeGreaterThan(0.5);
    expect(better.millisecondsPerStep).toBeCloseTo(5, 10);
    expect(rowOf(comparison, 'momentum').difference?.mean).toBeCloseTo(0.001, 10);
    expect(rowOf(comparison, 'adam')).toMatchObject({
      difference: null,
      permutation: null,
      superiority: null,
    });
    expect(comparison).toMatchObject({ reference: 'adam', fingerprint: 'this machine', version: '1.0.0' });
  });

  it('corrects for everything compared: every rule on every task', async () => {
    const tasks = ['digits-mlp', 'cifar10-convnet'];
    const reward = ({ name }: { readonly name: string }) => (name === 'adam' ? 0.5 : 0.6);
    const both = await plan(['sgd', 'momentum'], 6, tasks);
    const one = await plan(['sgd'], 6);
    expect(rowOf(summarize(one, made(one, reward)), 'sgd')).toMatchObject({
      verdict: 'better',
      permutation: { p: 1 / 32, adjusted: 1 / 32 },
    });
    const comparison = summarize(both, made(both, reward));
    expect(comparison.power).toEqual({ tests: 4, smallest: 1 / 32, smallestAdjusted: 1 / 8, seedsNeeded: 8 });
    for (const task of [0, 1]) {
      expect(rowOf(comparison, 'sgd', task)).toMatchObject({
        verdict: 'not told apart',
        permutation: { p: 1 / 32, adjusted: 1 / 8 },
      });
    }
  });

  it.each([3, 5, 6, 10])(
    'never says better or worse beside an interval that holds 0: %i seeds',
    async (seeds) => {
      const wanted = await plan(['sgd'], seeds);
      const verdicts = Array.from({ length: 60 }, (_, trial) => {
        // Skewed, as of a reference that diverges now and then.
        const reward = ({ name, seed }: { readonly name: string; readonly seed: number }) => {
          const random = stream(trial, name, seed);
          return name === 'adam' && random.uniform() < 0.3 ? 0.1 : 0.8 + 0.02 * random.normal();
        };
        const { verdict, difference } = rowOf(summarize(wanted, made(wanted, reward)), 'sgd');
        const { low, high } = difference?.interval ?? { low: Number.NaN, high: Number.NaN };
        if (verdict === 'better') expect(low).toBeGreaterThan(0);
        if (verdict === 'worse') expect(high).toBeLessThan(0);
        return verdict;
      });
      expect(verdicts).toContain('not told apart');
      expect(verdicts.includes('better')).toBe(seeds >= 6);
    },
  );

  it('of two seeds has a test, and no intervals', async () => {
    const wanted = await plan(['sgd'], 2);
    const row = rowOf(
      summarize(
        wanted,
        made(wanted, ({ seed, name }) => seed / (name === 'sgd' ? 3 : 5)),
      ),
      'sgd',
    );
    expect(row).toMatchObject({
      interval: null,
      difference: { pairs: 2, interval: null },
      verdict: 'not told apart',
    });
  });

  it('of one seed tests nothing, and has no intervals', async () => {
    const wanted = await plan(['sgd'], 1);
    const comparison = summarize(
      wanted,
      made(wanted, ({ name }) => (name === 'sgd' ? 0.9 : 0.1)),
    );
    expect(rowOf(comparison, 'sgd')).toMatchObject({
      interval: null,
      difference: { pairs: 1, mean: expect.closeTo(0.8, 10), interval: null },
      permutation: null,
      wilcoxon: null,
      superiority: 1,
      verdict: 'not tested',
    });
    expect(comparison.power).toMatchObject({ tests: 0, smallest: 1 });
  });

  it('has a row for a rule that diverges on every learning rate', async () => {
    const wanted = await plan(['exp(exp(g))'], 6);
    const diverged = {
      status: 'diverged',
      learningRate: Number.NaN,
      sweep: [1e-3, 1e-2].map((learningRate) => ({ learningRate, accuracy: Number.NaN })),
      curve: [],
    } as const;
    const evaluations = made(
      wanted,
      ({ name }) => (name === 'adam' ? 0.9 : 0.1),
      ({ name }) => (name === 'adam' ? {} : diverged),
    );
    const comparison = summarize(wanted, evaluations);
    expect(rowOf(comparison, 'exp(exp(g))')).toMatchObject({ diverged: 6, range: null, verdict: 'worse' });
    expect(comparisonPicture(comparison)).toContain('exp(exp(g))');
  });

  it('never finds a rule better for having diverged, nor ranks it above one that finished', async () => {
    const wanted = await plan(['log(g)', 'm'], 8);
    const diverged = { status: 'diverged', learningRate: Number.NaN, sweep: [] } as const;
    const [task] = summarize(
      wanted,
      made(
        wanted,
        // Chance is 0.1, and what finishes is worse.
        ({ name, seed }) => (name === 'log(g)' ? 0.1 : name === 'adam' ? 0.02 : 0.05 + seed / 1000),
        ({ name }) => (name === 'log(g)' ? diverged : {}),
      ),
    ).tasks;
    expect(task?.rows.map(({ name, rank, verdict }) => [name, rank, verdict])).toEqual([
      ['m', 1, 'better'],
      ['adam', 2, 'reference'],
      ['log(g)', 3, 'not told apart'],
    ]);
    expect(task?.rows[2]).toMatchObject({ mean: 0.02, difference: { mean: 0 }, diverged: 8 });
  });

  it('leaves failed evaluations out, with their pairs', async () => {
    const wanted = await plan(['sgd'], 4);
    const failing = (seeds: readonly number[], rule: string) =>
      summarize(
        wanted,
        made(
          wanted,
          ({ name }) => (name === 'sgd' ? 0.6 : 0.5),
          ({ name, seed }) => (name === rule && seeds.includes(seed) ? { status: 'failed', sweep: [] } : {}),
        ),
      );
    expect(rowOf(failing([2], 'sgd'), 'sgd')).toMatchObject({
      rewards: [0.6, Number.NaN, 0.6, 0.6],
      mean: expect.closeTo(0.6, 10),
      failed: 1,
      difference: { pairs: 3 },
      permutation: { p: 0.25 },
    });
    expect(rowOf(failing([1, 3], 'adam'), 'sgd').difference?.pairs).toBe(2);
    const none = failing([1, 2, 3, 4], 'sgd');
    expect(rowOf(none, 'sgd')).toMatchObject({ difference: null, verdict: 'not tested', failed: 4, rank: 2 });
    expect(comparisonPicture(none)).toContain('not tested');
  });

  it('refuses evaluations of machines or versions that differ', async () => {
    const wanted = await plan(['sgd'], 2);
    for (const other of [{ fingerprint: 'other' }, { version: '2.0.0' }]) {
      const evaluations = made(
        wanted,
        () => 0.5,
        ({ seed }) => (seed === 2 ? other : {}),
      );
      expect(() => summarize(wanted, evaluations)).toThrow(
        expect.objectContaining({ code: 'fingerprint', exitCode: 1 }),
      );
    }
    expect(() => summarize(wanted, made(wanted, () => 0.5).slice(1))).toThrow(RangeError);
  });

  it('in an environment says so, and takes no evaluation of another', async () => {
    const plain = await plan(['sgd'], 2);
    const coarse = await plan(['sgd'], 2, ['digits-mlp'], '4bit');
    const there = made(coarse, () => 0.5);
    const comparison = summarize(coarse, there);
    expect(comparison.environment).toBe('4bit');
    expect(comparisonPicture(comparison)).toContain('Protocol quick, environment 4bit, 2 seeds.');
    expect(() => summarize(plain, there)).toThrow(RangeError);
    const here = made(plain, () => 0.5);
    expect(summarize(plain, here)).not.toHaveProperty('environment');
    expect(comparisonPicture(summarize(plain, here))).not.toContain('environment');
    // Both at hand: each takes its own.
    const better = made(coarse, ({ name }) => (name === 'sgd' ? 0.9 : 0.1));
    expect(rowOf(summarize(coarse, [...here, ...better]), 'sgd').difference?.mean).toBeCloseTo(0.8, 10);
    expect(rowOf(summarize(plain, [...better, ...here]), 'sgd').difference?.mean).toBe(0);
  });

  it('with those of other environments is corrected for all, and paired within its own', async () => {
    const plans = [await plan(['sgd'], 6), await plan(['sgd'], 6, ['digits-mlp'], '4bit')] as const;
    // In 4 bits all lose by far more than the rules differ by.
    const evaluations = plans.flatMap((one) =>
      made(one, ({ name, environment }) => (name === 'sgd' ? 0.6 : 0.5) - (environment === '4bit' ? 0.3 : 0)),
    );
    const alone = summarize(plans[0], evaluations);
    expect(rowOf(alone, 'sgd').permutation).toEqual({ p: 1 / 32, adjusted: 1 / 32 });
    const together = summarizeAll(plans, evaluations);
    expect(together.map(({ environment }) => environment)).toEqual([undefined, '4bit']);
    for (const comparison of together) {
      expect(rowOf(comparison, 'sgd')).toMatchObject({
        difference: { mean: expect.closeTo(0.1, 10) },
        permutation: { p: 1 / 32, adjusted: 1 / 16 },
        verdict: 'not told apart',
      });
      expect(comparison.power.tests).toBe(2);
      expect(comparison.ranking).toHaveLength(2);
    }
  });

  it('of equal rules finds a difference in 5 % of times at most', async () => {
    const wanted = await plan(['sgd', 'momentum', 'powersign'], 8);
    const random = stream(1, 'null');
    let found = 0;
    const times = 40;
    for (let i = 0; i < times; i++) {
      const evaluations = made(wanted, () => Math.round(300 * (0.8 + 0.02 * random.normal())) / 300);
      const rows = summarize(wanted, evaluations).tasks.flatMap((task) => task.rows);
      if (rows.some(({ verdict }) => verdict === 'better' || verdict === 'worse')) found++;
    }
    // Two standard errors of 40 throws at 5 % are 0.07. (statistics/ has the tests of the tests, with more throws.)
    expect(found / times).toBeLessThan(0.12);
  }, 240_000);

  it('is drawn with a panel a task', async () => {
    const wanted = await plan(
      ['sgd', 'a very long name of a rule'.replaceAll(/.+/g, 'g * exp(sign(g) * sign(m))')],
      3,
      ['digits-mlp', 'cifar10-convnet'],
    );
    const comparison = summarize(
      wanted,
      made(wanted, ({ name, seed }) => 0.5 + name.length / 100 + seed / 50),
    );
    const svg = comparisonPicture(comparison);
    for (const text of ['digits-mlp', 'cifar10-convnet', 'Rules beside adam', 'mean of adam']) {
      expect(svg).toContain(text);
    }
    expect(comparisonPicture(comparison)).toBe(svg);
  });
});

describe('a plan', () => {
  it('has the reference last where it is not named, and once where it is', async () => {
    expect((await plan(['sgd'], 2)).contestants.map(({ name }) => name)).toEqual(['sgd', 'adam']);
    const written = await plan(['m / (sqrt(v) + eps)', 'sgd'], 2);
    expect(written.contestants.map(({ name }) => name)).toEqual(['m / (sqrt(v) + eps)', 'sgd']);
    expect(written.reference.name).toBe('m / (sqrt(v) + eps)');
  });

  it('wants every rule with the same seeds, task by task', async () => {
    const wanted = requestsOf(await plan(['sgd'], 2, ['digits-mlp', 'cifar10-convnet']));
    expect(wanted.map(({ task, seed }) => `${task} ${seed}`)).toEqual(
      ['digits-mlp', 'cifar10-convnet'].flatMap((task) => [1, 1, 2, 2].map((seed) => `${task} ${seed}`)),
    );
    expect(wanted[0]).toEqual({
      rule: contestant('sgd').rule,
      key: contestant('sgd').key,
      task: 'digits-mlp',
      protocol: 'quick',
      environment: 'none',
      seed: 1,
    });
    const coarse = requestsOf(await plan(['sgd'], 1, ['digits-mlp'], '4bit'));
    expect(coarse.map(({ environment }) => environment)).toEqual(['4bit', '4bit']);
  });

  it('calls a protocol by its one name', async () => {
    const input = { rules: ['sgd'], tasks: ['digits-mlp'], seed: 1, seeds: 1 };
    expect((await planComparison({ ...input, protocol: 'quick@5' })).protocol).toBe('quick');
  });

  const sound = { rules: ['sgd'], tasks: ['digits-mlp'], protocol: 'quick', seed: 1, seeds: 2 };
  it.each([
    ['a single rule', { rules: ['adam'] }, /only 'adam'.*compared with/],
    ['no rule', { rules: [] }, /only 'adam'/],
    ['a rule twice', { rules: ['sgd', 'g'] }, /'sgd' and 'g' mean the same rule/],
    ['a name twice', { rules: ['sgd', 'sgd'] }, /'sgd' is named twice/],
    ['an unknown rule', { rules: ['sdg'] }, /unknown rule 'sdg'|unknown operand/],
    ['an unknown reference', { against: 'adamm' }, /unknown rule 'adamm'/],
    ['an unknown task', { tasks: ['digit-mlp'] }, /unknown task 'digit-mlp'/],
    ['a task twice', { tasks: ['digits-mlp', 'digits-mlp'] }, /task 'digits-mlp' is named twice/],
    ['no task', { tasks: [] }, /no task/],
    ['an unknown protocol', { protocol: 'final' }, /protocol 'final': expected a number/],
    ['an unknown environment', { environment: '4bits' }, /unknown environment '4bits'/],
    ['seeds beyond 2^53', { seed: Number.MAX_SAFE_INTEGER }, /from 0 to 2\^53 - 1/],
    ['no seeds', { seeds: 0 }, /expected integers/],
  ])('refuses %s', async (_, wrong, message) => {
    await expect(planComparison({ ...sound, ...wrong })).rejects.toThrow(message);
    await expect(planComparison({ ...sound, ...wrong })).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('rankOver', () => {
  it('orders by the mean of ranks, then of scores, then as given; without a score a rule is last', () => {
    expect(rankOver([[0.1, 0.3, 0.2]]).map(({ index }) => index)).toEqual([1, 2, 0]);
    expect(
      rankOver([
        [1, 2],
        [100, 90],
      ]),
    ).toEqual([
      { index: 0, rank: 1, meanRank: 1.5 },
      { index: 1, rank: 2, meanRank: 1.5 },
    ]);
    expect(rankOver([[0.5, 0.5]]).map(({ meanRank }) => meanRank)).toEqual([1.5, 1.5]);
    expect(rankOver([[Number.NaN, 0.1, Number.NaN]]).map(({ index, meanRank }) => [index, meanRank])).toEqual(
      [
        [1, 1],
        [0, 2.5],
        [2, 2.5],
      ],
    );
  });
});
