import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { shellWord } from '../shell.ts';
import type { CommandEntry } from './commands/index.ts';

/** What a process knows of the way it was started. */
export interface Start {
  /** The path of the program, `process.argv[1]`. */
  readonly script: string;
  /** The working directory. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where npm installs what npx and its scripts find, and its user's shell does not. */
const INSTALLED = `${sep}node_modules${sep}`;

/** Where npx keeps what is installed nowhere else, a folder per call: it does not find that by the program's name, but by the package's. */
const OF_NPX = /^.*[/\\]_npx[/\\][^/\\]+/;

/**
 * How the user calls this program, for commands that they may copy: `bin/nos` in a clone, `npx nos` under npx, `npx` with the package if it is
 * installed nowhere else, `nos` if a shell finds it, the path otherwise.
 */
export function programOf({ script, directory, env }: Start): string {
  if (script === resolve(directory, 'bin/nos')) return 'bin/nos';
  const byNpm = env.npm_command !== undefined;
  const [kept] = OF_NPX.exec(script) ?? [];
  if (byNpm && kept === undefined && script.includes(INSTALLED)) return 'npx nos';
  const asked = byNpm && kept !== undefined ? packagesOf(kept) : [];
  if (asked.length > 0)
    return ['npx', ...(asked.length === 1 ? asked : [...asked.map((name) => `-p ${name}`), 'nos'])].join(' ');
  const path = (env.PATH ?? '').split(delimiter);
  const folders = byNpm ? path.filter((folder) => !folder.includes(INSTALLED)) : path;
  const found = folders.map((folder) => resolve(directory, folder, 'nos')).find(isProgram);
  if (found !== undefined && sameFile(found, script)) return 'nos';
  return `node ${shellWord(script)}`;
}

/** The packages that npx was asked for, as it was, which it notes in the folder where it keeps them; none if it does not say. */
function packagesOf(folder: string): readonly string[] {
  try {
    const { _npx } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return _npx.packages.map((name: unknown) => shellWord(String(name)));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** Writes a command line that begins with `nos` as this user can run it; see {@link callWriter}. */
export type WriteCall = (line: string) => string;

/** Flags that say where a command works, and so belong to whatever goes on with its work. */
export const CARRIED = ['store', 'data', 'config', 'redis'] as const;

/**
 * Makes the one function that writes commands for the user. It calls the program as the user does, and adds what this very call
 * gave by flag and the other command takes as well: the same store, data, configuration and queue. What the environment gave, the
 * user's shell still has.
 *
 * @param flags As the user typed them.
 * @example callWriter('bin/nos', { store: 'my runs.db' }, commands)('nos show st 5') // bin/nos show st 5 --store 'my runs.db'
 */
export function callWriter(
  program: string,
  flags: Readonly<Record<string, unknown>>,
  commands: readonly Pick<CommandEntry, 'name' | 'takes'>[],
): WriteCall {
  return (line) => {
    const words = line.replace(/^nos\s*/, '');
    const command = commands.find(({ name }) => `${words} `.startsWith(`${name} `));
    const carried = CARRIED.flatMap((name): readonly string[] => {
      const value = flags[name];
      const taken = name === 'config' || command?.takes.includes(name);
      if (command === undefined || !taken || typeof value !== 'string') return [];
      // A password is not repeated; what the command says itself stands.
      if ((name === 'redis' && value.includes('@')) || words.includes(`--${name} `)) return [];
      return [`--${name} ${shellWord(value)}`];
    });
    const [, said = '', after = ''] = BEFORE_REDIRECTION.exec(words) ?? [];
    return [program, said, ...carried].filter((part) => part !== '').join(' ') + after;
  };
}

/** What stands before ` -- ` or ` > `, and the rest; these may also stand in a quoted word. */
const BEFORE_REDIRECTION = /^((?:[^'\\]|\\.|'[^']*')*?)( (?:--|>) .*)?$/s;

/** Writes the commands of a text, which stand in backticks and begin with `nos`. */
export function writeCalls(text: string, write: WriteCall): string {
  return text.replace(CALL, (_, line: string) => `\`${write(line)}\``);
}

/** A quoted word may hold a backtick. */
const CALL = /`(nos(?: (?:[^`'\\]|\\.|'[^']*')*)?)`/gs;
