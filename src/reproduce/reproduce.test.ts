import { describe, expect, it } from 'vitest';
import { findTestFunction, type Trajectory } from '../functions/index.ts';
import { parseRule } from '../rules/index.ts';
import { type Descended, descend, fineGrid, fourRates, movingRates } from './figure6/descend.ts';
import { FOUND, optimizers } from './figure6/optimizers.ts';
import { compareWith, FLOAT32_FLOOR } from './figure6/verdict.ts';
import { experimentPage, experiments, type Findings, findExperiment } from './index.ts';
import { markdownTable } from './page.ts';

const testFunction = findTestFunction('rosenbrock');
const descent = { testFunction, start: testFunction.start, steps: 200, seed: 1 };
const optimizer = (name: string) => {
  const found = optimizers.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe.each(experiments)('$name', (experiment) => {
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
    expect(findings.page).toContain('The paper');
    expect(Object.keys(findings.files)).toContain(`${experiment.name}.svg`);
    for (const text of Object.values(findings.files)) expect(text.length).toBeLessThan(500_000);
  });

  it('stops where it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(experiment.run({ scale: 0.01, signal, onWork: () => undefined })).rejects.toThrow('enough');
  });
});

describe('findExperiment', () => {
  it('names the nearest', () => {
    expect(() => findExperiment('figure7')).toThrow(
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
  it('tries four decades, and moves while the best is at an edge', () => {
    const rates = (name: string) => {
      const [variant] = optimizer(name).variants;
      if (variant === undefined) throw new Error(name);
      expect(fourRates(variant, descent).sweep.map(({ learningRate }) => learningRate)).toEqual([
        1e-4, 1e-3, 1e-2, 0.1,
      ]);
      return movingRates(variant, descent).sweep.map(({ learningRate }) => learningRate);
    };
    expect(rates('SGD')).toHaveLength(4);
    const adam = rates('Adam');
    expect(adam.at(-1)).toBeGreaterThan(0.1);
  });
});

describe('descend', () => {
  it('takes the best of all variants and learning rates', () => {
    const best = descend(optimizer('Adam'), descent, fineGrid);
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
  it('says how it was made', () => {
    const findings: Findings = { files: { 'a.csv': '' }, page: 'Text.', seeds: '1', data: {} };
    const [experiment] = experiments;
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
      '[a.csv](a.csv)',
      '1.3 s',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('aligns tables', () => {
    expect(markdownTable(['a', 'b'], [['1', 'long']])).toBe('| a   | b    |\n| --- | ---- |\n| 1   | long |');
  });
});
