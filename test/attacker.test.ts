/**
 * Somebody who can write to Redis, and who has a folder of modules on the worker's machine that leave a trace when they are loaded:
 * none is, nobody crashes, and honest work goes on. Redis, worker, evaluating processes and search are real.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fingerprint } from '../src/evaluate/index.ts';
import { resolveRule, ruleKey } from '../src/rules/index.ts';
import { packageVersion } from '../src/version.ts';
import { commandLine } from './command-line.ts';
import { noRedis, startRedis } from './redis-server.ts';

const cli = commandLine();
const DIST = pathToFileURL(join(import.meta.dirname, '../dist/tasks/index.js')).href;
const HUGE = 'x'.repeat(3_000_000);
const ESCAPE = '\u001b]0;evil\u0007';

const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);

/** Modules that write a file into `traces/` when they are loaded, from the working directory, beside it and below it. */
function layBaits(): readonly string[] {
  const traces = join(cli.home, 'traces');
  for (const folder of ['traces', 'bait', 'bait/digits-mlp']) mkdirSync(join(cli.home, folder));
  const names = ['x.mjs', 'x.js', 'x.cjs', 'x.ts', 'bait/x.mjs', 'bait/x.js', 'bait/digits-mlp/x.mjs'];
  return names.map((name) => {
    const file = join(cli.home, name);
    const write = name.endsWith('.cjs') ? "require('node:fs')" : "process.getBuiltinModule('node:fs')";
    writeFileSync(
      file,
      `${write}.writeFileSync(${JSON.stringify(traces)} + '/' + process.pid, ${JSON.stringify(name)});\n`,
    );
    return file;
  });
}

const tracesLeft = (): readonly string[] => readdirSync(join(cli.home, 'traces'));

/** Everything that could make somebody load a module. */
function tasksThatAreBaits(files: readonly string[], web: string): readonly string[] {
  const paths = files.flatMap((file) => {
    const relative = file.slice(cli.home.length + 1);
    return [file, relative, `./${relative}`, `../${cli.home.split('/').pop()}/${relative}`];
  });
  const [first = ''] = files;
  return [
    ...paths,
    ...paths.map((path) => `${path}#000000000000`),
    ...files.map((file) => `${file}#${hashOf(file)}`),
    ...files.map((file) => pathToFileURL(file).href),
    `honest.mjs#${hashOf(first)}`,
    `honest.mjs`,
    `${web}/x.mjs`,
    `${web}/x.mjs#000000000000`,
    `data:text/javascript,${encodeURIComponent(readFileSync(first, 'utf8'))}`,
    'node:fs',
    'fs',
    'neural-optimizer-search/tasks',
    'digits-mlp/../x.mjs',
    'digits-mlp/x.mjs',
    'digits-mlp(../x.mjs)',
    `digits-mlp(file=${first})`,
    'cifar10-wide-resnet(augment=../x.mjs)',
    'x.mjs?digits-mlp',
    'x.mjs\u0000digits-mlp',
    '__proto__',
    'constructor',
    'toString',
    HUGE,
  ];
}

const NO_RECORDS = [
  'not JSON',
  '',
  'null',
  '[]',
  '7',
  '{}',
  '{"__proto__":{"task":"./x.mjs"}}',
  '{"run":"x","task":"../x.mjs"}',
  HUGE,
  JSON.stringify({ run: 'x', project: { version: 7, fingerprint: [], task: {}, checksum: null } }),
];

