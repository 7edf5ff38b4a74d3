/** A task module of the user's own, whatever it does, and our output, whoever reads it: with real processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const { home, start, finish, nos, json } = commandLine();

/** A task of one step an epoch, with `top` above it, and `step` and `score` as said. */
async function write(
  name: string,
  parts: { top?: string; step?: string; score?: string; more?: string } = {},
): Promise<string> {
  const { top = '', step = '', score = 'return 0.5;', more = '' } = parts;
  await writeFile(
    join(home, name),
    `${top}
export const task = {
  name: 'line', description: '', batchSize: 5, chance: 0.1, trainExamples: 10, checksum: async () => '0',
  open: async () => ({
    batchSize: 5, trainExamples: 10, chance: 0.1,
    initialState: () => ({ weights: new Float32Array([1, 2]), buffers: new Float32Array(0) }),
    step: async (indices, { weights }, gradient) => { ${step} gradient.set(weights); return 1; },
    score: async () => { ${score} },
    close: async () => {},
    ${more}
  }),
};
`,
  );
  return name;
}

const PROTOCOL = ['--protocol', 'final@1=0.1'];
const evaluate = (task: string) => ['eval', 'sgd', '--task', task, ...PROTOCOL];
const errorOf = (stdout: string) =>
  (JSON.parse(stdout) as { error: { code: string; message: string } }).error;

describe('a task module', () => {
  it('that leaves something open, and prints, does not hold a command up, nor touch its document', async () => {
    const top = `
      setInterval(() => {}, 1000);
      console.log('by console');
      process.stdout.write('by stdout\\n');`;
    const task = await write('open.mjs', { top, step: "console.log('in a step');" });
    const { code, stdout, stderr } = await nos([...evaluate(task), '--json']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ evaluations: [{ status: 'ok', reward: 0.5 }] });
    for (const line of ['by console', 'by stdout', 'in a step']) expect(stderr).toContain(`${line}\n`);
  });

  it.each([
    ['never ends loading', 'await new Promise(() => {});', /^task module t\.mjs: never finished loading$/],
    [
      'ends the process',
      '\nprocess.exit(0);',
      /^task module t\.mjs: process\.exit\(0\) was called \(t\.mjs:2\)$/,
    ],
    [
      'fails later',
      "setTimeout(() => { throw new Error('boom'); }, 1);",
      /^a task module: boom \(t\.mjs:1\)$/,
    ],
    ['rejects', "Promise.reject(new Error('boom'));", /^a task module: boom \(t\.mjs:1\)$/],
    ['throws', "\nthrow new Error('boom');", /^task module t\.mjs: boom \(t\.mjs:2\)$/],
  ])('that %s is named: one document, exit code 1', async (_, top, message) => {
    const { code, stdout, stderr } = await nos([...evaluate(await write('t.mjs', { top })), '--json']);
    expect(code, stderr).toBe(1);
    expect(errorOf(stdout)).toMatchObject({ code: 'task', message: expect.stringMatching(message) });
    expect(stderr).not.toMatch(/this is a bug|\n {4}at /);
  });

  it.each([
    ['throws', "throw new Error('boom');", /^task 'line': boom \(s\.mjs:\d+\)$/],
    ['ends the process', 'process.exit(0);', /^task 'line': process\.exit\(0\) was called \(s\.mjs:\d+\)$/],
    [
      'fails in a timer',
      "setTimeout(() => { throw new Error('boom'); }, 1); await new Promise((go) => setTimeout(go, 60_000));",
      /^task 's\.mjs': boom \(s\.mjs:\d+\)$/,
    ],
  ])('that %s while it trains is named, and not tried again', async (_, step, message) => {
    const { code, stdout, stderr } = await nos([...evaluate(await write('s.mjs', { step })), '--json']);
    expect(code, stderr).toBe(1);
    expect(errorOf(stdout)).toMatchObject({ code: 'task', message: expect.stringMatching(message) });
    expect(stderr).not.toContain('lost try');
  });

  it('whose score is none stops a search, which goes on once that is mended', async () => {
    const score = `
      const { existsSync } = await import('node:fs');
      return existsSync(${JSON.stringify(join(home, 'mended'))}) ? 0.5 : Number.NaN;`;
    const task = await write('score.mjs', { score });
    const search = ['search', '--task', task, ...PROTOCOL, '--samples', '4', '--batch', '2', '--run', 'one'];
    const { code, stdout, stderr } = await nos([...search, '--json']);
    expect(code, stderr).toBe(1);
    expect(errorOf(stdout)).toMatchObject({
      code: 'task',
      message: expect.stringMatching(
        /^task 'line': score gave NaN for '\w+': expected a number from 0 to 1$/,
      ),
    });
    await writeFile(join(home, 'mended'), '');
    expect(await json(['resume', 'one'])).toMatchObject({ status: 'finished', told: 4 });
  });

  it('that is mended before anything was evaluated is taken as it is then; later it is another task', async () => {
    const task = await write('later.mjs', { score: 'return -1;' });
    const search = [
      'search',
      '--task',
      task,
      ...PROTOCOL,
      '--samples',
      '2',
      '--batch',
      '2',
      '--run',
      'mended',
    ];
    expect((await nos(search)).stderr).toMatch(/score gave -1 for '\w+'/);
    await write('later.mjs', { score: 'return 0.5;' });
    expect(await json(['resume', 'mended'])).toMatchObject({ status: 'finished', told: 2 });
    await write('later.mjs', { score: 'return 0.6;' });
    const { code, stderr } = await nos(['resume', 'mended', '--samples', '4']);
    expect(code).toBe(2);
    expect(stderr).toContain('it has changed since the run began');
  });

  it('on which every reference rule diverges is said to be the likely cause', async () => {
    const task = await write('nan.mjs', { step: 'return Number.NaN;' });
    const search = ['search', '--task', task, ...PROTOCOL, '--samples', '2', '--batch', '2', '--run', 'nan'];
    const { code, stdout, stderr } = await nos(search);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /All 5 reference rules diverged on .*nan\.mjs.*: the task's loss or its learning rates/,
    );
    const { remarks } = await json(['resume', 'nan']);
    expect(remarks).toEqual([expect.stringContaining('All 5 reference rules diverged')]);
    expect(await json(evaluate(task))).toMatchObject({
      remarks: [expect.stringContaining('The only rule diverged')],
    });
  });

  it('that hangs ends by one SIGTERM', async () => {
    const top = `
      console.log('hangs');
      setInterval(() => {}, 1000);
      await new Promise(() => {});`;
    const child = start(evaluate(await write('hangs.mjs', { top })));
    child.stderr?.once('data', () => child.kill('SIGTERM'));
    const { code, stderr } = await finish(child);
    expect([code, stderr]).toEqual([143, expect.stringContaining('terminated')]);
  });
});

