import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BOWL } from './bowl.ts';
import { commandLine } from './command-line.ts';
import { noRedis, type RedisServer, startRedis } from './redis-server.ts';

const cli = commandLine();

/** What a command says that a Redis turns away: in one line why, in another one what helps. */
async function refusal(url: string, ...command: readonly string[]): Promise<string> {
  const { code, stderr, stdout } = await cli.here.nos([...command, '--redis', url, '--json']);
  expect(code, stderr).toBe(1);
  const { error } = JSON.parse(stdout);
  expect(error.code, stderr).toBe('queue');
  const lines = stderr.trimEnd().split('\n');
  expect(lines.slice(-2)).toEqual([`nos: ${error.message}`, error.hint]);
  expect(stderr).not.toMatch(/bug/);
  return lines.slice(-2).join('\n');
}

const EVAL = ['eval', 'sgd', '--task', 'digits-mlp'] as const;

describe.skipIf(noRedis)('what a real Redis refuses', () => {
  let redis: RedisServer;
  let client: Redis;
  beforeEach(async () => {
    redis = await startRedis(['--enable-protected-configs', 'yes']);
    client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
  });
  afterEach(async () => {
    client.disconnect();
    await redis.stop();
  });
  const set = (name: string, value: string): Promise<unknown> => client.config('SET', name, value);
  const bothSay = async (what: RegExp): Promise<void> => {
    for (const command of [['worker'], EVAL]) expect(await refusal(redis.url, ...command)).toMatch(what);
  };

  it.each(['99', '16', '123456789'])('database %s', async (number) => {
    for (const command of [['workers'], ['worker'], EVAL]) {
      const said = await refusal(`${redis.url}/${number}`, ...command);
      expect(said).toContain(`/${number}: has no database ${number}\n`);
      expect(said).toContain('CONFIG GET databases');
    }
    expect((await client.info('keyspace')).includes('db0')).toBe(false);
  });

  it('a replica', async () => {
    await client.replicaof('127.0.0.1', 1);
    await bothSay(/READONLY .*\n.*the URL of its primary/);
    // It can be looked at all the same.
    expect((await cli.here.nos(['workers', '--redis', redis.url])).code).toBe(0);
    await set('replica-serve-stale-data', 'no');
    await bothSay(/MASTERDOWN .*\n.*the URL of the primary/);
  });

  it('a full memory', async () => {
    await set('maxmemory', '1');
    await bothSay(/OOM command not allowed.*'maxmemory'\n.*CONFIG SET maxmemory/);
  });

  it('too few replicas', async () => {
    await set('min-replicas-to-write', '2');
    await bothSay(/NOREPLICAS .*\n.*CONFIG SET min-replicas-to-write 0/);
  });

  it('a disk that it cannot write', async () => {
    await set('save', '3600 1');
    await set('dir', '/proc');
    await client.bgsave();
    await expect
      .poll(async () => /rdb_last_bgsave_status:err/.test(await client.info('persistence')))
      .toBe(true);
    await bothSay(/MISCONF .*\n.*stop-writes-on-bgsave-error no/);
  });

  it('a client too many', async () => {
    await set('maxclients', '1');
    await bothSay(/max number of clients reached\n.*CONFIG SET maxclients/);
  });

  it.each([
    [
      'a name and password that are wrong',
      '+@all ~*',
      'redis://me:wrong@',
      /WRONGPASS .*\n.*USER:PASSWORD@HOST/,
    ],
    [
      'no right to write',
      '+@read +@connection ~*',
      'redis://me:sesame@',
      /NOPERM .*'set'.*\n.*docs\/distributed\.md/,
    ],
    ['no right to our keys', '+@all ~others:*', 'redis://me:sesame@', /NOPERM .*\n.*docs\/distributed\.md/],
    ['no right to anything', '-@all ~*', 'redis://me:sesame@', /NOPERM .*\n.*docs\/distributed\.md/],
  ])('%s', async (_, rights, login, what) => {
    await client.call('ACL', 'SETUSER', 'me', 'on', '>sesame', ...rights.split(' '));
    for (const command of [['worker'], EVAL]) {
      const said = await refusal(redis.url.replace('redis://', login), ...command);
      expect(said).toMatch(what);
      expect(said).not.toMatch(/sesame|wrong/);
    }
  });

  it('everything without a password', async () => {
    await set('requirepass', 'sesame');
    await bothSay(/a password is needed\n.*USER:PASSWORD@HOST/);
  });

  it('TLS, which it does not speak', async () => {
    for (const command of [['worker'], EVAL]) {
      const said = await refusal(redis.url.replace('redis://', 'rediss://:sesame@'), ...command);
      expect(said).toContain('a Redis answers there without TLS\n');
      expect(said).toContain(`as in ${redis.url}`);
    }
  });

  it('keys that hold something else', async () => {
    await client.set('nos:worker', 'not a set');
    expect(await refusal(redis.url, 'workers')).toMatch(/WRONGTYPE .*\n.*redis:\/\/HOST:PORT\/1/);
  });

  it.each(['allkeys-lru', 'allkeys-random', 'volatile-ttl'])('nothing, but evicts: %s', async (policy) => {
    await set('maxmemory-policy', policy);
    const worker = cli.start(['worker', '--concurrency', '1', '--redis', redis.url]);
    const ended = cli.finish(worker);
    // A store of its own: what another one knows asks nobody.
    const NOS_STORE = join(cli.home, `${policy}.db`);
    const said = await cli.here.nos([...EVAL, '--redis', redis.url], { NOS_STORE });
    expect(said.code).toBe(0);
    worker.kill('SIGTERM');
    for (const { stderr } of [said, await ended]) {
      const lines = stderr.split('\n').filter((line) => /evict|policy/i.test(line));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(
        `maxmemory-policy ${policy}): redis-cli CONFIG SET maxmemory-policy noeviction`,
      );
    }
  });
});

