import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine, type Outcome } from '../command-line.ts';
import { noRedis, type RedisServer, startRedis } from '../redis-server.ts';
import { engines } from '../support/engines.ts';

/* Which engine a command computes with, as its user sees it: in processes of their own, as each tries its compiler once. */

const { home, json, nos, start, finish } = commandLine();

const ONCE = ['eval', 'adam', '--task', 'digits-mlp', '--protocol', 'final@1=1e-2'];
const WITHOUT = { CC: 'none' };
const FALLEN_BACK = /^onnxruntime trains, which takes longer: /gm;
const COMPILES = /^compiling the networks for this machine, which is done once$/gm;

const times = (pattern: RegExp, { stderr }: Outcome): number => [...stderr.matchAll(pattern)].length;
const enginesOf = (evaluations: readonly { readonly fingerprint: string }[]): readonly string[] => [
  ...new Set(evaluations.map(({ fingerprint }) => fingerprint.split('-', 1)[0]!)),
];
const engineOfRun = async (name: string): Promise<readonly string[]> =>
  enginesOf((await json(['log', name])).evaluations);

/** A compiler that is a script, with an empty cache. */
function compiler(name: string, script: string): Readonly<Record<string, string>> {
  const path = join(home, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { CC: path, XDG_CACHE_HOME: join(home, `${name}-cache`) };
}

const search = (name: string, samples: number): readonly string[] => [
  ...['search', '--task', 'digits-mlp', '--space', 'quick', '--strategy', 'random'],
  ...['--protocol', 'final@1=1e-2', '--batch', '2', '--samples', `${samples}`, '--run', name],
];

describe('without a compiler', () => {
  it('onnxruntime evaluates, which one line says, with what to install', async () => {
    const done = await nos(ONCE, { ...WITHOUT, XDG_CACHE_HOME: join(home, 'nothing') });
    expect(done.code, done.stderr).toBe(0);
    expect(times(FALLEN_BACK, done)).toBe(1);
    expect(done.stderr).toMatch(/'none' does not run; install one \(Debian: apt-get install gcc libc6-dev\)/);
  });

  it('onnxruntime evaluates silently if it was asked for', async () => {
    const done = await nos([...ONCE, '--engine', 'onnxruntime'], WITHOUT);
    expect(done.code, done.stderr).toBe(0);
    expect(times(FALLEN_BACK, done)).toBe(0);
  });

  it('the native engine is refused', async () => {
    const done = await nos([...ONCE, '--engine', 'native'], WITHOUT);
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(done.stderr).toMatch(
      /^\S* ?the native engine needs a C compiler, and 'none' does not run\n[^\n]*apt-get install gcc/,
    );
  });

  it('nos doctor says what that costs', async () => {
    const { checks } = await json(['doctor'], WITHOUT);
    expect(checks).toContainEqual({
      name: 'C compiler',
      state: 'warn',
      detail: expect.stringMatching(
        /'none' does not run: onnxruntime takes [\d.]+ to [\d.]+ times as long for a step$/,
      ),
      todo: expect.stringMatching(/apt-get install gcc/),
    });
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'engine',
        state: 'ok',
        detail: expect.stringMatching(/^onnxruntime trains/),
      }),
    );
  });
});

