import { Command as Commander, CommanderError, Option } from 'commander';
import { shorten } from '../names.ts';
import { shellWord } from '../shell.ts';
import type { Command } from './command.ts';
import type { CommandEntry } from './commands/index.ts';

/** What the user asked for: a command, its arguments, and its flags as they were typed. */
export interface Invocation {
  readonly name: string;
  readonly command: Command;
  readonly arguments: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
}

/** Where help goes: to stdout if it is asked for, to stderr if it stands in for a missing command. */
interface Surroundings {
  /** How the user calls this program: examples run as they stand. */
  readonly program: string;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Reads the command line with commander. Only the command that it names is loaded.
 *
 * @throws CommanderError for wrong usage, and for `--help` and `--version`, once they are printed (exit code 0).
 */
export async function parseCommandLine(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  version: string,
  { program: called, stdout, stderr }: Surroundings,
): Promise<Invocation> {
  // Its commands inherit where it writes.
  const program = strict(new Commander('nos'))
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .description('Discover and test optimizer update rules.')
    .helpCommand('help [command]', 'print the help of a command')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', `\nFirst:    ${called} search --preset quick\nHelp:     ${called} COMMAND --help`);
  const commanders = new Map(entries.map((entry) => [entry, addCommand(program, entry)]));
  const entry = entryOf(argv[0] === 'help' ? argv.slice(1) : argv, entries);
  let invocation: Invocation | undefined;
  if (entry !== undefined) {
    const { name } = entry;
    const { command } = await entry.load();
    const commander = commanders.get(entry)!;
    const example = command.example.replace(/\bnos (?=\w)/g, `${called} `);
    const help = argv[0] === 'help' || argv.includes('--help') || argv.includes('-h');
    await describe(commander, { ...command, example }, name, help);
    commander.action(() => {
      const args = commander.processedArgs.flat().filter((arg) => arg !== undefined);
      invocation = { name, command, arguments: args, flags: commander.opts() };
    });
  }
  await program.parseAsync([...argv], { from: 'user' });
  if (invocation === undefined) throw new Error('commander ran no command');
  return invocation;
}

/** The command that a command line begins with. */
export function entryOf(
  words: readonly string[],
  entries: readonly CommandEntry[],
): CommandEntry | undefined {
  return entries.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `));
}

/** Errors and exits become exceptions; nothing is printed but help. */
function strict(commander: Commander): Commander {
  return commander
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false);
}

const GROUPS: Readonly<Record<string, string>> = {
  bench: 'measure: strategies',
  data: 'data sets: download, verify, list',
  engine: 'what trains: download',
  task: 'what a task is like before a search: check',
};

/** A command by its name alone, as the list of commands has it. */
function addCommand(program: Commander, { name, summary }: CommandEntry): Commander {
  const [first = '', second] = name.split(' ');
  if (second === undefined) return strict(program.command(first)).summary(summary).description(summary);
  const group =
    program.commands.find((command) => command.name() === first) ??
    strict(program.command(first)).summary(GROUPS[first] ?? '');
  return strict(group.command(second)).summary(summary).description(summary);
}

/** Adds what a command takes. `help`: whether it is to be printed, with the names that options accept. */
async function describe(commander: Commander, command: Command, name: string, help: boolean): Promise<void> {
  const { commonOptions } = await import('./options.ts');
  const { defaultOf, flagOf, metaOf, variableOf } = await import('./option.ts');
  commander.exitOverride((error) => {
    throw explained(error, command, name, commander);
  });
  if (command.arguments) commander.arguments(command.arguments);
  for (const [key, schema] of Object.entries({ ...command.options, ...commonOptions })) {
    const { description, value, short, source, joins, names } = metaOf(schema);
    const flag = `${short ? `-${short}, ` : ''}${flagOf(key)}${value ? ` <${value}>` : ''}`;
    const accepted = help && names ? listText(await names()) : '';
    const otherwise = defaultOf(schema);
    const variable = source === 'flag' ? '' : ` (${variableOf(key)})`;
    const note = (otherwise === undefined ? '' : ` [${otherwise}]`) + variable;
    const option = new Option(flag, description + accepted + note);
    if (joins)
      option.argParser((text, before?: string) => (before === undefined ? text : `${before},${text}`));
    commander.addOption(option);
  }
  commander.addHelpText('after', `\nExample:\n  ${command.example.replaceAll('\n', '\n  ')}`);
}

/** More names are left to the command or the page that lists them. */
const LISTED = 8;

const listText = (names: readonly string[]): string => (names.length > LISTED ? '' : `: ${names.join(', ')}`);

/** What an argument stands for. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  run: '`nos runs` lists the runs',
  rule: "a rule is a name of `nos rules`, or a text in quotes such as 'sign(g) * m'",
  dataset: '`nos data list` lists the data sets',
  experiment: '`nos COMMAND --help` shows an example',
};

/** commander's error with a hint at what was probably meant, if arguments are missing or too many. */
function explained(error: CommanderError, command: Command, name: string, commander: Commander) {
  const usage = `usage: nos ${name} ${commander.usage()}`;
  const declared = commander.registeredArguments.map((argument) => argument.name());
  if (error.code === 'commander.missingArgument') {
    return hinted(error, error.message, [usage, ARGUMENTS[declared[commander.args.length] ?? '']]);
  }
  if (error.code !== 'commander.excessArguments') return error;
  const excess = commander.args[declared.length]!;
  const message = `error: too many arguments: '${shorten(excess)}' is one more than nos ${name} takes`;
  return hinted(error, message, [meant(name, command, declared, commander.args), usage]);
}

function meant(name: string, { options }: Command, declared: readonly string[], args: readonly string[]) {
  if (declared[0] === 'rule') return `a rule with spaces is quoted: nos ${name} '${shorten(args.join(' '))}'`;
  if (declared.length === 0 && 'task' in options)
    return `a task is an option: \`nos ${name} --task ${shellWord(shorten(args[0]!))}\``;
  return undefined;
}

function hinted({ exitCode, code }: CommanderError, message: string, hints: readonly (string | undefined)[]) {
  const hint = hints.filter((text) => text !== undefined).join('; ');
  return new CommanderError(exitCode, code, `${message}\n${hint}`);
}
