import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCURACY,
  contradictionIn,
  type Declared,
  goals,
  isShare,
  lostReward,
  metricOf,
  misfit,
  ownScore,
  worth,
} from './metric.ts';

const mse = { metric: 'mse', goal: 'minimise' } as const;

describe('a metric', () => {
  it('is an accuracy that grows unless declared otherwise', () => {
    expect(metricOf({})).toEqual(ACCURACY);
    expect(metricOf({ goal: 'minimise' })).toEqual({ metric: 'loss', goal: 'minimise' });
    expect(metricOf({ metric: 'r2' })).toEqual({ metric: 'r2', goal: 'maximise' });
    expect([{}, { metric: 'r2' }, mse].map((one) => isShare(metricOf(one)))).toEqual([true, false, false]);
  });

  it('is not declared against itself', () => {
    expect(contradictionIn({ metric: 'accuracy', goal: 'minimise' })?.field).toBe('metric');
    expect(contradictionIn({ chance: 88 })?.field).toBe('chance');
    expect(contradictionIn({ metric: 'bleu', chance: 88 })).toBeUndefined();
  });
});

describe('what a score is worth', () => {
  it('ranks the better score higher, and turns back into it', () => {
    const score = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(score, score, fc.constantFrom(...goals), (a, b, goal) => {
        expect(worth(worth(a, goal), goal) - a).toBe(0);
        const better = goal === 'minimise' ? a < b : a > b;
        expect(worth(a, goal) > worth(b, goal)).toBe(better);
      }),
    );
  });

  it('is no -0, which a store would give back as 0', () => {
    expect(Object.is(worth(0, 'minimise'), 0)).toBe(true);
  });

  it('is nothing if the training came to nothing', () => {
    expect([lostReward({ chance: 0.1 }), lostReward({})]).toEqual([0.1, 0]);
    expect(lostReward({ ...mse, chance: 3 })).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('an evaluation that somebody else made', () => {
  const of = (declared: Declared, reward: number, status = 'ok') => {
    const metric = metricOf(declared);
    return { status, reward, ...ownScore({ reward }, metric) };
  };

  it('has the score that its reward follows from', () => {
    expect(misfit(of({}, 0.5), ACCURACY)).toBeUndefined();
    expect(misfit(of(mse, -3), mse)).toBeUndefined();
    expect(misfit(of(mse, Number.NEGATIVE_INFINITY, 'diverged'), mse)).toBeUndefined();
  });

  it.each([
    [of({}, 2), ACCURACY, 'not from 0 to 1'],
    [of(mse, -3), ACCURACY, 'does not declare'],
    [of({}, 0.5), mse, 'no score called mse'],
    [of({ ...mse, goal: 'maximise' }, 3), mse, 'no score called mse'],
    [of(mse, -3, 'diverged'), mse, 'came to nothing'],
    [of(mse, Number.NEGATIVE_INFINITY), mse, 'does not follow'],
    [{ ...of(mse, -3), reward: 3 }, mse, 'does not follow'],
  ])('%# is refused', (evaluation, metric, message) => {
    expect(misfit(evaluation, metric)).toContain(message);
  });
});
