/** docs/own-training.md, line by line, and the README of the program that it begins with. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';
import { noTorch, PYTHON } from './python.ts';

const { home, nos } = commandLine();
const program = resolve('bin/nos');
const page = readFileSync(resolve('docs/own-training.md'), 'utf8');
const lines = [...page.matchAll(/^ {4}((?:nos|cd|python3) .*)$/gm)].map(([, line]) => line as string);

/** Runs a script in which `python3` is the Python that has PyTorch. */
const shell = (script: string, cwd: string) =>
  promisify(execFile)('bash', ['-ec', script], {
    cwd,
    env: {
      ...process.env,
      ...{ NOS_WORKERS: '2', HOME: home, PATH: `${dirname(PYTHON)}:${process.env.PATH}` },
    },
  });

/** Dozens of trainings, each in a Python that imports PyTorch first. */
const PATIENCE = 900_000;

describe.skipIf(noTorch)('a training in PyTorch', { timeout: PATIENCE }, () => {
  it('goes from init to export as docs/own-training.md prints it', async () => {
    expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['nos init', 'cd my-training', 'python3 train.py', 'nos task', 'nos search', 'nos compare'],
      ...['nos export', 'python3 train.py'],
    ]);
    const { stdout } = await shell(`nos() { node '${program}' "$@"; }\n${lines.join('\n')}`, home);
    expect(stdout.match(/^val_loss=\d\.\d+$/gm)).toHaveLength(2);
    expect(stdout).toContain('equal to the bit');
    expect(stdout.match(/lower is better/g)!.length).toBeGreaterThan(2);
    expect(readFileSync(join(home, 'my-training', 'powersign.py'), 'utf8')).toContain('class PowerSign');
  });

  it('begins with a README whose command works', async () => {
    expect(await nos(['init', 'readme', '--template', 'pytorch'])).toMatchObject({ code: 0 });
    const readme = readFileSync(join(home, 'readme', 'README.md'), 'utf8');
    const commands = [...readme.matchAll(/^ {4}(.*)$/gm)].map(([, line]) => line as string);
    // The third is the search of the page.
    expect(commands).toHaveLength(3);
    expect(commands.pop()).toMatch(/ search --task \.\/nos\.task\.json --samples 6 /);
    const { stdout } = await shell(
      `nos() { node '${program}' "$@"; }\n${commands.join('\n')}`,
      join(home, 'readme'),
    );
    expect(stdout).toMatch(/^val_loss=0\.\d+$/m);
  });
});
