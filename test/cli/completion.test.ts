import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { openStore } from '../../src/store/index.ts';
import { commandLine } from '../command-line.ts';

const { finish, here, home } = commandLine();

/** What bash offers at the end of a command line, by the script that the program prints. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await here.nos(['completion', 'bash']);
  writeFileSync(join(home, 'complete.sh'), script);
  const NOS = resolve(import.meta.dirname, '../../bin/nos');
  const line = [
    'source complete.sh',
    `COMP_WORDS=('${NOS}' ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`,
    '_nos "${COMP_WORDS[0]}"; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const env = { ...process.env, NOS_STORE: join(home, 'nos.db') };
  const child = spawn('bash', ['--norc', '-c', line], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { code, stdout, stderr } = await finish(child);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((word) => word !== '');
}

/** The same candidates, asked for in this process. */
async function words(...typed: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await here.nos(['completion', 'fish', '--json', '--', ...typed]);
  return JSON.parse(stdout).words;
}

describe('completion', () => {
  it('works in bash: commands, flags, names of values', async () => {
    expect(await offered('se')).toEqual(['search']);
    expect(await offered('search', '--strateg')).toEqual(['--strategy']);
    expect(await offered('search', '--strategy', 'ev')).toEqual(['evolution']);
  });

  it('knows every command and the members of groups', async () => {
    expect(await words('')).toEqual([...new Set(commands.map(({ name }) => name.split(' ')[0]))]);
    expect(await words('data', '')).toEqual(['fetch', 'list']);
    expect(await words('nonsense', '')).toEqual([]);
  });

  it('offers the flags of the command, those of all commands too', async () => {
    expect(await words('top', 'x', '-')).toEqual([
      '--number',
      '--all',
      '--store',
      '--config',
      '--json',
      '--debug',
    ]);
    expect(await words('rules', '--s')).toEqual([]);
  });

  const cases: readonly [readonly string[], string][] = [
    [['search', '--space', 'ic'], 'icml2017'],
    [['search', '--algorithm', 'pp'], 'ppo'],
    [['search', '--task', 'digits'], 'digits-mlp'],
    [['search', '--preset', 'q'], 'quick'],
    [['eval', 'adam', '--protocol', 'fin'], 'final@EPOCHS'],
    [['eval', 'adam', '--environment', '4'], '4bit'],
    [['trajectory', 'adam', '--function', 'ros'], 'rosenbrock'],
    [['search', '--log-level', 'deb'], 'debug'],
    [['rule', 'powersign-l'], 'powersign-ld'],
    [['eval', 'adam', '--seeds', '3', 'power', 'momen'], 'momentum'],
    [['space', 'sig'], 'signs'],
    [['tasks', 'shake'], 'shakespeare-lstm'],
    [['reproduce', 'figure6'], 'figure6'],
    [['data', 'fetch', 'cifar'], 'cifar10'],
    [['completion', 'zs'], 'zsh'],
  ];
  it.each(cases)('of %j is %s', async (typed, expected) => {
    expect(await words(...typed)).toEqual([expected]);
  });

  it('offers the runs of the store, and nothing where the argument is free', async () => {
    const store = await openStore(join(home, 'nos.db'));
    const config = { samples: 1 } as never;
    for (const name of ['first', 'second'])
      await store.createRun({
        name,
        config,
        createdAt: '2026-01-01T00:00:00Z',
        version: '1',
        fingerprint: 'f',
      });
    await store.close();
    expect([...(await words('top', ''))].sort()).toEqual(['first', 'second']);
    expect(await words('plot', 'first', 'sec')).toEqual(['second']);
    expect(await words('show', 'first', '')).toEqual([]);
    expect(await words('note', 'first', 'f')).toEqual([]);
  });

  it('of another shell is refused', async () => {
    const { code, stderr } = await here.nos(['completion', 'bsh']);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown shell 'bsh'\ndid you mean 'bash'");
  });
});
