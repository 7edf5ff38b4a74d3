import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Command, defineCommand } from './command.ts';
import type { CommandEntry } from './commands/index.ts';
import { flag, integer, list, text } from './option.ts';
import { entryOf, parseCommandLine } from './program.ts';

const run = async () => ({ document: {}, text: '' });

const tune = defineCommand({
  arguments: '<rule> [more...]',
  options: {
    rate: integer('learning rate', { short: 'r', source: 'flag' }).default(3),
    words: list('some words', { joins: true, names: () => ['one', 'two'] }).optional(),
    many: text('of many', {
      names: async () => Array.from({ length: 20 }, (_, i) => `name-${i}`),
    }).optional(),
    dryRun: flag('do nothing'),
  },
  documents: { test: z.object() },
  example: 'nos tune g',
  run,
});
const free = defineCommand({
  options: { task: text('task').optional() },
  documents: { test: z.object() },
  example: 'nos free',
  run,
});

/** Commands, and which of them were loaded. */
function entriesOf(loaded: string[]): readonly CommandEntry[] {
  const entry = (name: string, command: Command): CommandEntry => ({
    name,
    summary: `${name} things`,
    takes: [],
    load: async () => {
      loaded.push(name);
      return { command };
    },
  });
  return [entry('tune', tune), entry('free', free), entry('data fetch', tune), entry('data list', free)];
}

async function parse(...argv: readonly string[]) {
  const loaded: string[] = [];
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([readAll(stdout), readAll(stderr)]);
  const parsing = parseCommandLine(argv, entriesOf(loaded), '1.2.3', { program: 'bin/nos', stdout, stderr });
  const result = await parsing.catch((error: unknown) => error);
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { result, loaded, out, err };
}

const errorOf = async (...argv: readonly string[]): Promise<string> => {
  const { result, out, err } = await parse(...argv);
  expect([out, err]).toEqual(['', '']);
  expect(result).toBeInstanceOf(CommanderError);
  return (result as CommanderError).message;
};

describe('a command line', () => {
  it('is a command with its arguments, and the flags as they were typed', async () => {
    const { result, loaded } = await parse('tune', 'g', '--rate', '7', 'm', '--dry-run');
    expect(result).toMatchObject({ name: 'tune', arguments: ['g', 'm'], flags: { rate: '7', dryRun: true } });
    expect(loaded).toEqual(['tune']);
  });

  it('may name a command of a group, which has commands of its own', async () => {
    expect((await parse('data', 'fetch', 'x')).result).toMatchObject({
      name: 'data fetch',
      arguments: ['x'],
    });
    expect((await parse('data', 'list')).loaded).toEqual(['data list']);
  });

  it('joins the values of a flag that is given again, if it may be', async () => {
    const { result } = await parse('tune', 'g', '--words', 'a', '--words', 'b,c', '-r', '1', '-r', '2');
    expect(result).toMatchObject({ flags: { words: 'a,b,c', rate: '2' } });
  });

  it('takes what follows -- for arguments', async () => {
    expect((await parse('tune', '--', '-g')).result).toMatchObject({ arguments: ['-g'], flags: {} });
  });
});

describe('help', () => {
  it('lists commands without loading one', async () => {
    const { out, loaded, result } = await parse('--help');
    expect(out).toMatch(/^ {2}tune .*tune things$/m);
    expect(out).toMatch(/^ {2}data /m);
    expect(out).toContain('First:    bin/nos search --preset quick');
    expect([loaded, (result as CommanderError).exitCode]).toEqual([[], 0]);
  });

  it.each([[['tune', '--help']], [['tune', '-h']], [['help', 'tune']]])(
    '%j shows defaults, variables, names and the example',
    async (argv) => {
      const { out } = await parse(...argv);
      expect(out).toMatch(/-r, --rate <N> +learning rate \[3\]$/m);
      expect(out).toMatch(/--words <LIST> +some words: one, two \(NOS_WORDS\)$/m);
      expect(out).toMatch(/--many <NAME> +of many \(NOS_MANY\)$/m);
      expect(out).toMatch(/--dry-run +do nothing$/m);
      expect(out).toMatch(/--json/);
      expect(out).toMatch(/Example:\n {2}bin\/nos tune g\n$/);
    },
  );

  it('stands in for a missing command, on stderr', async () => {
    const { out, err, result } = await parse();
    expect(out).toBe('');
    expect(err).toMatch(/^Usage: nos/);
    expect((result as CommanderError).exitCode).toBe(1);
    expect((await parse('data')).err).toMatch(/fetch/);
  });

  it('and the version are printed', async () => {
    expect((await parse('--version')).out).toBe('1.2.3\n');
  });
});

describe('what is wrong is said with a hint', () => {
  it.each([
    [['tun'], /unknown command 'tun'\n\(Did you mean tune\?\)/],
    [['data', 'fech'], /unknown command 'fech'/],
    [['tune', 'g', '--rat', '1'], /unknown option '--rat'\n\(Did you mean --rate\?\)/],
    [['tune', 'g', '--rate'], /argument missing/],
    [
      ['tune'],
      /missing required argument 'rule'\nusage: nos tune .*<rule>.*; a rule is a name of `nos rules`/,
    ],
    [
      ['free', 'digits'],
      /'digits' is one more than nos free takes\na task is an option: `nos free --task digits`; usage/,
    ],
  ])('%j', async (argv, message) => {
    expect(await errorOf(...argv)).toMatch(message);
  });
});

it('a command is found by the words that it begins with', () => {
  const entries = entriesOf([]);
  const found = (...words: readonly string[]) => entryOf(words, entries)?.name;
  expect(found('tune', 'x')).toBe('tune');
  expect(found('data', 'fetch')).toBe('data fetch');
  expect(found('data')).toBeUndefined();
  expect(found('tuned')).toBeUndefined();
  expect(found()).toBeUndefined();
});
