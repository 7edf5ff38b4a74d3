import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Evaluation,
  type IdentifiedRequest,
  identityOf,
  parseProtocol,
} from '../../evaluation/index.ts';
import { stream } from '../../random/index.ts';
import { decode, findSpace, printRule, uniformTokens } from '../../rules/index.ts';
import { mean, sampleVariance } from '../../statistics/index.ts';
import { readData, resultFiles, resultFromData } from '../results.ts';
import { gatherData } from './chain.ts';
import { bestOf, extended, gridAround, rateAt } from './contest.ts';
import type { DiscoveryData } from './data.ts';
import { discovery, discoveryFindings } from './discovery.ts';
import { type Evaluate, lookUp } from './evaluate.ts';
import { commonParts, holdsAgreement, partsOf } from './parts.ts';
import { risesIn } from './pictures.ts';
import { type DiscoveryPlan, planDiscovery, plannedTrainings, roundsOf, SEARCHES } from './plan.ts';
import { leastSeen, shareDifference, shareInterval, summarizeContest } from './statistics.ts';
import type { SearchedRun } from './tables.ts';

const MADE = {
  ...{ command: 'nos reproduce discovery', scale: 0.02, version: '1.0.0', fingerprint: 'f' },
  ...{ machine: 'a processor', date: '2026-01-01', trained: { count: 6, seconds: 7_200 } },
};

/** A rule that no known optimizer is like. */
const PLANTED = identityOf('sign(g) * exp(sign(g) * sign(m)) * sqrt(abs(m))');

/** Everybody's best learning rate, which lies outside of the grids that some begin with. */
const BEST_RATE = 0.1;

/** What a world is in which one rule is so much better than all others, which are alike. */
const worldOf = (gain: number) => ({
  evaluate: (asked: IdentifiedRequest): Evaluation => {
    const { learningRates, curves } = parseProtocol(asked.protocol);
    const given = learningRates.length === 1 ? (learningRates[0] as number) : 0.001;
    const away = learningRates.length === 1 ? Math.abs(Math.log10(given / BEST_RATE)) : 0;
    const noise = stream(asked.seed, 'noise', asked.key).normal();
    const reward = 0.6 + (asked.key === PLANTED.key ? gain : 0) + 0.003 * noise - 0.05 * away;
    const diverged = given > 20;
    return {
      ...asked,
      ...{ learningRate: given, edgeOfGrid: false, sweep: [], curve: [reward], steps: 1, seconds: 2 },
      ...{ fingerprint: 'f', version: '1.0.0', reward: diverged ? 0.1 : reward },
      ...(curves && { testCurve: [reward - 0.01] }),
      status: diverged ? 'diverged' : 'ok',
    };
  },
});

let plan: DiscoveryPlan;
let searched: readonly SearchedRun[];

beforeAll(async () => {
  plan = await planDiscovery({ scale: 0.02, task: 'digits-mlp', seeds: 14 });
  const space = findSpace('icml2017', {});
  searched = plan.searches.map((search, s) => {
    const random = stream(s, 'rules');
    const rules = Array.from({ length: 30 }, () => printRule(decode(space, uniformTokens(space, random))));
    return {
      search: { ...search, config: { ...search.config, samples: 31 } },
      proposals: [...rules, ...(s === 0 ? [PLANTED.text] : ['g * abs(m)'])].map((rule, i): Evaluation => {
        const { text, key } = identityOf(rule);
        const { task, protocol } = search.config;
        return {
          ...worldOf(0).evaluate({ rule: text, key, task, protocol, environment: 'none', seed: 1 }),
          reward: rule === PLANTED.text ? 0.9 : 0.3 + 0.001 * i,
        };
      }),
    };
  });
});

const dataIn = (gain: number): Promise<DiscoveryData> => {
  const { evaluate } = worldOf(gain);
  return gatherData(plan, searched, async (requests) => requests.map(evaluate));
};

const pageOf = (data: DiscoveryData): string =>
  resultFiles(discovery, { findings: discoveryFindings(data), made: MADE })['README.md'] as string;

