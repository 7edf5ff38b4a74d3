import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Evaluator, openEvaluator } from '../evaluate/index.ts';
import type { Evaluation } from '../evaluation/index.ts';
import { type Trajectory, testFunctions } from '../functions/index.ts';
import { parseRule, resolveRule, ruleKey } from '../rules/index.ts';
import { learningCurves } from '../run/index.ts';
import { rankCorrelation } from '../statistics/index.ts';
import { figure4 } from './figure4/figure4.ts';
import {
  type Descended,
  descend,
  FOUND,
  fineGrid,
  fourRates,
  movingRates,
  optimizers,
} from './figure6/descend.ts';
import { compareWith, FLOAT32_FLOOR } from './figure6/page.ts';
import {
  type Computation,
  type ExperimentFindings,
  experimentPage,
  experiments,
  type PlannedSearch,
  type Size,
  type Trainings,
} from './index.ts';
import { fillPage, markdownTable } from './page.ts';
import { figure5, figure7 } from './six-optimizers.ts';
import { table1 } from './table1/table1.ts';
import { table2 } from './table2/table2.ts';
import { bestTest, bestValidation, finalTest, finalValidation, keyOf } from './trainings.ts';

const testFunction = testFunctions.find('rosenbrock');
const descent = { testFunction, start: testFunction.start, steps: 200, seed: 1 };
const optimizer = (name: string) => {
  const found = optimizers.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

const digits = 'digits-mlp';
let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await openEvaluator({ task: digits, directory: '/nowhere', clock: () => 0 });
}, 60_000);
afterAll(() => evaluator.close());

async function trainAll(experiment: Trainings, size: Size): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const wanted of await experiment.plan(size)) evaluations.push(await evaluator.evaluate(wanted));
  return evaluations;
}

const checkFindings = (name: string, findings: ExperimentFindings): void => {
  expect(findings.page).toContain('The paper');
  // The digits are not translated.
  if (name !== 'table2') expect(Object.keys(findings.files)).toContain(`${name}.svg`);
  for (const text of Object.values(findings.files)) expect(text.length).toBeLessThan(500_000);
};

describe.each(experiments.entries.filter(({ kind }) => kind === 'computation') as Computation[])(
  '$name',
  (experiment) => {
    it('gives its files, its page and figures, the same again, and counts its work', {
      timeout: 120_000,
    }, async () => {
      const run = async () => {
        let work = 0;
        const onWork = (steps: number) => {
          work += steps;
        };
        const findings = await experiment.run({ scale: 0.01, signal: new AbortController().signal, onWork });
        expect(work).toBe(experiment.work(0.01));
        return findings;
      };
      const findings = await run();
      expect(await run()).toEqual(findings);
      checkFindings(experiment.name, findings);
    });

    it('stops where it is told to', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(experiment.run({ scale: 0.01, signal, onWork: () => undefined })).rejects.toThrow(
        'enough',
      );
    });
  },
);

const AT_FULL_SIZE: Readonly<Record<string, { readonly task: string; readonly protocol: string }>> = {
  figure5: { task: 'cifar10-convnet', protocol: 'curves@300' },
  figure7: { task: 'cifar10-wide-resnet', protocol: 'curves@300' },
  table1: { task: 'cifar10-wide-resnet', protocol: 'curves@300' },
  table2: { task: 'wmt14-gnmt(beam=4)', protocol: 'curves@10:cosine=1e-5' },
};

