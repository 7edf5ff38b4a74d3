/** What stands behind the scheme in a URL of Redis is in nothing that is printed, logged or stored, however wrong the URL is. */
import dns from 'node:dns';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commandLine, type Outcome } from './command-line.ts';
import { noRedis, startRedis } from './redis-server.ts';

const cli = commandLine();

/** Stands in every part of every URL that must not be shown. */
const SECRET = 'hush';

/** None of them can be read, and most begin as a URL that could. */
const MALFORMED = [
  'redis://:hush@ss#hush/hush%1@127.0.0.1:7391',
  'redis://:hush#hush@hush.example',
  'redis://:hush/hush@hush.example',
  'redis://:hush?hush@hush.example',
  'redis://:hush@hush@hush.example',
  'redis://:%zzhush@hush.example',
  'redis://:hush%@hush.example',
  'redis://:hush%4@hush.example',
  'redis://:hush%E4@hush.example',
  'redis://:hush%C3%28@hush.example',
  'redis://hush%ff:hush@hush.example',
  'redis://:hush hush@hush.example',
  'redis://:hush\thush@hush.example',
  'redis://:hush\nhush@hush.example',
  'redis://:hush\u0000@hush.example',
  'redis://:hush"@hush.example',
  "redis://:hush'hush`hush\\@hush.example",
  'redis://:hush[hush@hush.example',
  'redis://:hush|hush^hush@hush.example',
  'redis://:hush<hush>@hush.example',
  'redis://:hush{hush}@hush.example',
  'redis://:hüsh-hush@hush.example',
  'redis://:hush\u{1f511}@hush.example',
  'redis://hush@hush.example',
  'redis://hush:@hush.example',
  'redis://@hush.example',
  'redis://:hush',
  'redis://:hush@',
  'redis://:hush@:6379',
  'redis://hush:hush',
  'redis://:hush@hush.example:hush',
  'redis://:hush@hush.example:0',
  'redis://:hush@hush.example:65536',
  'redis://:hush@hush.example:',
  'redis://:hush@hush.example:6379:hush',
  'redis://:hush@hush.example/hush',
  'redis://:hush@hush.example/-1',
  'redis://:hush@hush.example/1/2',
  'redis://:hush@hush.example/1.5',
  'redis://:hush@hush.example/ 1',
  'redis://:hush@hush.example/99999999999',
  'redis://:hush@hush.example?password=hush',
  'redis://:hush@hush.example/1?hush',
  'redis://:hush@hush.example#hush',
  'redis://:hush@[hush]:6379',
  'redis://:hush@[::1:6379',
  'redis://:hush@hush..example.-:6379',
  'redis://:hush@hüsh-hush.example',
  'redis://:hush@hush%2eexample',
  'redis://:hush@hush.example\\hush',
  'redis:///hush',
  'redis://',
  'redis:/:hush@hush.example',
  'redis::hush@hush.example',
  'rediss://:hush@hush#hush.example',
  'REDIS://:hush@hush#hush.example',
  'redisss://:hush@hush.example',
  'http://:hush@hush.example',
  'unix:///hush',
  'redis+tls://:hush@hush.example',
  ' redis://:hush@hush.example',
  'redis://:hush@hush.example ',
  '"redis://:hush@hush.example"',
  ':hush@hush.example',
  'hush',
] as const;

const COMMANDS = [
  ['search', '--task', 'digits-mlp', '--samples', '5'],
  ['resume', 'a-run'],
  ['eval', 'sgd', '--task', 'digits-mlp'],
  ['compare', 'sgd', '--task', 'digits-mlp'],
  ['worker'],
  ['worker', '--metrics', '0', '--log', 'json'],
  ['workers', '--debug'],
  ['workers', '--json', '--debug'],
] as const;

/** Everything that lies in the home of the test: stores, logs, configuration that the test itself did not write. */
function stored(folder = cli.home): string {
  const texts = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? stored(path) : readFileSync(path, 'latin1')));
  return texts.join('\n');
}

function expectSilence({ stdout, stderr }: Outcome): void {
  for (const text of [stdout, stderr, stored()]) expect(text).not.toContain(SECRET);
}

