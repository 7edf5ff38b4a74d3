import { describe, expect, it } from 'vitest';
import { csv } from './csv.ts';

describe('csv', () => {
  it('quotes fields that hold commas, quotes or line ends', () => {
    const rows = [{ rule: 'drop(m, 0.3)', note: 'a "b"', reward: Number.NaN }];
    expect(csv(rows, ['rule', 'note', 'reward'])).toBe('rule,note,reward\n"drop(m, 0.3)","a ""b""",NaN');
  });
  it('leaves a field empty that has no value', () => {
    expect(csv([{ a: undefined, b: 1 }], ['a', 'b'])).toBe('a,b\n,1');
  });
});