describe.each(experiments.entries.filter(({ kind }) => kind === 'trainings') as Trainings[])(
  '$name',
  (experiment) => {
    it('gives its files, its page and figures of real trainings', { timeout: 120_000 }, async () => {
      const size = { scale: 0.005, seeds: 2, task: digits };
      const evaluations = await trainAll(experiment, size);
      const findings = experiment.findings(size, evaluations);
      checkFindings(experiment.name, findings);
      expect(experiment.findings(size, evaluations)).toEqual(findings);
    });

    it('is what the paper trained at full size, less at a smaller one', async () => {
      const plan = async (scale: number) => (await experiment.plan({ scale, seeds: 1 }))[0];
      const [small, full] = [await plan(0.01), await plan(1)];
      expect(full).toMatchObject(AT_FULL_SIZE[experiment.name] as object);
      expect(small?.protocol).toMatch(/^curves@/);
      expect([small?.task, small?.protocol]).not.toEqual([full?.task, full?.protocol]);
    });

    it('has a row for what diverged and for what failed', { timeout: 60_000 }, async () => {
      const size = { scale: 0.005, seeds: 1, task: digits };
      const [first, second, ...others] = await trainAll(experiment, size);
      const nothing = { sweep: [], curve: [], testCurve: [], lossCurve: [], learningRate: Number.NaN };
      const { page } = experiment.findings(size, [
        { ...(first as Evaluation), ...nothing, status: 'diverged', reward: 0.1 },
        { ...(second as Evaluation), ...nothing, status: 'failed', reward: 0.1 },
        ...others,
      ]);
      expect(page).toContain('1 diverged');
      expect(page).toContain('1 failed');
    });
  },
);