describe.skipIf(noRedis)('an attacker who can write to Redis', () => {
  it('loads nothing, crashes nobody, and stops no honest work', async () => {
    const baits = layBaits();
    let visits = 0;
    const web = createServer((_, response) => {
      visits++;
      response.setHeader('content-type', 'text/javascript').end(readFileSync(baits[0] as string));
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const names = tasksThatAreBaits(baits, `http://127.0.0.1:${(web.address() as AddressInfo).port}`);

    // The search's module and the worker's lie in different places.
    const module = `import { resolveTask } from ${JSON.stringify(DIST)};
      const { classifier } = await resolveTask('digits-mlp');
      export const task = { ...classifier, name: 'honest' };\n`;
    const [there, here] = ['there', 'here'].map((folder) => {
      mkdirSync(join(cli.home, folder));
      writeFileSync(join(cli.home, folder, 'honest.mjs'), module);
      return join(cli.home, folder, 'honest.mjs');
    }) as [string, string];
    const rules = Array.from({ length: 20 }, (_, i) => `${i + 3} * g`);
    const task = `honest.mjs#${hashOf(there)}`;

    const redis = await startRedis();
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    onTestFinished(async () => {
      client.disconnect();
      await redis.stop();
      web.close();
    });
    const searching = cli.nos(['eval', ...rules, '--task', there, '--redis', redis.url, '--json']);
    await expect
      .poll(
        async () => {
          const [jobs] = await client.keys('nos:evaluations-*:jobs');
          return jobs === undefined ? 0 : await client.hlen(jobs);
        },
        { timeout: 120_000 },
      )
      .toBe(rules.length);
    const [jobsKey = ''] = await client.keys('nos:evaluations-*:jobs');
    const queueName = jobsKey.split(':')[1] as string;
    const key = (part: string): string => `nos:${queueName}:${part}`;
    const honest = Object.entries(await client.hgetall(jobsKey));
    const byRule = new Map(honest.map(([id, text]) => [JSON.parse(text).rule as string, id]));
    expect([...byRule.keys()].sort()).toEqual([...rules].sort());

    // Search records and presence records, in the name of whatever is right otherwise.
    const [search = ''] = await client.mget(`nos:search:${queueName}`);
    const { project } = JSON.parse(search as string);
    const own = { version: packageVersion, fingerprint: await fingerprint() };
    expect(project).toMatchObject({ ...own, task });
    const searches = names.map((name) => ({
      run: `evil${ESCAPE}`,
      project: { ...project, task: name },
      reportMilliseconds: 0,
    }));
    const records = [...searches.map((record) => JSON.stringify(record)), ...NO_RECORDS];
    const clean = searches.map((record) => JSON.stringify({ ...record, run: 'evil' }));
    for (const [i, text] of [...records, ...clean].entries()) {
      const worker = JSON.stringify({
        name: `evil-${i}`,
        ...own,
        search: JSON.parse(clean[i % clean.length]!),
        slots: [],
      });
      await client.mset(`nos:search:evil-${i}`, text, `nos:worker:evil-${i}`, i % 2 ? worker : text);
      await client.sadd('nos:search', `evil-${i}`);
      await client.sadd('nos:worker', `evil-${i}`);
    }
    await client.sadd('nos:search', `../../x.mjs${ESCAPE}`, '__proto__', HUGE, baits[0] as string);
    await client.set(`nos:search:${baits[0]}`, JSON.stringify(searches[0]));
    await client.rpush('nos:search:a-list', './x.mjs');
    await client.sadd('nos:search', 'a-list');

    // Jobs among the honest ones.
    const data = { rule: 'g', task, protocol: 'quick', seed: 1, environment: 'none' };
    const jobs: readonly unknown[] = [
      ...names.map((name) => ({ ...data, task: name })),
      ...['protocol', 'environment', 'rule'].flatMap((field) =>
        ['./x.mjs', '__proto__', HUGE, 7, null, [], { a: 1 }].map((value) => ({ ...data, [field]: value })),
      ),
      { ...data, rule: "process.getBuiltinModule('node:fs')" },
      { ...data, rule: `import('./x.mjs')` },
      { ...data, seed: -1 },
      { ...data, seed: 'x' },
      { ...data, program: './x.mjs' },
      JSON.parse(`{"__proto__":{"task":"./x.mjs"}}`),
      'text',
      null,
      7,
      [],
    ];
    const unreadable = ['not JSON', '', `{"rule":"${ESCAPE}"`, '{"__proto__":{"rule":"g"}}', HUGE];
    const forged = [
      ...jobs.map((job, i) => [`e${String(i).padStart(32, '0')}`, JSON.stringify(job)] as const),
      ...unreadable.map((text, i) => [`e${String(900 + i).padStart(32, '0')}`, text] as const),
      ...['f0', '../x.mjs', '__proto__', ESCAPE].map((id) => [id, JSON.stringify(data)] as const),
    ];
    for (const [id, text] of forged) {
      await client.hset(jobsKey, id, text);
      await client.lpush(key('waiting'), id);
    }
    await client.lpush(key('waiting'), 'nothing', './x.mjs', HUGE);
    // Workers that hold what is none, an answer and a mark that are none.
    await client.sadd(key('holders'), 'evil', '../x.mjs', '__proto__', HUGE);
    await client.set(key('held:evil'), './x.mjs');
    await client.rpush(key('held:../x.mjs'), 'nothing', ESCAPE);
    await client.rpush(key(`answer:${byRule.get(rules.at(-1) as string)}`), './x.mjs');
    await client.del(key('checked'));
    await client.rpush(key('checked'), './x.mjs');

    // Answers to honest questions that differ from what was asked, and events that are none.
    const by = { name: 'evil', state: 'idle', finished: 0, restarts: 0, perMinute: 0, sequence: 0 };
    const answers: readonly [object | string, RegExp][] = [
      [{ task: './x.mjs' }, /its task is not the one asked for/],
      [{ key: '0'.repeat(16) }, /its key is not the one asked for/],
      [{ fingerprint: 'evil' }, /its fingerprint is not the one asked for/],
      [{ version: '9.9.9' }, /its version is not the one asked for/],
      [{ seed: 2 }, /its seed is not the one asked for/],
      [{ protocol: 'paper' }, /its protocol is not the one asked for/],
      [{ environment: '4bit' }, /its environment is not the one asked for/],
      [{ rule: '2 * g' }, /its rule is not the one asked for/],
      [{ reward: 2 }, /evaluation\.reward/],
      [{ module: './x.mjs' }, /"module"/],
      [{ measures: JSON.parse('{"constructor":1}') }, /evaluation\.measures/],
      ['{"type":"import","path":"./x.mjs"}', /type: Invalid/],
      ['{"__proto__":{"type":"done"}}', /type: Invalid/],
      ['null', /all of it: Invalid/],
    ];
    for (const [i, [answer]] of answers.entries()) {
      const rule = rules[i] as string;
      const sound = {
        ...{ ...data, rule, key: ruleKey(resolveRule(rule)), ...own },
        ...{ learningRate: 1, edgeOfGrid: false, sweep: [], reward: 1, curve: [1] },
        ...{ status: 'ok', steps: 1, seconds: 1 },
      };
      const done = { type: 'done', evaluation: { ...sound, ...(answer as object) }, by, retries: [] };
      const returned = typeof answer === 'string' ? answer : JSON.stringify(done);
      const fields = ['type', 'answer', 'job', byRule.get(rule) as string, 'text', returned];
      await client.xadd(key('events'), '*', ...fields);
    }
    const [someone = ''] = byRule.values();
    for (const fields of [
      ['type', 'import', 'job', someone, 'text', './x.mjs'],
      ['type', '__proto__', 'job', someone, 'text', 'x'],
      ['type', 'progress', 'job', someone, 'text', 'not JSON'],
      ['type', 'progress', 'job', someone, 'text', JSON.stringify({ ...by, rule: ESCAPE, state: 'evil' })],
      ['type', 'returned', 'job', someone, 'text', ESCAPE],
      ['type', 'answer', 'job', '../x.mjs', 'text', './x.mjs'],
      ['type', 'answer', 'job', HUGE, 'text', 'x'],
      ['type', 'answer', 'job', someone, 'text', HUGE],
      ['__proto__', 'x'],
      [ESCAPE, ESCAPE],
    ]) {
      await client.xadd(key('events'), '*', ...fields);
    }

    const worker = cli.start(['worker', '--concurrency', '2', '--redis', redis.url, '--task', here]);
    const working = cli.finish(worker);
    const { code, stdout, stderr } = await searching;
    expect(code, stderr).toBe(0);
    for (const [, complaint] of answers) expect(stderr).toMatch(complaint);
    expect(stderr).toMatch(/an event of the queue is passed over: type/);

    // Every job has an end, and the queue is not blocked by any.
    await expect
      .poll(() => Promise.all([client.llen(key('waiting')), client.hlen(jobsKey)]), { timeout: 120_000 })
      .toEqual([0, 0]);
    expect(worker.exitCode).toBe(null);
    worker.kill('SIGTERM');
    const worked = await working;
    expect(worked.code, worked.stderr).toBe(143);

    const alone = await cli.json(['eval', ...rules, '--task', there]);
    const rewards = (document: { evaluations: { rule: string; reward: number; task: string }[] }) =>
      document.evaluations.map(({ rule, reward }) => ({ rule, reward }));
    expect(rewards(JSON.parse(stdout))).toEqual(rewards(alone));

    expect(tracesLeft()).toEqual([]);
    for (const bait of baits.filter((file) => !file.endsWith('.ts'))) {
      spawnSync(process.execPath, [bait]);
      expect(tracesLeft()).not.toEqual([]);
    }
    expect(visits).toBe(0);
    for (const text of [stderr, worked.stderr]) {
      expect(text).not.toContain('bug');
      expect([...text].filter((sign) => sign < ' ' && sign !== '\n')).toEqual([]);
      expect(text.length).toBeLessThan(100_000);
    }
  });
});
