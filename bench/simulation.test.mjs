import { describe, expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { agenda, FREE, limitOf, sampler, server, simulate } from './simulation.mjs';

const settings = { workers: 5, batch: 5, pipeline: 1, batches: 50, seconds: () => 2, costs: FREE };
const uniform = (label) => {
  const draws = stream(1, label);
  return () => draws.uniform();
};
/** How far a value is from what is expected of it, as a share of that. */
const distance = (value, expected) => Math.abs(value / expected - 1);
const perSecond = (setting) => simulate({ ...settings, ...setting }).perHour / 3600;

describe('an agenda', () => {
  it('gives what is in it by time, and by the order of adding', () => {
    const { at, next } = agenda();
    const draw = uniform('agenda');
    const times = Array.from({ length: 500 }, () => Math.floor(100 * draw()));
    for (const [order, time] of times.entries()) at(time, order);
    const taken = Array.from(times, () => next());
    const sorted = times.map((time, order) => ({ time, order, act: order }));
    expect(taken).toEqual(sorted.sort((a, b) => a.time - b.time || a.order - b.order));
    expect(next()).toBeUndefined();
  });
});

describe('a server', () => {
  /** Pollaczek and Khinchine: of work of S seconds that comes at random and takes a share ρ of the time, each waits ρS / (2(1 − ρ)). */
  it.each([0.3, 0.6, 0.8])('lets wait as M/D/1 does, load %f', (load) => {
    const draw = uniform(`arrivals ${load}`);
    const { serve } = server();
    const count = 400_000;
    let [now, waited] = [0, 0];
    for (let i = 0; i < count; i++) {
      now -= Math.log(1 - draw()) / load;
      waited += serve.call({ busy: 0 }, now, 1) - now - 1;
    }
    expect(distance(waited / count, load / (2 * (1 - load)))).toBeLessThan(0.02);
  });
});

describe('a sampler', () => {
  it('draws from the measured distribution', () => {
    const draw = sampler([4, 1, 2], uniform('sampler'));
    const drawn = Array.from({ length: 5_000 }, draw);
    expect(drawn.reduce((sum, value) => sum + value) / drawn.length).toBeCloseTo(2.25, 1);
    expect(Math.min(...drawn)).toBeCloseTo(1, 1);
    expect(Math.max(...drawn)).toBeCloseTo(4, 1);
  });
});

describe('a search', () => {
  it('of evaluations that take equally long, without costs, keeps every worker busy', () => {
    for (const workers of [1, 5]) {
      expect(simulate({ ...settings, workers })).toMatchObject({ efficiency: 1, limit: 'workers' });
      expect(perSecond({ workers })).toBeCloseTo(workers / 2, 12);
    }
    expect(simulate({ ...settings, workers: 10 })).toMatchObject({ efficiency: 0.5, limit: 'pipeline' });
    expect(simulate({ ...settings, workers: 10, pipeline: 2 })).toMatchObject({ efficiency: 1 });
  });

  it('without a pipeline pays for everything in turn', () => {
    const costs = { ...FREE, ask: 0.1, tell: 0.3, coordinator: 0.01, redis: 0.004 };
    // A batch: ask, the last of five rules through Redis, evaluation, five answers through Redis, the last one's, tell.
    const cycle = 0.1 + 5 * 0.002 + 2 + 0.01 + 0.002 + 0.3;
    // Answers come 2 ms apart, but the coordinator takes 10 ms for each.
    expect(perSecond({ costs })).toBeCloseTo(5 / (cycle + 4 * (0.01 - 0.002)), 9);
    const { efficiency } = simulate({ ...settings, costs });
    expect(efficiency).toBeCloseTo(2 / (cycle + 4 * 0.008), 9);
  });

  it('waits for the last of a batch', () => {
    // The mean of the largest of five uniform numbers is 5/6.
    const cycle = { seconds: uniform('seconds'), batches: 20_000 };
    const { perHour, efficiency } = simulate({ ...settings, ...cycle });
    expect(distance(perHour / 3600, 5 / (5 / 6))).toBeLessThan(0.005);
    expect(distance(efficiency, 0.5 / (5 / 6))).toBeLessThan(0.005);
  });

  it('goes with the slowest part where workers abound', () => {
    const many = { workers: 1_000, batch: 100, pipeline: 4 };
    const byRedis = { ...many, costs: { ...FREE, redis: 0.05 } };
    const redis = simulate({ ...settings, ...byRedis });
    expect(distance(redis.perHour / 3600, 1 / 0.05)).toBeLessThan(0.02);
    expect(redis.limit).toBe('Redis');
    const byCoordinator = { ...many, costs: { ...FREE, ask: 1, tell: 3, coordinator: 0.02 } };
    const coordinator = simulate({ ...settings, ...byCoordinator });
    expect(distance(coordinator.perHour / 3600, 100 / (1 + 3 + 100 * 0.02))).toBeLessThan(0.02);
    expect(coordinator.limit).toBe('coordinator');
    const half = { ...byRedis, costs: { ...FREE, redis: 0.05, redisUpkeep: 0.0005 } };
    expect(distance(perSecond(half), 0.5 / 0.05)).toBeLessThan(0.02);
    expect(simulate({ ...settings, ...half, workers: 2_000 })).toMatchObject({ perHour: 0, limit: 'Redis' });
  });

  it('loses to the handover what it takes', () => {
    const costs = { ...FREE, handover: 0.5 };
    expect(simulate({ ...settings, workers: 1, pipeline: 2, costs }).efficiency).toBeCloseTo(2 / 2.5, 9);
  });

  it('is the same for equal seeds', () => {
    const run = (label) => simulate({ ...settings, pipeline: 2, seconds: uniform(label) });
    expect(run('a')).toEqual(run('a'));
    expect(run('a')).not.toEqual(run('b'));
  });
});

it('names the limit', () => {
  expect(limitOf({ efficiency: 0.95, coordinator: 0.95, redis: 0 })).toBe('workers');
  expect(limitOf({ efficiency: 0.5, coordinator: 0.5, redis: 0.5 })).toBe('pipeline');
});
