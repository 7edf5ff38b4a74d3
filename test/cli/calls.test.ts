/** Commands that `nos` prints for its user run as they stand, in the shell that it was called from. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { commandLine, type Outcome } from '../command-line.ts';

const { home, start, finish } = commandLine();
const folder = join(home, "it's $HOME");
beforeAll(() => mkdirSync(folder));

/** No store is known to the shell: it must come from the command. */
const VARIABLES = { NOS_STORE: '' };
const SEARCH = [
  'search',
  '--task',
  'digits-mlp',
  '--space',
  'quick',
  '--protocol',
  'quick',
  '--store',
  'my "other" runs.db',
];

const nos = (args: readonly string[], signal?: NodeJS.Signals): Promise<Outcome> => {
  const child = start(args, VARIABLES, folder);
  child.stderr?.on('data', (text: string) => {
    if (signal !== undefined && text.includes('batch 1 ')) child.kill(signal);
  });
  return finish(child);
};

const environment = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data'), NOS_WORKERS: '1' };
const inShell = (line: string) => promisify(execFile)('sh', ['-c', line], { cwd: folder, env: environment });

/** What stands alone on a line, after a word at most, and what stands in backticks. */
const commandsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^(?: {2}|go on: {2}|to be sure: |to train with it: )(node .*)$|`(node [^`]*)`/gm)].map(
    ([, line, quoted]) => (line ?? quoted) as string,
  );

it('at the end of a search', async () => {
  const { code, stdout, stderr } = await nos([...SEARCH, '--samples', '10', '--run', "the first's"]);
  expect(code, stderr).toBe(0);
  const commands = commandsOf(stdout);
  expect(commands.map((line) => /bin\/nos (\w+)/.exec(line)?.[1])).toEqual([
    'compare',
    'show',
    'export',
    'top',
    'log',
  ]);
  for (const line of commands) await inShell(line);
  const top = await inShell(commands[3] as string);
  expect(commandsOf(top.stdout)).toEqual([commands[0], commands[2]]);
});

it('at the end of one that was interrupted, and for a name that is taken', async () => {
  const args = [...SEARCH, '--samples', '25', '--run', 'second one'];
  const { code, stdout } = await nos(args, 'SIGINT');
  expect(code).toBe(130);
  const taken = await nos(args);
  expect(taken.code).toBe(2);
  const [goOn] = commandsOf(stdout);
  expect(commandsOf(taken.stderr)).toEqual([goOn]);
  expect((await inShell(goOn as string)).stdout).toMatch(/^run +second one, finished: 25 of 25 rules/m);
});
