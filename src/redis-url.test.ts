import { describe, expect, it } from 'vitest';
import { parseRedisUrl, redactor, withoutTyped } from './redis-url.ts';

describe('parseRedisUrl', () => {
  it.each([
    [
      'redis://127.0.0.1',
      { host: '127.0.0.1', port: 6379, tls: false, database: 0 },
      'redis://127.0.0.1:6379',
    ],
    ['redis://queue.example:7000/', { host: 'queue.example', port: 7000 }, 'redis://queue.example:7000'],
    ['REDISS://queue:6380/3', { host: 'queue', tls: true, database: 3 }, 'rediss://queue:6380/3'],
    ['redis://redis_1/0', { host: 'redis_1', database: 0 }, 'redis://redis_1:6379'],
    ['redis://[::1]:6379/15', { host: '::1', database: 15 }, 'redis://[::1]:6379/15'],
    ['redis://:sesame@queue', { password: 'sesame' }, 'redis://queue:6379'],
    ['redis://me:a:b@queue', { username: 'me', password: 'a:b' }, 'redis://queue:6379'],
    ['redis://:p%40ss%2Fw%23r%3Fd%25@queue', { password: 'p@ss/w#r?d%' }, 'redis://queue:6379'],
    ['redis://m%3Ae:%C3%A4@queue', { username: 'm:e', password: 'ä' }, 'redis://queue:6379'],
  ])('reads %s', (url, address, place) => {
    expect(parseRedisUrl(url)).toMatchObject({ ...address, place });
    expect(parseRedisUrl(url).username).toBe('username' in address ? address.username : undefined);
  });

  it('names who gave it, and how to write a password', () => {
    expect(() => parseRedisUrl('redis://:p@ss@h', 'NOS_REDIS_URL')).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: expect.stringMatching(/^NOS_REDIS_URL: /),
        hint: expect.stringContaining('write @ as %40, / as %2F, # as %23, ? as %3F'),
      }),
    );
  });
});

describe('redactor', () => {
  it('takes the password out, as it is written and as it is meant', () => {
    const redact = redactor('redis://me:p%40ss@queue');
    expect(redact('p%40ss and p@ss of me')).toBe('*** and *** of me');
    expect(redactor('redis://queue')('as it is')).toBe('as it is');
  });
});

describe('withoutTyped', () => {
  it.each([
    ["unknown command 'redis://:p@ss@h'", 'redis://:p@ss@h', "unknown command 'redis://…'"],
    ["unknown command 'redis://:p@s…'", 'redis://:p@ss#w@h', "unknown command 'redis://……'"],
    ['--config /here/redis:/:p@ss#w@h: no', '--config=redis://:p@ss#w@h', '--config /here/redis:/…: no'],
    ["got 'redis://:sesame@h'", 'redis://:sesame@h', "got 'redis://:***@h'"],
    ['redis://h:6379: refused; write redis://USER:PASSWORD@HOST', 'redis://h:6379', undefined],
    ['redis://h:6379: refused; write redis://USER:PASSWORD@HOST', 'redis://U', undefined],
  ])('makes of %j', (text, typed, shown = text) => {
    expect(withoutTyped(text, ['search', typed])).toBe(shown);
  });
});
