import { describe, expect, it } from 'vitest';
import { batch, evaluated, evaluation, events, replay, start } from '../../test/support/run-events.ts';
import type { RunEvent } from './events.ts';
import { secondsLeft } from './progress.ts';

describe('the progress of a run', () => {
  it('keeps the best distinct rules, best first', () => {
    expect(replay(events).top.map(({ rule }) => rule)).toEqual(['m', 'g', 'sign(g)']);
  });

  it('estimates the time left from trainings, the share of fresh rules, and the workers', () => {
    // 6 rules left of which 3/4 are fresh, 1 reference, 4 retests; 10 s a training, 2 workers
    expect(secondsLeft(replay(events))).toBe(((6 * 0.75 + 1 + 4) * 10) / 2);
  });

  it('knows no time left before the first training has ended', () => {
    expect(secondsLeft(start)).toBeNaN();
  });

  it('lists rules that behave differently', () => {
    const copies = ['m + drop(g^3, 0.5)', '10 * m', 'sign(adam)', 'sign(m)', 'v'];
    const { top } = replay([...events, ...copies.map((rule, i) => evaluated(4 + i, rule, 0.8 - i / 100))]);
    expect(top.map(({ rule }) => rule)).toEqual(['m + drop(g^3, 0.5)', 'sign(adam)', 'v', 'g', 'sign(g)']);
  });

  it('goes on from what a resumed run found before', () => {
    const earlier = { evaluations: [evaluation('v', 0.9)], batchMeans: [0.2] };
    const resumed: RunEvent = { type: 'started', run: 'r', samples: 10, resumedAt: 1, earlier };
    const after = replay([resumed, evaluated(6, 'm', 0.5), batch]);
    expect(after.top.map(({ rule }) => rule)).toEqual(['v', 'm']);
    expect(after.batchMeans).toEqual([0.2, 0.5]);
    expect(after.bestSoFar).toEqual([0.9, 0.7]);
  });

  it('goes through the phases', () => {
    expect(replay(events.slice(0, 1)).phase).toBe('references');
    expect(replay(events).phase).toBe('search');
    const retest: RunEvent = { type: 'retest', evaluation: evaluation('m', 0.6), cached: false };
    expect(replay([...events, retest]).phase).toBe('retests');
    expect(replay([...events, { ...batch, told: 10 }]).phase).toBe('retests');
  });

  it('counts a resumed run from where it goes on', () => {
    const resumed = replay([
      { type: 'started', run: 'r', samples: 10, resumedAt: 6 },
      evaluated(6, 'm', 0.5),
    ]);
    expect(resumed).toMatchObject({ told: 6, scored: 1, resumedAt: 6 });
    expect(secondsLeft({ ...resumed, expected: { references: 0, retests: 0 } })).toBe(30);
  });
});
