import { describe, expect, it } from 'vitest';
import { NosError } from '../errors.ts';
import {
  assignments,
  defaultOf,
  described,
  duration,
  flag,
  flagOf,
  integer,
  list,
  metaOf,
  number,
  type OptionSchema,
  parseOption,
  redisUrl,
  splitList,
  text,
  variableOf,
} from './option.ts';

const parse = (option: OptionSchema, given: string) => parseOption(option, given, '--x');

function failureOf(option: OptionSchema, given: string, where = '--x'): readonly [string, string] {
  try {
    parseOption(option, given, where);
  } catch (error) {
    if (error instanceof NosError && error.code === 'bad-option') return [error.message, error.hint];
    throw error;
  }
  throw new Error(`'${given}' is accepted`);
}

describe('an integer', () => {
  const count = integer('of things', { minimum: 1, maximum: 9 });

  it('is read within its bounds', () => {
    expect(parse(count, '1')).toBe(1);
    expect(parse(count, '9')).toBe(9);
    expect(parse(integer('any'), '007')).toBe(7);
  });

  it.each(['0', '10', '-1', '1.5', '1e1', ' 1', '', 'x', '0x1', '9007199254740993'])('is not %j', (given) => {
    const got = given === '' ? 'nothing' : `'${given}'`;
    expect(failureOf(count, given)).toEqual([
      `--x: expected an integer from 1 to 9, got ${got}`,
      'write digits alone, as in --x 1',
    ]);
  });

  it('says how a variable is written', () => {
    expect(failureOf(integer('any'), 'x', 'NOS_SEED')).toEqual([
      "NOS_SEED: expected an integer of 0 or more, got 'x'",
      'write digits alone, as in NOS_SEED=0',
    ]);
  });
});

describe('a number', () => {
  it('is positive and finite', () => {
    expect(parse(number('rate'), '1e-3')).toBe(0.001);
    expect(parse(number('share', { maximum: 1 }), '1')).toBe(1);
  });

  it.each(['0', '-1', 'Infinity', 'NaN', '', ' ', '1e999'])('is not %j', (given) => {
    expect(failureOf(number('rate'), given)[0]).toMatch(/^--x: expected a positive number, got /);
  });

  it('is at most its maximum', () => {
    expect(failureOf(number('share', { maximum: 1 }), '2')).toEqual([
      "--x: expected a positive number of at most 1, got '2'",
      'write a number, as in --x 0.1',
    ]);
  });
});

describe('a duration', () => {
  it.each([
    ['90s', 90],
    ['10m', 600],
    ['1h30m', 5400],
    ['0.5h', 1800],
    ['1d', 86_400],
  ])('%s is %d seconds', (given, seconds) => {
    expect(parse(duration('time'), given)).toBe(seconds);
  });

  it.each(['10', 'm', '10 m', '1h x', '0s', ''])('is not %j', (given) => {
    const [message, hint] = failureOf(duration('time'), given);
    expect(message).toMatch(/^--x: expected a duration, got /);
    expect(hint).toBe('write numbers with units, as in 90s, 10m, 2h or 1h30m');
  });
});

describe('a list', () => {
  it('is separated at commas outside parentheses', () => {
    expect(parse(list('rules'), 'adam, clip(g, 1e-4) * drop(exp(m), 0.1),sgd')).toEqual([
      'adam',
      'clip(g, 1e-4) * drop(exp(m), 0.1)',
      'sgd',
    ]);
    expect(splitList('f(g(a,b),c),d')).toEqual(['f(g(a,b),c)', 'd']);
  });

  it.each(['', 'a,,b', 'a, ,b', ','])('has no empty item: %j', (given) => {
    expect(failureOf(list('rules'), given)[0]).toBe('--x: expected a value, got nothing');
  });
});

describe('assignments', () => {
  it('are numbers if they can be', () => {
    expect(parse(assignments('options'), 'a=1, b=x,c=1e-3,d=a=b')).toEqual({
      a: 1,
      b: 'x',
      c: 0.001,
      d: 'a=b',
    });
  });

  it.each(['a', '=1', 'a=', 'a b=1', ''])('are not %j', (given) => {
    expect(failureOf(assignments('options'), given)[0]).toMatch(/^--x: expected KEY=VALUE, got /);
  });
});

describe('a switch', () => {
  it.each([
    ['1', true],
    ['true', true],
    ['yes', true],
    ['0', false],
    ['false', false],
  ])('of a variable that is %s is %s', (given, value) => {
    expect(parse(flag('it'), given)).toBe(value);
  });
});

it('a text is not empty', () => {
  expect(parse(text('name'), 'x')).toBe('x');
  expect(failureOf(text('name'), '')).toEqual(['--x: expected a value, got nothing', '']);
});

it('a URL of Redis is checked where it stands, and not repeated', () => {
  expect(parse(redisUrl('queue'), 'redis://127.0.0.1:6379')).toBe('redis://127.0.0.1:6379');
  const [message] = failureOf(redisUrl('queue'), 'redis://:secret@host:port');
  expect(message).toMatch(/^--x/);
  expect(message).not.toContain('secret');
});

describe('what the command line knows of an option', () => {
  it('stays with one that has a default, is optional, or is transformed', () => {
    const option = integer('of things', { short: 'n' });
    for (const wrapped of [option.default(3), option.optional(), option.transform(String).optional()]) {
      expect(metaOf(wrapped)).toMatchObject({ description: 'of things', short: 'n', value: 'N' });
    }
  });

  it('can be described in another way, without changing the first', () => {
    const option = text('task', { path: true });
    expect(metaOf(described(option, { description: 'tasks' }))).toMatchObject({
      description: 'tasks',
      path: true,
    });
    expect(metaOf(option).description).toBe('task');
  });

  it('has the default, or the words for it', () => {
    expect(defaultOf(integer('n').default(3))).toBe('3');
    expect(defaultOf(list('n').default(['a', 'b']))).toBe('a,b');
    expect(defaultOf(assignments('n').default({}))).toBeUndefined();
    expect(defaultOf(integer('n', { otherwise: 'one per core' }).optional())).toBe('one per core');
    expect(defaultOf(flag('n'))).toBeUndefined();
    expect(defaultOf(text('n'))).toBeUndefined();
  });
});

it('names are written in the way of flags and of variables', () => {
  expect([flagOf('dryRun'), variableOf('dryRun')]).toEqual(['--dry-run', 'NOS_DRY_RUN']);
  expect([flagOf('seed'), variableOf('seed')]).toEqual(['--seed', 'NOS_SEED']);
});
