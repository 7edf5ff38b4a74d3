import { nearestName } from '../names.ts';
import { shellWord } from '../shell.ts';

/** What one trial is told. */
export interface TrialArguments {
  /** The rule as source: the file and the name in it, `/tmp/nos-trial-x/optimizer.py:FoundOptimizer`. */
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly steps: number;
  /** The folder that the program may write its result to. */
  readonly result: string;
  /** Which of those that run at a time it is: `local-1`. */
  readonly worker: string;
}

/** The macros that stand for one value, and the variables of the environment that hold the same. */
const VALUES: Readonly<Record<string, (of: TrialArguments) => string>> = {
  optimizer: ({ optimizer }) => optimizer,
  lr: ({ learningRate }) => String(learningRate),
  seed: ({ seed }) => String(seed),
  steps: ({ steps }) => String(steps),
  result: ({ result }) => result,
  worker: ({ worker }) => worker,
};

/** What `${args}` stands for. */
const ARGUMENTS = ['optimizer', 'lr', 'seed', 'steps'];

const MACROS = ['args', ...Object.keys(VALUES)];

/**
 * A command as a trial's shell gets it: macros are replaced by values that the shell reads as they stand, inside of quotes too. Without any
 * macro, `${args}` is added at the end.
 *
 * @example expandCommand('python train.py --lr ${lr}', trial) // 'python train.py --lr 0.001'
 */
export function expandCommand(command: string, trial: TrialArguments): string {
  const parts = partsOf(command);
  const has = parts.some((part) => part.kind === 'macro');
  const text = parts.map((part) => (part.kind === 'text' ? part.text : textOf(part, trial))).join('');
  return has ? text : `${text} ${argumentWords(trial)}`;
}

/** The variables of the environment of a trial. */
export function trialVariables(trial: TrialArguments): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(VALUES).map(([name, value]) => [`NOS_${name.toUpperCase()}`, value(trial)]),
  );
}

/**
 * Says what is wrong with the macros of a command: nothing if they are all known, or none of ours.
 *
 * @example checkMacros('python train.py --lr ${LR}') // "unknown macro ${LR}: did you mean ${lr}?"
 */
export function checkMacros(command: string): string | undefined {
  const quoted = partsOf(command).find(
    (part) => part.kind === 'macro' && part.name === 'args' && part.within !== 'none',
  );
  if (quoted) return '${args} stands for several words: take it out of the quotes';
  for (const [whole, name = ''] of command.matchAll(/\$\{(\w+)\}/g)) {
    const near = MACROS.includes(name) ? undefined : nearestName(name, MACROS);
    if (near !== undefined) return `unknown macro ${whole}: did you mean \${${near}}?`;
  }
  return undefined;
}

type Within = 'none' | 'single' | 'double';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'macro'; readonly name: string; readonly within: Within };

/** A macro, what a backslash hides, a quote, or another character. */
const TOKEN = new RegExp(String.raw`\$\{(${MACROS.join('|')})\}|\\[\s\S]|['"]|[\s\S]`, 'g');

/** Splits a command at its macros, and says which quotes each stands in. In single quotes a backslash hides nothing. */
function partsOf(command: string): readonly Part[] {
  const parts: Part[] = [];
  let within: Within = 'none';
  for (let match = TOKEN.exec(command); match !== null; match = TOKEN.exec(command)) {
    const [token, name] = match;
    if (name !== undefined) {
      parts.push({ kind: 'macro', name, within });
      continue;
    }
    if (within === 'single' && token.startsWith('\\')) TOKEN.lastIndex -= token.length - 1;
    if (token === "'" && within !== 'double') within = within === 'single' ? 'none' : 'single';
    if (token === '"' && within !== 'single') within = within === 'double' ? 'none' : 'double';
    parts.push({ kind: 'text', text: within === 'single' && token.startsWith('\\') ? '\\' : token });
  }
  return parts;
}

function textOf({ name, within }: Part & { readonly kind: 'macro' }, trial: TrialArguments): string {
  if (name === 'args') return argumentWords(trial);
  const value = VALUES[name]!(trial);
  if (within === 'single') return value.replaceAll("'", String.raw`'\''`);
  if (within === 'double') return value.replaceAll(/["\\$`]/g, String.raw`\$&`);
  return shellWord(value);
}

const argumentWords = (trial: TrialArguments): string =>
  ARGUMENTS.map((name) => `--${name} ${shellWord(VALUES[name]!(trial))}`).join(' ');
