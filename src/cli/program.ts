import { Command as Commander, CommanderError, Option } from 'commander';
import { shorten } from '../names.ts';
import { shellWord } from '../shell.ts';
import type { Command } from './command.ts';
import { definitionOf, flagOf, type OptionName, type Settings, variableOf } from './options.ts';
import { defaults } from './presets.ts';

/** What the user asked for: a command, its arguments, and its flags as they were typed. */
export interface Invocation {
  readonly command: Command;
  readonly arguments: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | readonly string[]>>;
}

/** Options of every command. */
const COMMON: readonly OptionName[] = ['config', 'json', 'debug'];

/** Where help goes: asked for on stdout, in place of what is missing on stderr. */
interface Surroundings {
  /** How the user calls this program: examples run as they stand. */
  readonly program: string;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Reads the command line with commander.
 *
 * @throws CommanderError for wrong usage, and for `--help` and `--version`, once they are printed (exit code 0).
 */
export async function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
  version: string,
  { program: called, stdout, stderr }: Surroundings,
): Promise<Invocation> {
  let invocation: Invocation | undefined;
  // Its commands inherit where it writes.
  const program = strict(new Commander('nos'))
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .description('Discover and test optimizer update rules.')
    .helpCommand('help [command]', 'print the help of a command')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', `\nFirst:    ${called} search --preset quick\nHelp:     ${called} COMMAND --help`);
  for (const command of commands) {
    const example = command.example.replace(/\bnos (?=\w)/g, `${called} `);
    addCommand(program, { ...command, example }, (found) => {
      invocation = found;
    });
  }
  await program.parseAsync([...argv], { from: 'user' });
  if (invocation === undefined) throw new Error('commander ran no command');
  return invocation;
}

/** Errors and exits become exceptions; nothing is printed but help. */
function strict(commander: Commander): Commander {
  return commander
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpOption('-h, --help', 'print this help');
}

function addCommand(program: Commander, command: Command, found: (invocation: Invocation) => void): void {
  const words = command.name.split(' ');
  const parent = words.length === 1 ? program : group(program, words[0] as string);
  const commander = strict(parent.command(words.at(-1) as string));
  commander.exitOverride((error) => {
    throw explained(error, command, commander);
  });
  commander.summary(command.summary).description(command.summary).helpCommand(false);
  if (command.arguments) commander.arguments(command.arguments);
  for (const name of [...command.options, ...COMMON]) commander.addOption(commanderOption(name, command));
  commander.addHelpText('after', `\nExample:\n  ${command.example.replaceAll('\n', '\n  ')}`);
  commander.action(() => {
    const args = commander.processedArgs.flat().filter((arg) => arg !== undefined);
    found({ command, arguments: args, flags: commander.opts() });
  });
}

/** What names an argument of a kind. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  run: '`nos runs` lists the runs',
  rule: "a rule is a name of `nos rules`, or a text in quotes such as 'sign(g) * m'",
  name: '`nos COMMAND --help` shows an example',
};

/** commander's error with a hint at what was likely meant, where arguments are missing or too many. */
function explained(error: CommanderError, command: Command, commander: Commander): CommanderError {
  const usage = `usage: nos ${command.name} ${commander.usage()}`;
  const declared = commander.registeredArguments.map((argument) => argument.name());
  if (error.code === 'commander.missingArgument') {
    const missing = declared[commander.args.length] ?? '';
    return hinted(error, error.message, [usage, ARGUMENTS[missing]]);
  }
  if (error.code !== 'commander.excessArguments') return error;
  const excess = commander.args[declared.length]!;
  const message = `error: too many arguments: '${shorten(excess)}' is one more than nos ${command.name} takes`;
  return hinted(error, message, [meant(command, declared, commander.args), usage]);
}

function meant({ name, options: taken }: Command, declared: readonly string[], args: readonly string[]) {
  if (declared[0] === 'rule') return `a rule with spaces is quoted: nos ${name} '${shorten(args.join(' '))}'`;
  if (declared.length === 0 && taken.includes('task'))
    return `a task is an option: \`nos ${name} --task ${shellWord(shorten(args[0]!))}\``;
  return undefined;
}

function hinted({ exitCode, code }: CommanderError, message: string, hints: readonly (string | undefined)[]) {
  const hint = hints.filter((text) => text !== undefined).join('; ');
  return new CommanderError(exitCode, code, `${message}\n${hint}`);
}

const GROUPS: Readonly<Record<string, string>> = {
  bench: 'measure: strategies',
  data: 'data sets: download, verify, list',
  engine: 'what trains: download',
};

function group(program: Commander, name: string): Commander {
  const existing = program.commands.find((command) => command.name() === name);
  return (
    existing ??
    strict(program.command(name))
      .summary(GROUPS[name] ?? '')
      .helpCommand(false)
  );
}

function commanderOption(name: OptionName, { defaults: own = defaults }: Command): Option {
  const { kind, short, value, description, joins } = definitionOf(name);
  const flag = flagOf(name) + (value ? ` <${value}>` : '');
  const option = new Option(short ? `-${short}, ${flag}` : flag, description + noteOf(name, own));
  if (kind === 'assignments') option.argParser((text, before: readonly string[] = []) => [...before, text]);
  if (joins) option.argParser((text, before?: string) => (before === undefined ? text : `${before},${text}`));
  return option;
}

/** The default and the environment variable, where there are any. */
function noteOf(name: OptionName, values: Settings): string {
  const value = values[name];
  const variable = definitionOf(name).source === 'flag' ? '' : ` (${variableOf(name)})`;
  return (value === undefined ? '' : ` [${String(value)}]`) + variable;
}
