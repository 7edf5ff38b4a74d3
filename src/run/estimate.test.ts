import { describe, expect, it } from 'vitest';
import { estimateRun, parseRunConfig } from './index.ts';

describe('estimateRun', () => {
  const config = parseRunConfig({
    task: 'cifar10-convnet',
    space: { name: 'icml2017' },
    strategy: { name: 'rl' },
    protocol: 'paper',
    samples: 100,
    batch: 5,
    seed: 1,
  });

  it('counts proposals, five references, and ten rules again with three seeds', () => {
    const estimate = estimateRun(config, { batchSize: 100 }, 0.1, 2);
    expect(estimate.evaluations).toEqual({ proposals: 100, references: 5, retests: 30, total: 135 });
    expect(estimate).toMatchObject({
      stepsPerEvaluation: 1200,
      steps: 162_000,
      coreHours: 4.5,
      seconds: 8100,
    });
  });

  it('gives neither steps nor times of a task that does not say how many examples it has', () => {
    const whole = { ...config, protocol: 'final@20' };
    const unknown = { stepsPerEvaluation: Number.NaN, steps: Number.NaN, seconds: Number.NaN };
    expect(estimateRun(whole, { batchSize: 100 }, 0.1, 2)).toMatchObject(unknown);
    const steps = { stepsPerEvaluation: 7 * 100 + 20 * 450 };
    expect(estimateRun(whole, { batchSize: 100, trainExamples: 45_000 }, 0.1, 2)).toMatchObject(steps);
  });

  it('gives no time where no step could be measured', () => {
    expect(estimateRun(config, { batchSize: 100 }, Number.NaN, 2)).toMatchObject({
      steps: 162_000,
      coreHours: Number.NaN,
      seconds: Number.NaN,
    });
  });

  it('says what is likely of a protocol that stops early, if that was measured', () => {
    const short = { ...config, protocol: 'fast', retest: { top: 4, seeds: 2, halving: true } };
    const estimate = estimateRun(short, { batchSize: 100 }, 0.1, 2, 100);
    const retests = 4 + 2 + 5 + 3;
    expect(estimate.evaluations).toMatchObject({ proposals: 100, references: 5, retests });
    expect(estimate.steps).toBe(105 * 610 + retests * 1_200);
    expect(estimate.likely?.seconds).toBeCloseTo(((100 * 100 + 5 * 610 + retests * 1_200) * 0.1) / 2, 6);
    expect(estimateRun(config, { batchSize: 100 }, 0.1, 2)).not.toHaveProperty('likely');
  });
});