describe('figure4', () => {
  /** Searches of 120 rules: the controller's rewards rise, random search's do not. */
  const curves = (seeds: number) => {
    const rules = (reward: (i: number) => number) =>
      Array.from({ length: 120 }, (_, i) => ({ key: `${i}`, reward: reward(i) }));
    const runs = Array.from({ length: seeds }, (_, seed) => [
      { run: `c${seed}`, samples: 120, rules: rules((i) => 0.2 + 0.005 * i) },
      { run: `r${seed}`, samples: 120, rules: rules((i) => 0.2 + 0.01 * (i % 2)) },
    ]);
    const shared = { task: digits, protocol: 'quick', environment: 'none', chance: 0.1 };
    return { ...shared, ...learningCurves(runs.flat()) };
  };

  it('plans two searches a seed, longer at a larger scale, under the paper’s protocol at its own', async () => {
    const plan = await figure4.plan({ scale: 0.002, seeds: 2 });
    expect(plan.map(({ run }) => run)).toEqual([
      'figure4-controller-90-cifar10-convnet-1',
      'figure4-random-90-cifar10-convnet-1',
      'figure4-controller-90-cifar10-convnet-2',
      'figure4-random-90-cifar10-convnet-2',
    ]);
    expect(plan[0]?.config).toMatchObject({ samples: 90, protocol: 'quick', batch: 5, references: [] });
    const [{ config }] = (await figure4.plan({ scale: 1, seeds: 1 })) as [PlannedSearch];
    expect(config).toMatchObject({ samples: 45_000, protocol: 'paper', task: 'cifar10-convnet' });
  });

  it.each([1, 3])('tells whether rewards rise, with %i seeds', (seeds) => {
    const findings = figure4.findings({ scale: 120 / 45_000, seeds }, curves(seeds));
    checkFindings('figure4', findings);
    const all = seeds === 1 ? 'holds' : 'holds with all 3 seeds';
    expect(findings.page).toContain(`reward rises: ${all}.** Random search's rises with 0 of ${seeds}`);
    expect(findings.page).toContain(`The maximum rises: ${all}**`);
    // The last forty of each: 0.6975 less 0.205.
    expect(findings.page).toMatch(/\+0\.49[23] \[/);
    expect(findings.files['rewards.csv']?.split('\n')[121]).toBe('random,1,1,0.2');
  });
});

/** Trainings with two seeds that end at these test accuracies, a thousandth higher with each seed. */
const sixTrained = (last: Readonly<Record<string, number>>): Evaluation[] =>
  [1, 2].flatMap((seed) =>
    Object.entries(last).map(([rule, test]): Evaluation => {
      const value = test + 0.001 * seed;
      const key = ruleKey(resolveRule(rule));
      const request = { rule, key, task: digits, protocol: 'curves@2', seed, environment: 'none' };
      const curves = { curve: [0.3, value], testCurve: [0.2, value], lossCurve: [2, 1] };
      const rest = { learningRate: 0.1, edgeOfGrid: false, sweep: [], steps: 1, seconds: 1 };
      return { ...request, ...curves, ...rest, reward: value, status: 'ok', fingerprint: '', version: '' };
    }),
  );

describe('figure5', () => {
  it('tells where the paper’s claims hold, from made-up curves', () => {
    const size = { scale: 0.005, seeds: 2, task: digits };
    const last = { adam: 0.5, momentum: 0.59, rmsprop: 0.5, sgd: 0.61, optimizer1: 0.6, optimizer2: 0.7 };
    const { page, files } = figure5.findings(size, sixTrained(last));
    expect(page).toMatch(
      /Optimizer 1 against Adam +\| greatly higher +\| \+10\.00 \(\+10\.00, \+10\.00\) \| 2 of 2/,
    );
    expect(page).toContain('over Momentum holds on the mean (+1.00 points, with every seed');
    expect(page).toContain('over SGD does not hold (−1.00 points)');
    expect(page).toContain('Brackets hold the values of the two seeds');
    expect(page).toMatch(/RMSProp +\| `g \/ \(sqrt\(v\) \+ eps\)` +\| 1e-1, 1e-1 +\| 50\.15/);
    expect(files['curves.csv']?.split('\n')[1]).toBe('Adam,1,0.1,1,0.3,0.2,2');
  });
});

describe('figure7', () => {
  it('trains what Table 1 trains, so that the store shares the evaluations', async () => {
    for (const scale of [0.01, 0.5, 1]) {
      const [figure, table] = await Promise.all(
        [figure7, table1].map((experiment) => experiment.plan({ scale, seeds: 2 })),
      );
      const ids = (plan: typeof table = []) =>
        plan.map(({ key, task, protocol, environment, seed }) =>
          [key, task, protocol, environment, seed].join(' '),
        );
      expect(figure).toHaveLength(12);
      expect(ids(table)).toEqual(expect.arrayContaining(ids(figure)));
    }
  });

  it('tells whether each is above all four, from made-up curves, with the points of Table 1', () => {
    const last = { adam: 0.5, momentum: 0.59, rmsprop: 0.5, sgd: 0.61, optimizer1: 0.6, optimizer2: 0.7 };
    const { page, files } = figure7.findings({ scale: 0.01, seeds: 2 }, sixTrained(last));
    expect(page).toContain(
      '**Optimizer 1, above all four: does not hold**: over Adam holds on the mean (+10.00',
    );
    expect(page).toContain(
      '**Optimizer 2, above all four: holds on the means**: over Adam holds on the mean',
    );
    expect(page).toMatch(/Optimizer 1 against SGD +\| \+0\.60 +\| −1\.00 /);
    expect(page).toMatch(/Optimizer 2 against Adam +\| \+2\.90 +\| \+20\.00 /);
    expect(page).toContain('Here: 3 epochs of the task `digits-mlp`, 2 seeds.');
    expect(files['figure7.svg']).toContain('Test accuracy on digits-mlp');
  });
});

describe('rankCorrelation', () => {
  it.each([
    [[1, 2, 3], [10, 20, 30], 1],
    [[1, 2, 3], [30, 20, 10], -1],
    [[1, 2, 3], [10, 30, 20], 0.5],
    [[Number.NaN, 0.1, 0.2, 0.2], [4, 2, 3, 3], 1],
    [[Number.NaN, 0.1], [1, 2], Number.NaN],
    [[1, 1], [1, 2], Number.NaN],
  ])('of %j and %j is %f', (a, b, expected) => {
    if (Number.isNaN(expected)) expect(rankCorrelation(a, b)).toBeNaN();
    else expect(rankCorrelation(a, b)).toBeCloseTo(expected);
  });
});

describe('table1', () => {
  it('has the twenty rows of the paper, in rules of the catalogue', async () => {
    const plan = await table1.plan({ scale: 0.02, seeds: 1 });
    expect(plan).toHaveLength(20);
    expect(new Set(plan.map(({ key }) => key)).size).toBe(20);
    expect(plan[0]).toMatchObject({ task: 'cifar10-wide-resnet(depth=10,widening=1)', protocol: 'curves@6' });
    expect((await table1.plan({ scale: 1, seeds: 1 }))[0]).toMatchObject({ task: 'cifar10-wide-resnet' });
  });

  it('counts what is above the known ones, from made-up trainings', async () => {
    const size = { scale: 0.005, seeds: 2, task: digits };
    const plan = await table1.plan(size);
    // SGD 0.500, Momentum 0.501, … the last found one 0.519, and 0.1 more with the second seed.
    const evaluations = plan.map(({ rule, key, task, protocol, seed }, i): Evaluation => {
      const value = 0.5 + 0.001 * (i % 20) + 0.1 * (seed - 1);
      const curves = { curve: [value, value - 0.1], testCurve: [value, value], lossCurve: [2, 1] };
      const rest = { learningRate: 0.1, edgeOfGrid: false, sweep: [], steps: 1_234, seconds: 1 };
      const request = { rule, key, task, protocol, seed, environment: 'none' };
      return {
        ...request,
        ...curves,
        ...rest,
        reward: value - 0.1,
        status: 'ok',
        fingerprint: '',
        version: '',
      };
    });
    const { page } = table1.findings(size, evaluations);
    expect(page).toContain('1,234 training steps\nper seed');
    expect(page).toMatch(/RMSProp +\| 16 of 16 +\| \+2\.7 +\| 16 of 16 +\| \+1\.60 +\| 0 +\| 0 /);
    expect(page).toMatch(/SGD +\| 45\.00 \(40\.00, 50\.00\) \/ 92\.0 \| 55\.00 \(50\.00, 60\.00\) \/ 91\.8/);
    expect(page).toContain('Many above SGD: holds on the means**: 16 of 16, 0 of them told apart');
  });
});

describe('table2', () => {
  /** Adam's and the other's: losses, BLEU on the validation sentences, BLEU on the test sentences. */
  const made = async (adam: Measured, found: Measured): Promise<string> => {
    const size = { scale: 0.005, seeds: 2 };
    const plan = await table2.plan(size);
    const evaluations = plan.map(({ rule, key, task, protocol, seed }): Evaluation => {
      const { loss, bleu, test } = key === keyOf('adam') ? adam : found;
      const learningRate = Number(protocol.split('=')[1]);
      // The second learning rate is the best one.
      const reward = learningRate === 3e-3 || learningRate === 3 ? 0.5 : 0.4;
      if (reward < 0.5) return { ...worse, rule, key, task, protocol, seed, learningRate, reward };
      return {
        ...{ rule, key, task, protocol, seed, environment: 'none', status: 'ok', reward },
        ...{ learningRate, edgeOfGrid: false, sweep: [], steps: 1_234, seconds: 1 },
        ...{ curve: [0.1, 0.5], testCurve: [0.1, 0.5], lossCurve: [2, loss] },
        measureCurves: { perplexity: bleu.map(() => 2), bleu },
        testMeasures: { perplexity: 3, bleu: test + seed },
        ...{ fingerprint: '', version: '' },
      };
    });
    const { page, files } = table2.findings(size, evaluations);
    expect(files['curves.csv']).toContain('training_loss,validation_perplexity,validation_bleu\n');
    return page;
  };
  const worse = {
    ...{ environment: 'none', status: 'ok' as const, edgeOfGrid: false, sweep: [], steps: 1, seconds: 1 },
    ...{ curve: [0.4], testCurve: [0.4], lossCurve: [9], fingerprint: '', version: '' },
    measureCurves: { perplexity: [2.5], bleu: [99] },
    testMeasures: { perplexity: 2.5, bleu: 99 },
  } as const;
  interface Measured {
    readonly loss: number;
    readonly bleu: readonly number[];
    readonly test: number;
  }

  it('tells where the paper’s claims hold, from made-up trainings', async () => {
    // Adam's mean of the five highest: 22; the other's: 26.
    const adam = { loss: Math.log(4), bleu: [1, 20, 21, 22, 23, 24], test: 30 };
    const found = { loss: Math.log(3.5), bleu: [28, 27, 26, 25, 24, 1], test: 29 };
    const page = await made(adam, found);
    expect(page).toMatch(
      /\| train perplexity +\| −0\.1 +\| −0\.50 \(−0\.50, −0\.50\) \| lower with 2 of 2 +\| 1\.0/,
    );
    expect(page).toMatch(/\| test BLEU +\| \+0\.5 +\| −1\.00 \(−1\.00, −1\.00\) \| higher with 0 of 2/);
    expect(page).toMatch(/near the peak +\| \+0\.7 +\| \+4\.00 /);
    expect(page).toContain("Train perplexity lower than Adam's: holds on the mean, not told apart");
    expect(page).toContain("Test BLEU higher than Adam's: does not hold");
    expect(page).toMatch(/Adam +\| 4\.00 \(4\.00, 4\.00\) \/ 1\.49 \| 31\.50 \(31\.00, 32\.00\) \/ 24\.5/);
    expect(page).toMatch(/Adam +\| 1 +\| 1e-2 +\| 8103\.08 +\| 2\.50 +\| 2\.50 +\| 99\.00/);
    expect(page).toContain('3 trainings of 1,234 steps');
    expect(page).toContain('`m / (sqrt(v) + eps)`, 2 running averages per weight');
    expect(page).toContain('`exp(sign(g) * sign(ema(g, 0.9))) * g`, 1 running average per weight');
  });
});

describe('scores', () => {
  const run = (curve: number[], testCurve: number[], more: Partial<Evaluation> = {}) =>
    ({ status: 'ok', reward: curve.at(-1) ?? 0.1, curve, testCurve, ...more }) as Evaluation;
  it('takes test accuracy at the end, and where validation was best first', () => {
    const one = run([0.4, 0.6, 0.6, 0.5], [0.3, 0.5, 0.7, 0.45]);
    expect([finalValidation(one), finalTest(one), bestValidation(one), bestTest(one)]).toEqual([
      0.5, 0.45, 0.6, 0.5,
    ]);
  });
  it('is chance where it diverged, and no number where it failed', () => {
    const diverged = run([], [], { status: 'diverged' });
    const failed = run([], [], { status: 'failed' });
    for (const score of [finalValidation, finalTest, bestValidation, bestTest]) {
      expect([score(diverged), score(failed)]).toEqual([0.1, Number.NaN]);
    }
  });
});

describe('experiments', () => {
  it('names the nearest', () => {
    expect(() => experiments.find('figure66')).toThrow(
      expect.objectContaining({ code: 'unknown-name', hint: expect.stringContaining("'figure6'") }),
    );
  });
});

describe('the five optimizers', () => {
  it('are those of the figure, in rules that parse', () => {
    expect(optimizers.map(({ name }) => name)).toEqual(['Adam', 'SGD', 'RMSProp', 'Momentum', 'Optimizer 1']);
    expect(optimizer('Adam').variants).toHaveLength(6);
    for (const { variants } of optimizers) for (const { rule } of variants) parseRule(rule);
  });
});

describe('movingRates', () => {
  it('tries four decades, and moves while the best is at an edge', async () => {
    const rates = async (name: string) => {
      const [variant] = optimizer(name).variants;
      if (variant === undefined) throw new Error(name);
      expect((await fourRates(variant, descent)).sweep.map(({ learningRate }) => learningRate)).toEqual([
        1e-4, 1e-3, 1e-2, 0.1,
      ]);
      return (await movingRates(variant, descent)).sweep.map(({ learningRate }) => learningRate);
    };
    expect(await rates('SGD')).toHaveLength(4);
    const adam = await rates('Adam');
    expect(adam.at(-1)).toBeGreaterThan(0.1);
  });

  it('moves down where every learning rate diverged', async () => {
    const { best, sweep } = await movingRates({ rule: 'g * 1e4', setting: '' }, descent);
    expect(best.diverged).toBe(false);
    expect(sweep.at(-1)?.learningRate).toBeLessThan(1e-1);
  });
});

describe('descend', () => {
  it('takes the best of all variants and learning rates', async () => {
    const best = await descend(optimizer('Adam'), descent, fineGrid);
    const all = best.sweeps.flatMap(({ sweep }) => sweep.map(({ excess }) => excess));
    expect(best.sweeps).toHaveLength(6);
    expect(best.trajectory.values.at(-1)).toBe(Math.min(...all));
    expect(best.rule).toContain(best.setting.replace('ε ', ''));
  });
});

describe('compareWith', () => {
  const ending = (name: string, value: number): Descended => {
    const trajectory: Trajectory = {
      learningRate: 1,
      points: [[1, 1]],
      values: [value],
      diverged: value === Infinity,
    };
    return { optimizer: name, setting: '', rule: 'g', trajectory, edgeOfGrid: false, sweeps: [] };
  };
  it.each([
    [1e-3, 1e-2, 'lower'],
    [1e-2, 1e-3, 'higher'],
    [FLOAT32_FLOOR / 10, 0, 'equal'],
    [FLOAT32_FLOOR / 10, 1e-3, 'lower'],
    [1, Number.POSITIVE_INFINITY, 'lower'],
  ] as const)('%f against %f is %s', (own, theirs, expected) => {
    expect(compareWith('SGD', [ending(FOUND, own), ending('SGD', theirs)], testFunction)).toBe(expected);
  });
});

describe('experimentPage', () => {
  it('shows the pictures that there are', async () => {
    const size = { scale: 0.005, seeds: 1, task: digits };
    const plan = await figure5.plan(size);
    const evaluations = plan.map((wanted): Evaluation => {
      const nothing = { sweep: [], curve: [], testCurve: [], lossCurve: [], learningRate: Number.NaN };
      const rest = { environment: 'none', edgeOfGrid: false, reward: 0.1, steps: 1, seconds: 1 };
      return { ...wanted, ...nothing, ...rest, status: 'diverged', fingerprint: '', version: '' };
    });
    const how = { command: '', scale: 1, version: '', fingerprint: '', machine: '', date: '', seconds: 1 };
    const findings = figure5.findings(size, evaluations);
    expect(Object.keys(findings.files)).toEqual(['curves.csv']);
    expect(experimentPage(figure5, findings, how)).not.toContain('![');
    const drawn = { ...findings, files: { ...findings.files, 'figure5.svg': '' } };
    expect(experimentPage(figure5, drawn, how)).toContain('](figure5.svg)\n');
  });

  it('says how it was made', () => {
    const findings: ExperimentFindings = { files: { 'a.csv': '' }, page: 'Text.', seeds: '1', data: {} };
    const [experiment] = experiments.entries;
    if (experiment === undefined) throw new Error('none');
    const page = experimentPage(experiment, findings, {
      command: 'nos reproduce figure6',
      scale: 0.5,
      version: '1.0.0',
      fingerprint: 'f',
      machine: 'a processor',
      date: '2026-01-01',
      seconds: 1.25,
    });
    for (const text of [
      `# ${experiment.title}`,
      'Text.',
      '`nos reproduce figure6`',
      '0.5',
      '[a.csv](a.csv), [data.json](data.json)',
      '1.3 s',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('aligns tables', () => {
    expect(markdownTable(['a', 'b'], [['1', 'long']])).toBe('| a | b    |\n| - | ---- |\n| 1 | long |');
    expect(markdownTable(['a'], [['x|y']])).toBe('| a    |\n| ---- |\n| x\\|y |');
  });

  it('fills a template with a value for each of its places, and no others', () => {
    expect(() => fillPage('figure4', {})).toThrow('page figure4: no value for {{samples}}');
    const values = { samples: '90', task: 't', protocol: 'p', compared: '30', searches: '', verdicts: 'v' };
    expect(fillPage('figure4', values)).toContain('Here: 90 rules of `icml2017` on `t` under protocol `p`');
    expect(() => fillPage('figure4', { ...values, more: 'm' })).toThrow('page figure4: nothing shows more');
  });
});