describe('the chain on made-up rewards', () => {
  it('finds a planted rule that is better than all known ones, and says by how much', async () => {
    const data = await dataIn(0.02);
    const { standings, rows } = summarizeContest(data.final!);
    expect(standings[0]?.key).toBe(PLANTED.key);
    const own = rows.filter(({ name }) => name === 'found-1');
    expect(own.map(({ verdict }) => verdict)).toEqual(own.map(() => 'better'));
    for (const { difference, least } of own) {
      expect(difference.mean).toBeCloseTo(0.02, 1);
      expect(least).toBeLessThan(0.02);
    }
    const page = pageOf(data);
    expect(page).toMatch(/^# .*\n\n\*\*Adam with cosine decay is beaten by found-1 \(\+[12]\.\d\d \[/);
    expect(page).toMatch(
      /\* found-1 is better than SGD by \+\d\.\d\d \[.*\] points, p = .*, 14 seeds, tuned alike\./,
    );
    expect(page).toContain('1 of the 2 best rules by the retest');
  });

  it('claims nothing where all are alike, and says what would have been seen', async () => {
    const data = await dataIn(0);
    const { rows } = summarizeContest(data.final!);
    expect(rows.filter(({ verdict }) => verdict === 'better')).toEqual([]);
    const page = pageOf(data);
    expect(page).toContain('**Adam with cosine decay is not beaten.**');
    expect(page).toMatch(
      /is not told apart from Adam: .* points, p = .*; a difference of 0\.\d\d would be seen/,
    );
  });

  it('says so where the found rules are worse', async () => {
    const page = pageOf(await dataIn(-0.05));
    expect(page).toContain('**Adam with cosine decay is not beaten.**');
  });

  it('tunes everybody to the same rate, at no edge, and compares no seed that chose', async () => {
    const { final, retest, transfer } = await dataIn(0.02);
    for (const { rate, edge, tried } of final!.optimizers) {
      expect([rate, edge]).toEqual([BEST_RATE, false]);
      expect(tried).toBeGreaterThan(plan.final.rates);
    }
    const seedsOf = (trials: readonly { seed: number }[]) => trials.map(({ seed }) => seed);
    const chose = new Set([...seedsOf(retest!.trials), ...seedsOf(final!.tuning)]);
    const compared = [...seedsOf(final!.trials), ...transfer.flatMap(({ trials }) => seedsOf(trials))];
    expect(compared.filter((seed) => chose.has(seed))).toEqual([]);
    expect([...retest!.trials, ...final!.tuning].filter(({ test }) => test !== undefined)).toEqual([]);
  });

  it('is the same again from its data, to the byte', async () => {
    const files = resultFiles(discovery, { findings: discoveryFindings(await dataIn(0.02)), made: MADE });
    const again = resultFromData(discovery, readData(files['data.json'] as string), 'another command');
    expect(resultFiles(discovery, again)).toEqual(files);
    expect(JSON.parse(files['found.json'] as string)[0]).toMatchObject({
      name: 'found-1',
      text: PLANTED.text,
      source: expect.stringContaining(`run ${plan.searches[0]?.run}, proposal 31`),
    });
  });

  it('says what is missing, and shows what is there', async () => {
    const { evaluate } = worldOf(0.02);
    const only = (stop: RegExp): Evaluate =>
      lookUp(async (request) => (stop.test(request.protocol) ? undefined : evaluate(request)));
    const shorter = searched.map((one) => ({ ...one, proposals: one.proposals.slice(0, 20) }));
    const page = pageOf(await gatherData(plan, shorter, only(/final/)));
    expect(page).toContain(`* search ${plan.searches[0]?.run}: 20 of 31 proposals are there`);
    expect(page).toMatch(/\* final: 0 of the next \d+ evaluations are there/);
    expect(page).toContain('figure4.svg');
    expect(page).not.toContain('](final.svg)');
    const nothing = await gatherData(plan, [], only(/./));
    expect(pageOf(nothing)).toContain('no search has found a rule that learns');
    expect(pageOf(nothing)).toContain('**Nothing is compared yet.**');
  });
});

describe('planDiscovery', () => {
  it('is of the promised size at scale 1, with the configuration of runs that are begun by hand', async () => {
    const { searches, retest, final, transfer } = await planDiscovery({ scale: 1 });
    expect(searches.map(({ run }) => run)).toEqual(SEARCHES.map(({ label }) => `discovery-${label}`));
    expect(searches[0]?.config).toMatchObject({
      ...{ task: 'cifar10-convnet', protocol: 'fast', environment: 'none', samples: 12_000 },
      ...{ batch: 5, pipeline: 2, seed: 1, space: { name: 'icml2017', iterations: 2 } },
      strategy: { name: 'rl', options: { algorithm: 'trpo' }, warmStart: [] },
    });
    expect(searches.reduce((sum, { config }) => sum + config.samples, 0)).toBeGreaterThanOrEqual(20_000);
    expect(retest.rounds.map(({ rules, seeds }) => [rules, seeds.length])).toEqual([
      ...[
        [256, 1],
        [128, 2],
        [64, 4],
      ],
      ...[
        [32, 8],
        [16, 16],
      ],
    ]);
    expect([final.found, final.seeds.length, final.rates]).toEqual([12, 20, 7]);
    expect(transfer.map(({ seeds }) => seeds.length)).toEqual([5, 5, 5, 5, 3]);
    expect(plannedTrainings({ scale: 1, task: '', searches, retest, final, transfer })[0]?.count).toBe(781);
  });

  it('keeps halving while more than the finalists are left', () => {
    const sizes = roundsOf(9, 4).map(({ rules }) => rules);
    expect(sizes).toEqual([9, 5]);
    expect(roundsOf(1, 1)).toHaveLength(1);
  });
});

describe('grids', () => {
  it('grow where the best lies at an edge, to smaller rates where all diverged, and not for ever', () => {
    const grid = gridAround(0.01, 3);
    expect(grid.map(rateAt)).toEqual([0.00316, 0.01, 0.0316]);
    expect(extended(grid, (i) => -Math.abs(i + 4), 3)).toBe(grid);
    expect(extended(grid, (i) => i, 3)).toEqual([...grid, -2]);
    expect(extended(grid, (i) => -i, 3)).toEqual([-6, ...grid]);
    expect(extended(grid, () => Number.NEGATIVE_INFINITY, 3)).toEqual([-6, ...grid]);
    expect(bestOf(grid, () => 1)).toBe(-5);
    expect(bestOf(grid, () => Number.NEGATIVE_INFINITY)).toBeUndefined();
    const long = Array.from({ length: 11 }, (_, i) => i);
    expect(extended(long, (i) => i, 3)).toBe(long);
    expect(gridAround(Number.NaN, 3)).toEqual(grid);
  });
});

describe('statistics', () => {
  it('see a difference of the least size in four of five tests at the corrected level', () => {
    const random = stream(1, 'least');
    const draws = (mean: number) => Array.from({ length: 12 }, () => mean + random.normal());
    // Student's quantiles for 11 degrees of freedom, from tables: 97.5 % and 80 %.
    const [threshold, power] = [2.201, 0.8755];
    const least = (threshold + power) / Math.sqrt(12);
    const tests = Array.from({ length: 4_000 }, () => draws(least));
    const statistic = (values: readonly number[]) =>
      mean(values) / Math.sqrt(sampleVariance(values) / values.length);
    expect(mean(tests.map((values) => Number(statistic(values) > threshold)))).toBeCloseTo(0.8, 1);
    // The mean of a sample's standard deviation is below the true one, by this factor for twelve values.
    expect(mean(tests.map((values) => leastSeen(values, 1)!)) / 0.9776).toBeCloseTo(least, 1);
    expect(leastSeen([1, 2], 1)).toBeNull();
    expect(leastSeen(draws(0), 156)! / leastSeen(draws(0), 1)!).toBeGreaterThan(1);
  });

  it('agree with published intervals of shares', () => {
    // Newcombe 1998, table I and example (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    const { mean, low, high } = shareDifference({ count: 56, of: 70 }, { count: 48, of: 80 });
    expect([mean, low, high].map((value) => value.toFixed(4))).toEqual(['0.2000', '0.0524', '0.3339']);
    expect(shareInterval({ count: 0, of: 10 })[0]).toBe(0);
  });

  it('draw the best so far', () => {
    expect(risesIn([Number.NaN, 0.2, 0.1, 0.3])).toEqual([
      [2, 0.2],
      [4, 0.3],
    ]);
  });
});

describe('parts', () => {
  it('are what a rule holds', () => {
    const { text } = identityOf('exp(sign(g) * sign(m)) * g');
    expect(holdsAgreement(text)).toBe(true);
    expect(holdsAgreement(identityOf('exp(sign(g)) * g').text)).toBe(false);
    expect(partsOf(identityOf('sign(g) + w').text)).toContain('sign(g)');
  });

  it('are told of where good rules hold them more often, and only there', () => {
    const good = Array.from({ length: 20 }, (_, i) => identityOf(`exp(sign(g)) * g + ${i + 1} * w`).text);
    const all = [...good, ...Array.from({ length: 80 }, (_, i) => identityOf(`g + ${i + 1} * w`).text)];
    const { tested, rows } = commonParts(good, all, 5);
    const parts = rows.map(({ part }) => part);
    expect(tested).toBeGreaterThan(rows.length);
    for (const { p, others } of rows) expect([p <= 0.05, others.of]).toEqual([true, 80]);
    expect(parts).toContain('exp(sign(g))');
    expect(parts).not.toContain('w');
  });
});