describe.skipIf(!engines.includes('native'))('with a compiler', () => {
  const fails = 'case "$*" in *--version*) exec cc "$@";; esac\n';

  it('compiles once, before the workers start, and says so once', async () => {
    const variables = compiler('counts', `${fails}echo run >> "$0.log"\nexec cc "$@"`);
    const first = await nos([...search('native', 4), '--workers', '2'], variables);
    expect(first.code, first.stderr).toBe(0);
    expect([times(COMPILES, first), times(FALLEN_BACK, first)]).toEqual([1, 0]);
    const compiled = readdirSync(join(variables.XDG_CACHE_HOME!, 'nos/compiled'));
    const runs = readFileSync(`${variables.CC}.log`, 'utf8').trimEnd().split('\n').length;
    expect(runs).toBe(compiled.filter((name) => name.endsWith('.node')).length);
    const second = await nos(ONCE, variables);
    expect(second.code, second.stderr).toBe(0);
    expect(times(COMPILES, second)).toBe(0);
    expect(await engineOfRun('native')).toEqual(['native']);
  });

  it.each([
    [
      'at the second file',
      'mkdir "$0.ran" 2>/dev/null && exec cc "$@"\necho "graph.c: error: no good" >&2; exit 1',
    ],
    ['by a signal', 'kill -9 $$'],
  ])('that fails %s, falls back with one line, and is refused if it was asked for', async (title, script) => {
    const variables = compiler(`fails ${title}`.replaceAll(' ', '-'), fails + script);
    const fallen = await nos(ONCE, variables);
    expect(fallen.code, fallen.stderr).toBe(0);
    expect(times(FALLEN_BACK, fallen)).toBe(1);
    expect(fallen.stderr).toMatch(/does not compile the graph: [^\n]+$/m);
    const refused = await nos([...ONCE, '--engine', 'native'], variables);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/does not compile the graph: [^\n]+\n[^\n]*--engine onnxruntime/);
  });

  it('and a cache that others may write to, falls back with one line', async () => {
    const cache = join(home, 'open');
    mkdirSync(join(cache, 'nos/compiled'), { recursive: true });
    chmodSync(join(cache, 'nos/compiled'), 0o777);
    const done = await nos(ONCE, { XDG_CACHE_HOME: cache });
    expect(done.code, done.stderr).toBe(0);
    expect(times(FALLEN_BACK, done)).toBe(1);
    expect(done.stderr).toMatch(/others may write to it; make it a folder of your own/);
  });

  it('a network with an operation that the native engine lacks trains on onnxruntime, and the line names it', async () => {
    const module = join(home, 'patched.mjs');
    const dist = resolve(import.meta.dirname, '../../dist');
    writeFileSync(
      module,
      `import { patches, reshape } from '${dist}/graph/index.js';
      import { dense, flatten } from '${dist}/nn/index.js';
      import { tasks, defineTask } from '${dist}/tasks/index.js';
      const { load } = tasks.find('digits-mlp').classifier;
      export const task = defineTask({
        ...tasks.find('digits-mlp').classifier,
        name: 'patched',
        load,
        network: (nn, x) => dense(nn, 'head', flatten(patches(reshape(x, [x.shape[0], 1, 8, 8]), { kernel: [2, 2] })), 10),
      });`,
    );
    const own = [...ONCE.slice(0, 3), module, ...ONCE.slice(4)];
    const done = await nos(own);
    expect(done.code, done.stderr).toBe(0);
    expect(times(FALLEN_BACK, done)).toBe(1);
    expect(done.stderr).toMatch(/no form of patches/);
    const refused = await nos([...own, '--engine', 'native']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/no form of patches\n[^\n]*--engine onnxruntime/);
  });

  it('a run keeps the engine that it began with', async () => {
    const began = await nos(search('old', 2), WITHOUT);
    expect(began.code, began.stderr).toBe(0);
    const extended = await nos(['resume', 'old', '--samples', '4']);
    expect(extended.code, extended.stderr).toBe(0);
    expect(await engineOfRun('old')).toEqual(['onnxruntime']);
    const other = await nos(['resume', 'old', '--samples', '6', '--engine', 'native']);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/add --engine onnxruntime/);
  });

  it('a run is not resumed where its engine is lacking, and the line says what to do', async () => {
    const refused = await nos(['resume', 'native', '--samples', '6'], WITHOUT);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /run 'native' goes on with the engine native: the native engine needs a C compiler[^\n]*\n[^\n]*apt-get install gcc/,
    );
  });
});

describe.skipIf(noRedis || !engines.includes('native'))('through Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('a worker serves searches of each engine that it has, and refuses those of others', async () => {
    const at = ['--redis', redis.url];
    // With a seed of its own: the store has the others' evaluations.
    const ownSeed = ['--seed', '7'];
    const worker = (more: readonly string[], variables: Readonly<Record<string, string>> = {}) => {
      const child = start(['worker', ...at, '--concurrency', '1', ...more], variables);
      let said = '';
      child.stderr?.on('data', (text) => {
        said += text;
      });
      return { child, ended: finish(child), said: () => said };
    };
    const lacking = worker([], WITHOUT);
    const other = worker(['--engine', 'onnxruntime']);
    // Nobody serves it before both have refused it.
    const searching = finish(start([...search('there', 2), ...ownSeed, ...at]));
    const refusals = async (): Promise<void> => {
      await expect
        .poll(lacking.said, { timeout: 120_000 })
        .toMatch(/run 'there': [^\n]*needs a C compiler[^\n]*apt-get install gcc/);
      await expect
        .poll(other.said, { timeout: 120_000 })
        .toMatch(
          /run 'there': the engine is onnxruntime here and native there; start it with --engine native/,
        );
    };
    const over = searching.then(({ code, stderr }) => expect.fail(`the search ended (${code}): ${stderr}`));
    await Promise.race([refusals(), over]);
    for (const { child, ended } of [lacking, other]) {
      child.kill('SIGTERM');
      await ended;
    }
    const both = worker([]);
    const native = await searching;
    expect(native.code, native.stderr).toBe(0);
    expect(await engineOfRun('there')).toEqual(['native']);
    const old = await nos([...search('elsewhere', 2), ...ownSeed, ...at], WITHOUT);
    expect(old.code, old.stderr).toBe(0);
    expect(await engineOfRun('elsewhere')).toEqual(['onnxruntime']);
    both.child.kill('SIGTERM');
    await both.ended;
  });
});