describe.skipIf(noRedis)('a Redis that refuses for a while, under a search', () => {
  it('is waited for, and said so once', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    const worker = cli.start(['worker', '--concurrency', '1', '--redis', redis.url]);
    const working = cli.finish(worker);
    const rules = Array.from({ length: 12 }, (_, i) => `${(i + 1) / 100} * g`);
    // They take so long that Redis is written to again before they are over, on a fast machine too.
    const evaluation = cli.nos([
      ...['eval', ...rules, '--task', 'digits-mlp', '--protocol', 'quick@60', '--seeds', '6'],
      ...['--redis', redis.url, '--json'],
    ]);
    await expect.poll(() => client.keys('nos:evaluations-*:jobs'), { timeout: 120_000 }).not.toEqual([]);
    await client.config('SET', 'maxmemory', '1');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await client.config('SET', 'maxmemory', '0');
    const { code, stdout, stderr } = await evaluation;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).evaluations).toHaveLength(72);
    expect(stderr).toContain('takes commands again');
    worker.kill('SIGTERM');
    for (const said of [stderr, (await working).stderr]) {
      expect(said.match(/OOM command not allowed.*: waiting; its memory is full/g)).toHaveLength(1);
      expect(said).not.toContain('bug');
    }
    client.disconnect();
    await redis.stop();
  });
});

describe.skipIf(noRedis)(
  'a user of Redis with the rights that docs/distributed.md lists, less those that may be left out',
  () => {
    it('can search, evaluate, and look', async () => {
      const page = readFileSync(join(import.meta.dirname, '../docs/distributed.md'), 'utf8');
      const [, rights = ''] = /ACL SETUSER nos on >PASSWORD (.*) \+info$/m.exec(page) ?? [];
      const redis = await startRedis();
      const client = new Redis(redis.url);
      await client.call('ACL', 'SETUSER', 'nos', 'on', '>sesame', ...rights.split(' '));
      const NOS_REDIS = redis.url.replace('//', '//nos:sesame@');
      const worker = cli.start(['worker', '--concurrency', '1', '--task', BOWL], { NOS_REDIS });
      const working = cli.finish(worker);
      const size = ['--samples', '4', '--batch', '4'];
      const search = ['search', '--task', BOWL, '--protocol', 'quick', '--strategy', 'random', ...size];
      const { code, stderr } = await cli.here.nos(search, { NOS_REDIS });
      expect(code, stderr).toBe(0);
      expect((await cli.here.nos(['workers'], { NOS_REDIS })).code).toBe(0);
      worker.kill('SIGTERM');
      for (const said of [stderr, (await working).stderr]) expect(said).not.toMatch(/NOPERM|permission|WARN/);
      const log = (await client.call('ACL', 'LOG')) as unknown[];
      expect(log.filter((entry) => !(entry as string[]).includes('info'))).toEqual([]);
      client.disconnect();
      await redis.stop();
    });
  },
);

describe.skipIf(noRedis)('a Redis of a cluster', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis(['--cluster-enabled', 'yes']);
  });
  afterAll(() => redis.stop());

  it('is refused: it has no such slot', async () => {
    for (const command of [['worker'], EVAL]) {
      expect(await refusal(redis.url, ...command)).toMatch(/CLUSTERDOWN .*\n.*Cluster is not supported/);
    }
  });
});

describe('what answers as a Redis', () => {
  let server: Server;
  let answer: (command: string) => string;
  let greeting = '';
  const url = (): string => `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeEach(async () => {
    greeting = '';
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (greeting) socket.end(greeting);
      // One array of bulk strings per command; they come in few pieces here.
      socket.on('data', (text) => {
        for (const [, name = ''] of String(text).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          socket.write(answer(name.toLowerCase()));
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
  });

  it.each([
    ['MOVED 3999 127.0.0.1:6381', /MOVED .*\n.*Cluster is not supported/],
    ['BUSY Redis is busy running a script.', /BUSY .*\n.*SCRIPT KILL/],
    ["ERR unknown command 'SET'", /unknown command.*\n.*Redis 6\.2 or later/],
    ['ERR something new', /ERR something new\n.*is a Redis server running there/],
  ])('%s', async (error, what) => {
    answer = (name) => (name === 'set' ? `-${error}\r\n` : '+OK\r\n');
    expect(await refusal(url(), 'worker')).toMatch(what);
  });

  it('a protected one', async () => {
    greeting = '-DENIED Redis is running in protected mode because protected mode is enabled\r\n';
    answer = () => '';
    expect(await refusal(url(), 'worker')).toMatch(
      /DENIED Redis is running in protected mode.*\n.*requirepass/,
    );
  });

  it('while it loads its data is waited for, in one line', async () => {
    let until: number | undefined;
    answer = (name) => {
      until ??= performance.now() + 2_000;
      if (performance.now() < until) return '-LOADING Redis is loading the dataset in memory\r\n';
      return name === 'set' ? '-READONLY no\r\n' : '+OK\r\n';
    };
    const { stderr } = await cli.here.nos(['worker', '--redis', url()]);
    expect(stderr.split(`${url()} is loading its data: waiting for it\n`)).toHaveLength(2);
    expect(stderr).toContain('READONLY');
  });

  it('and is something else', async () => {
    greeting = 'HTTP/1.1 400 Bad Request\r\n\r\n';
    answer = () => '';
    expect(await refusal(url(), 'workers')).toMatch(/\n.*is a Redis server running there/);
  });
});
