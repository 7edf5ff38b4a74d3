import { describe, expect, it } from 'vitest';
import {
  type ConditionInput,
  parseConditions,
  parseRegime,
  printConditions,
  printRegime,
  regimeOf,
  regimeText,
  unusual,
} from './conditions.ts';
import { environments } from './environments.ts';

const REQUEST: ConditionInput = { task: 'digits-mlp', protocol: 'quick@5:cosine=0.1', seed: 7 };

describe('conditions', () => {
  it('are parsed into values, and printed by their one name each', () => {
    const conditions = parseConditions(REQUEST);
    expect(conditions.protocol.learningRates).toEqual([0.1]);
    expect(conditions.environment).toBe(environments.find('none'));
    const names = printConditions(conditions);
    expect(Object.entries(names)).toEqual([
      ['task', 'digits-mlp'],
      ['protocol', 'quick:cosine=1e-1'],
      ['seed', 7],
      ['environment', 'none'],
    ]);
    expect(printConditions(parseConditions(names))).toEqual(names);
  });

  it.each([
    [{ seed: -1 }, 'bad-option', /^seed -1: expected an integer/],
    [{ seed: 0.5 }, 'bad-option', /^seed 0.5/],
    [{ seed: 2 ** 53 }, 'bad-option', /^seed/],
    [{ protocol: 'quik' }, 'unknown-name', /protocol 'quik'/],
    [{ environment: '4bits' }, 'unknown-name', /environment '4bits'/],
  ])('refuse %j', (wrong, code, message) => {
    expect(() => parseConditions({ ...REQUEST, ...wrong })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('a regime', () => {
  it.each(environments.names)('in environment %s comes back as it was printed', (environment) => {
    const names = { protocol: 'final@20', environment };
    expect(printRegime(parseRegime(names))).toEqual(names);
  });

  it('says only what is unusual', () => {
    expect(regimeText({ protocol: 'quick' })).toBe('protocol quick');
    expect(regimeText({ protocol: 'quick', environment: '4bit' })).toBe('protocol quick, environment 4bit');
    expect(unusual({ protocol: 'final@2', environment: 'none' })).toEqual({});
    expect(unusual({ environment: '8bit' })).toEqual({ environment: '8bit' });
  });

  it('is picked from the first that names each condition', () => {
    const run = { protocol: 'quick', environment: '4bit', samples: 5 };
    expect(regimeOf(run)).toEqual({ protocol: 'quick', environment: '4bit' });
    const settings = { protocol: 'paper', environment: undefined };
    expect(regimeOf(settings, run)).toEqual({ protocol: 'paper', environment: '4bit' });
  });
});