describe('a malformed URL of a Redis', () => {
  let lookups: string[];
  beforeEach(() => {
    lookups = [];
    const note = (what: string) => (): never => {
      lookups.push(what);
      throw new Error(`${what} before the URL was read`);
    };
    vi.spyOn(dns, 'lookup').mockImplementation(note('a look-up') as never);
    vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(note('a connection') as never);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(MALFORMED.map((url) => [url]))('%j is refused by every command before all else', async (url) => {
    for (const [i, command] of COMMANDS.entries()) {
      const way = i % 3;
      const args = way === 0 ? ['--redis', url] : [];
      const variables = way === 0 ? {} : { [way === 1 ? 'NOS_REDIS_URL' : 'NOS_REDIS']: url };
      const outcome = await cli.here.nos([...command, ...args], variables as Record<string, string>);
      expect(outcome.code, outcome.stderr).toBe(2);
      const where = ['--redis', 'NOS_REDIS_URL', 'NOS_REDIS'][way];
      expect(outcome.stderr).toMatch(new RegExp(`^nos: ${where}: `));
      expect(outcome.stderr).toMatch(/%40|%2F/);
      expectSilence(outcome);
    }
    expect(lookups).toEqual([]);
  });

  it.each([
    ['as a command', (url: string) => [url]],
    ['as an argument too many', (url: string) => ['workers', url]],
    ['as a rule', (url: string) => ['rule', url]],
    ['as the name of a run', (url: string) => ['show', url]],
    ['as a task', (url: string) => ['eval', 'sgd', '--task', url]],
    ['as a number', (url: string) => ['search', '--samples', url]],
    ['as a configuration', (url: string) => ['search', '--config', url]],
    ['as a store', (url: string) => ['runs', '--store', `/dev/null/${url}`]],
    ['behind a flag that is none', (url: string) => ['worker', `--redsi=${url}`]],
    ['as what a flag lacks', (url: string) => ['worker', '--log', url]],
  ])('is not repeated %s either', async (_, args) => {
    for (const url of MALFORMED.filter(
      (text) => text.startsWith('redis://') && text !== 'redis://@hush.example',
    )) {
      for (const more of [[], ['--json'], ['--debug']]) {
        const outcome = await cli.here.nos([...args(url), ...more]);
        expect(outcome.code, `${args(url)}`).not.toBe(0);
        expect(outcome.stdout + outcome.stderr, `${args(url)}`).not.toContain(SECRET);
      }
    }
  });

  it.each([
    '{"redis": "redis://:hush@hush"}',
    '{"redis": "redis://:hush@hush", }',
    '{"task": "digits-mlp" "redis://:hush@hush"}',
    'redis://:hush@hush',
    '"redis://:hush@hush"',
    '{"samples": "redis://:hush@hush"}',
    '{"redis": "redis://:hush@hush',
  ])('is not repeated of a configuration file: %s', async (text) => {
    const file = join(cli.home, 'wrong.json');
    for (const more of [[], ['--json'], ['--debug']]) {
      writeFileSync(file, text);
      const outcome = await cli.here.nos(['search', '--config', file, ...more]);
      writeFileSync(file, '');
      expect(outcome.code).toBe(2);
      expectSilence(outcome);
    }
  });
});

describe('a password of a URL that can be read', () => {
  const password = `${SECRET}%40%2F%23%3F`;
  const asMeant = `${SECRET}@/#?`;

  it.each([
    ['nobody answers', 'redis://me:PASSWORD@127.0.0.1:1', /ECONNREFUSED/],
    ['nobody answers over TLS', 'rediss://:PASSWORD@127.0.0.1:1', /ECONNREFUSED/],
    ['there is no such host', 'redis://:PASSWORD@no-such-host.invalid', /no-such-host\.invalid/],
  ])('is not shown where %s', async (_, url, what) => {
    for (const command of COMMANDS.filter(([name]) => name !== 'resume')) {
      const outcome = await cli.here.nos([...command, '--debug'], {
        NOS_REDIS: url.replace('PASSWORD', password),
      });
      expect(outcome.code, outcome.stderr).toBe(1);
      expect(outcome.stderr).toMatch(what);
      expectSilence(outcome);
    }
  });

  it.skipIf(noRedis)('is not shown where Redis knows it or does not', async () => {
    const redis = await startRedis(['--requirepass', asMeant]);
    const login = (secret: string): string => redis.url.replace('//', `//:${secret}@`);
    const wrong = await cli.here.nos(['workers', '--debug', '--redis', login(`${password}x`)]);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('WRONGPASS') });
    const right = await cli.here.nos(['workers', '--json', '--redis', login(password)]);
    expect(right).toMatchObject({ code: 0, stdout: expect.stringContaining(redis.url) });
    const database = await cli.here.nos(['workers', '--debug', '--redis', `${login(password)}/99`]);
    expect(database.stderr).toContain('has no database 99');
    for (const outcome of [wrong, right, database]) expectSilence(outcome);
    await redis.stop();
  });
});
