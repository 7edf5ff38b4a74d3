/** `nos task check` on tasks of all kinds: sound, noisy, without a seed, broken. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BOWL } from './bowl.ts';
import { commandLine } from './command-line.ts';

const { home, nos, json, here } = commandLine();
const PROTOCOL = ['--protocol', 'final@10=0.1'];
const bowl = readFileSync(BOWL, 'utf8');

/** The bowl with a part of its text exchanged. */
async function changed(name: string, part: string | RegExp, by: string): Promise<string> {
  const text = bowl.replace(part, by);
  expect(text).not.toBe(bowl);
  await writeFile(join(home, name), text);
  return `./${name}`;
}
const check = (task: string) => ['task', 'check', '--task', task, ...PROTOCOL];

describe('nos task check', () => {
  it('passes a built-in task: equal to the bit, its spread, its costs', async () => {
    const { code, stdout } = await here.nos([...check('digits-mlp'), '--rules', '50']);
    expect(code).toBe(0);
    expect(stdout).toContain('equal to the bit');
    expect(stdout).toMatch(/search +50 rules, 85 trainings .* on 1 worker,/);
    expect(stdout).toMatch(/nos search --task digits-mlp --protocol final@10=1e-1 --samples 50\n$/);
  });

  it('passes a module of the user’s own, on two workers, and stores nothing', async () => {
    const task = await changed('sound.mjs', 'weights roll', 'my weights roll');
    const document = await json([...check(task), '--seeds', '4', '--workers', '2']);
    expect(document).toMatchObject({ passed: true, repeat: { equal: true, difference: 0 }, remarks: [] });
    expect(document.trials.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2, 3, 4, 1]);
    expect(document.search.workers).toBe(2);
    expect((await here.json(['runs'])).runs).toEqual([]);
  });

  it('reports noise with its size, and does not refuse it', async () => {
    const task = await changed('noisy.mjs', 'return 1 / (1 +', 'return 0.01 * Math.random() + 0.9 / (1 +');
    const document = await here.json(check(task));
    expect(document.repeat.equal).toBe(false);
    expect(Math.abs(document.repeat.difference)).toBeGreaterThan(0);
    expect(Math.abs(document.repeat.difference)).toBeLessThan(0.01);
    const { stdout, code } = await here.nos(check(task));
    expect(code).toBe(0);
    expect(stdout).toMatch(/twice seed 1: noise, the scores differ by 0\.00\d\d, \d+\.\d\d of the spread/);
  });

  it('finds what is left over from one training to the next', async () => {
    const task = await changed('leaky.mjs', /const WEIGHTS = 16;/, 'const WEIGHTS = 16;\nlet scored = 0;');
    const text = readFileSync(join(home, task), 'utf8');
    await writeFile(join(home, task), text.replace('return 1 / (1 +', 'return 1 / (1 + 0.001 * scored++ +'));
    expect((await here.json(check(task))).repeat.equal).toBe(false);
  });

  it('asks after the seed where no seed changes anything', async () => {
    const task = await changed('unseeded.mjs', 'Math.sin(100 * seed + i)', 'Math.sin(i)');
    const constant = readFileSync(join(home, task), 'utf8').replace(
      'return 1 / (1 + loss(',
      'return 0.7; (1 + (',
    );
    await writeFile(join(home, task), constant);
    const { remarks, spread, needed } = await here.json(check(task));
    expect(remarks.join()).toContain('does the training use its seed?');
    expect(spread.deviation).toBe(0);
    expect(needed).toEqual([]);
  });

  it('refuses a task that diverges: exit code 1, and the document all the same', async () => {
    const task = await changed('diverging.mjs', 'return loss(weights, indices);', 'return Number.NaN;');
    const { code, stdout } = await here.nos([...check(task), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ passed: false, spread: null });
    expect(JSON.parse(stdout).remarks).toContain('seed 2: diverged');
  });

  it('names a failure in the module as its own, with file and line; what it prints stays out of the document', async () => {
    const task = await changed(
      'broken.mjs',
      'step: async (indices, { weights }, gradient) => {',
      "step: async (indices, { weights }, gradient) => {\n      console.log('in a step');\n      throw new Error('no such column');",
    );
    const { code, stdout, stderr } = await nos([...check(task), '--json']);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout);
    const line = readFileSync(join(home, task), 'utf8')
      .split('\n')
      .findIndex((one) => one.includes('no such column'));
    expect(error).toMatchObject({
      code: 'task',
      message: `task 'bowl': no such column (broken.mjs:${line + 1})`,
    });
    expect(stderr).toContain('in a step');
  });

  it.each([
    ['no such task', ['--task', 'digits-mpl'], "did you mean 'digits-mlp'?"],
    ['no such protocol', ['--task', 'digits-mlp', '--protocol', 'quik'], "did you mean 'quick'?"],
    ['a single seed', ['--task', 'digits-mlp', '--seeds', '1'], 'expected 2 or more'],
  ])('refuses %s', async (_, args, said) => {
    const { code, stderr } = await here.nos(['task', 'check', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});
