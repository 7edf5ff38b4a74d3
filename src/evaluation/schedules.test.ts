import { describe, expect, it } from 'vitest';
import { schedules } from './schedules.ts';

const factors = (name: string, steps: number, at: readonly number[]) =>
  at.map((t) => schedules.find(name).factor(t, steps));

describe.each(schedules.entries)('schedule $name', ({ name, factor }) => {
  it('starts at the learning rate itself and never rises', () => {
    const all = Array.from({ length: 200 }, (_, t) => factor(t, 200));
    expect(all[0]).toBe(1);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    expect(schedules.find(name).name).toBe(name);
  });

  it('stays where it is once all steps are over', () => {
    const end = factor(200, 200);
    expect([201, 300, 400, 10_000].map((t) => factor(t, 200))).toEqual([end, end, end, end]);
  });
});

describe('schedules', () => {
  it('cosine ends at zero, and is half way at one half', () => {
    expect(factors('cosine', 100, [25, 50, 100])).toBeAllclose([0.853553, 0.5, 0], {
      rtol: 1e-5,
      atol: 1e-12,
    });
  });

  it('step falls to a fifth after 60, 120 and 160 of 200', () => {
    expect(factors('step', 200, [59, 60, 119, 120, 159, 160, 199])).toBeAllclose(
      [1, 0.2, 0.2, 0.04, 0.04, 0.008, 0.008],
      { rtol: 1e-12 },
    );
  });

  it('names the nearest', () => {
    expect(() => schedules.find('cosin')).toThrow(
      expect.objectContaining({ code: 'unknown-name', hint: expect.stringContaining("'cosine'") }),
    );
  });
});
