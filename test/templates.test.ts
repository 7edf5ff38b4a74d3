/** The programs that `nos init` writes, and what their README says. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { taskTemplates } from '../src/tasks/index.ts';
import { commandLine } from './command-line.ts';
import { PYTHON } from './python.ts';

const { home, here } = commandLine();
const programs = taskTemplates.entries.filter(({ imports }) => !imports);

/** What a program needs of Python. */
const IMPORTS: Readonly<Record<string, string>> = {
  pytorch: 'torch',
  optax: 'jax, optax',
  keras: 'keras',
};

const python = (args: readonly string[], cwd = home) =>
  promisify(execFile)(PYTHON, args, {
    cwd,
    env: { ...process.env, PATH: `${dirname(PYTHON)}:${process.env.PATH}` },
  });

describe.skipIf(spawnSync(PYTHON, ['--version']).status !== 0)('a program of nos init', () => {
  it('is there for each framework', () => {
    expect(programs.map(({ name }) => name).sort()).toEqual(Object.keys(IMPORTS).sort());
  });

  it.each(programs)('$name is written whole, and parses', async ({ name, files }) => {
    const document = await here.json(['init', name, '--template', name]);
    expect(document.files.sort()).toEqual([...files, 'digits.csv', 'README.md'].sort());
    const readme = readFileSync(join(home, name, 'README.md'), 'utf8');
    expect(readme.split('\n').length).toBeLessThan(15);
    expect(readme).not.toMatch(/\{\{|\}\}/);
    const record = JSON.parse(readFileSync(join(home, name, 'nos.task.json'), 'utf8'));
    expect(record).toMatchObject({ framework: name, metric: 'val_loss', goal: 'minimise' });
    for (const file of record.files) expect(() => readFileSync(join(home, name, file))).not.toThrow();
    await python(['-m', 'py_compile', 'train.py'], join(home, name));
  });

  it.for(programs)('$name trains with a rule of ours', async ({ name }, { skip }) => {
    const { status } = spawnSync(PYTHON, ['-Ic', `import ${IMPORTS[name]}`]);
    skip(
      status !== 0,
      `SKIPPED: ${PYTHON} has no ${IMPORTS[name]}, so the ${name} template was parsed and not run`,
    );
    const folder = `${name}-run`;
    await here.nos(['init', folder, '--template', name]);
    const { stdout: source } = await here.nos(['export', 'adam', '--to', name]);
    await writeFile(join(home, folder, 'rule.py'), source);
    const train = async (...args: string[]) => {
      const { stdout } = await python(['train.py', '--steps', '60', ...args], join(home, folder));
      expect(stdout).toMatch(/^step=50 val_loss=\d\.\d+$/m);
      return Number(/^val_loss=(\d\.\d+)$/m.exec(stdout)?.[1]);
    };
    const own = ['--optimizer', `rule.py:${name === 'optax' ? 'adam' : 'Adam'}`];
    const [ours, again, other, theirs] = [
      await train(...own),
      await train(...own),
      await train(...own, '--seed', '2'),
      await train(),
    ];
    expect(ours).toBeLessThan(1);
    expect(again).toBe(ours);
    expect(other).not.toBe(ours);
    expect(ours).toBeCloseTo(theirs, 3);
  });
});
