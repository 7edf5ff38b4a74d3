/** docs/own-task.md, line by line, and the README of each template. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { taskTemplates } from '../src/tasks/index.ts';
import { commandLine } from './command-line.ts';

const { home, here, nos } = commandLine();
const program = resolve('bin/nos');
const page = readFileSync(resolve('docs/own-task.md'), 'utf8');
const lines = [...page.matchAll(/^ {4}((?:nos|cd) .*)$/gm)].map(([, line]) => line as string);

/** Modules that the page prints, by the name in their first line. */
const modules = [...page.matchAll(/^ {4}\/\/ (\S+\.mjs)\n((?: {4}.*\n|\n(?= {4}))*)/gm)].map(
  ([, name, text]) => [name as string, (text as string).replace(/^ {4}/gm, '')] as const,
);

const shell = (script: string, cwd: string) =>
  promisify(execFile)('bash', ['-ec', script], {
    cwd,
    env: { ...process.env, NOS_WORKERS: '1', HOME: home },
  });

describe('docs/own-task.md', () => {
  it('runs as it is printed', async () => {
    expect(lines.length).toBeGreaterThan(4);
    await mkdir(join(home, 'modules'));
    for (const [name, text] of modules) await writeFile(join(home, 'modules', name), text);
    const { stdout } = await shell(
      `nos() { node '${program}' "$@"; }\n${lines.join('\n').replace('cd my-task', 'cd my-task; cp ../modules/* .')}`,
      home,
    );
    expect(modules.length).toBe(1);
    expect(stdout).toContain('mse: lower is better');
    expect(stdout).toContain('class PowerSign');
  });
});

describe('nos init', () => {
  it.each(taskTemplates.entries.filter(({ imports }) => imports))(
    '$name writes a README whose command works',
    async ({ name }) => {
      expect(await nos(['init', name, '--template', name])).toMatchObject({ code: 0 });
      const readme = readFileSync(join(home, name, 'README.md'), 'utf8');
      expect(readme.split('\n').length).toBeLessThan(13);
      const [, command = ''] = /^ {4}(.*)$/m.exec(readme) ?? [];
      const { stdout } = await shell(command, join(home, name));
      expect(stdout).toContain('adam');
    },
  );

  it('refuses a folder that is not empty, a file, and an unknown template', async () => {
    await writeFile(join(home, 'file'), '');
    await here.nos(['init', 'full']);
    for (const dir of ['full', 'file']) expect(await here.nos(['init', dir])).toMatchObject({ code: 2 });
    expect(await here.nos(['init', 'full', '--force'])).toMatchObject({ code: 0 });
    const unknown = await here.nos(['init', 'x', '--template', 'javscript']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'javascript'?") });
  });
});
