import { describe, expect, it } from 'vitest';
import { TARGETS, x86Target } from './target.ts';

const avx2 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe'];
const avx512 = ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'];

describe('the level of a processor', () => {
  it('is the widest that it has whole', () => {
    expect(x86Target(new Set([...avx2, ...avx512, 'abm']))).toBe(TARGETS['x86-64-v4']);
    expect(x86Target(new Set([...avx2, 'avx512f']))).toBe(TARGETS['x86-64-v3']);
  });

  it('does not ask for lzcnt, which some virtual machines hide', () => {
    expect(x86Target(new Set([...avx2, ...avx512]))).toBe(TARGETS['x86-64-v4']);
    for (const level of ['x86-64-v3', 'x86-64-v4'] as const)
      expect(TARGETS[level].flags).toContain('-mno-lzcnt');
  });

  it.each(avx2)('needs %s, and says so', (part) => {
    const has = new Set([...avx2, ...avx512].filter((one) => one !== part));
    expect(x86Target(has)).toEqual({ lacks: [part] });
  });
});