describe('output', () => {
  it('that nobody reads does not stop a search', async () => {
    const task = await write('fine.mjs');
    const search = [
      'search',
      '--task',
      task,
      ...PROTOCOL,
      '--samples',
      '4',
      '--batch',
      '2',
      '--run',
      'unread',
    ];
    const child = start(search);
    child.stdout?.destroy();
    child.stderr?.once('data', () => child.stderr?.destroy());
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(await json(['show', 'unread'])).toMatchObject({ run: { status: 'finished' } });
  });

  it('comes whole to a slow reader', async () => {
    const names = 20_000;
    const step = 'await new Promise((go) => setTimeout(go, 1));';
    const more = `measures: async () => Object.fromEntries(Array.from({ length: ${names} }, (_, i) => ['m' + i, i])),`;
    const child = start([...evaluate(await write('large.mjs', { step, more })), '--json']);
    const said = text(child.stderr as NodeJS.ReadableStream);
    // More than a pipe holds: until it is read to its end, the process cannot end.
    await once(child.stdout as NodeJS.ReadableStream, 'readable');
    await sleep(1_000);
    expect(child.exitCode).toBeNull();
    const { evaluations } = JSON.parse(await text(child.stdout as NodeJS.ReadableStream));
    expect(Object.keys(evaluations[0].measures)).toHaveLength(names);
    expect(await said).not.toContain('nos:');
  });

  it.skipIf(!existsSync('/dev/full'))('that finds no room ends in one line and exit code 1', async () => {
    const full = await open('/dev/full', 'w');
    const run = async (args: readonly string[], stdio: readonly ('ignore' | 'pipe' | number)[]) => {
      const program = new URL('../bin/nos', import.meta.url).pathname;
      const child = spawn(process.execPath, [program, ...args], {
        stdio: [...stdio],
        env: { ...process.env, HOME: home },
      });
      const said = child.stderr ? text(child.stderr) : Promise.resolve('');
      const [code] = await once(child, 'exit');
      return [code, await said];
    };
    const line = expect.stringMatching(/^nos: cannot write to stdout: ENOSPC[^\n]*\n$/);
    expect(await run(['rules'], ['ignore', full.fd, 'pipe'])).toEqual([1, line]);
    expect(await run(['--help'], ['ignore', full.fd, 'pipe'])).toEqual([1, line]);
    // Nothing is said there.
    expect(await run(['rules'], ['ignore', 'ignore', full.fd])).toEqual([0, '']);
    expect(await run(['no-such-command'], ['ignore', 'ignore', full.fd])).toEqual([2, '']);
    await full.close();
  });
});
