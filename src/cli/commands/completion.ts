import * as z from 'zod';
import { unknownName } from '../../errors.ts';
import * as f from '../../fields.ts';
import { type Command, type Context, defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { names } from '../names.ts';
import { flagOf, metaOf, type Options } from '../option.ts';
import { commonOptions, storeOption } from '../options.ts';
import { entryOf } from '../program.ts';
import { commands } from './index.ts';

/** Scripts that ask this program for the words that may stand at the cursor. `$1` is the program as the user called it. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_nos() {
  local IFS=$'\\n'
  COMPREPLY=($("$1" completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _nos nos bin/nos`,
  zsh: `#compdef nos bin/nos
_nos() { compadd -- \${(f)"$("\${words[1]}" completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"} || _files }
compdef _nos nos bin/nos`,
  fish: `function _nos
  set -l words (commandline -opc)
  $words[1] completion fish -- $words[2..] (commandline -ct) 2>/dev/null
end
complete -c nos -a '(_nos)'`,
};

const document = z.strictObject({
  shell: f.text('name of the shell'),
  script: f.text('the script that the shell runs, unless words are given').exactOptional(),
  words: f.texts('what may stand in the place of the last of the given words').exactOptional(),
});

export const command = defineCommand({
  documents: { completion: document },
  arguments: '<shell> [word...]',
  options: storeOption,
  example: 'nos completion bash >> ~/.bashrc\nsource <(nos completion zsh)\nnos completion fish | source',
  async run(context) {
    const [shell = '', ...words] = context.arguments;
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined) throw unknownName('shell', shell, Object.keys(SCRIPTS));
    if (words.length === 0) return { document: { shell, script }, text: script };
    const found = await wordsAt(words, context);
    return { document: { shell, words: found }, text: found.join('\n') };
  },
});

/** The words that may stand in the place of the last one, and begin with it. */
async function wordsAt(words: readonly string[], context: Context): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  const all = await candidates(words.slice(0, -1), last, context);
  return all.filter((word) => word.startsWith(last));
}

async function candidates(
  before: readonly string[],
  last: string,
  context: Context,
): Promise<readonly string[]> {
  const entry = entryOf(before, commands);
  if (entry === undefined) return commandWords(before);
  const { command } = await entry.load();
  const options: Options = { ...command.options, ...commonOptions };
  const flags = Object.keys(options).map(flagOf);
  const asked = Object.entries(options).find(([name]) => flagOf(name) === before.at(-1))?.[1];
  if (asked !== undefined && metaOf(asked).value !== undefined) return (await metaOf(asked).names?.()) ?? [];
  if (last.startsWith('-')) return flags;
  return argumentNames(command, before.slice(entry.name.split(' ').length), context);
}

/** The next words of the names of commands that begin with these words. */
function commandWords(before: readonly string[]): readonly string[] {
  const names = commands.map(({ name }) => name.split(' '));
  const next = names
    .filter((name) => before.every((word, i) => word === name[i]))
    .map((name) => name[before.length]);
  return [...new Set(next)].filter((word) => word !== undefined);
}

/** The names that the argument at the cursor accepts. */
async function argumentNames(
  { arguments: declared = '', options }: Command,
  before: readonly string[],
  { places }: Context,
): Promise<readonly string[]> {
  const valued = Object.entries({ ...options, ...commonOptions })
    .filter(([, option]) => metaOf(option).value !== undefined)
    .map(([name]) => flagOf(name));
  const given = before.filter((word, i) => !word.startsWith('-') && !valued.includes(before[i - 1] ?? ''));
  const all = [...declared.matchAll(/(\w+)(\.\.\.)?/g)];
  const [, name = '', many] = all[Math.min(given.length, all.length - 1)] ?? [];
  if (given.length >= all.length && many === undefined) return [];
  switch (name) {
    case 'run':
      return withStore(places, async (store) => (await store.listRuns()).map((run) => run.name));
    case 'rule':
      return names.rules();
    case 'space':
      return names.spaces();
    case 'task':
      return names.tasks();
    case 'experiment':
      return names.experiments();
    case 'dataset':
      return names.dataSets();
    case 'shell':
      return Object.keys(SCRIPTS);
    default:
      return [];
  }
}
