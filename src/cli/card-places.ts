import { NosError } from '../errors.ts';
import type { Evaluation } from '../evaluation/index.ts';
import { inTurn } from '../in-turn.ts';
import { plural } from '../report/index.ts';
import { packageVersion } from '../version.ts';
import type { Context } from './command.ts';
import { tasksOf } from './commands/compare.ts';
import { prepareEngine } from './engine.ts';
import { withStore } from './store.ts';

/** Where a card's rule is tried: on each of the tasks, in each of the environments. */
export interface CardPlaces {
  readonly tasks: readonly string[];
  /** `none` first, then as `environments` of evaluate/ has them. */
  readonly environments: readonly string[];
}

/**
 * What the settings name; what they do not, from the evaluations of the rule that this machine has stored under their protocol:
 * the tasks of these, and the environments in which they are on the tasks; `none` where there are none of those.
 *
 * @throws NosError `unknown-name`; `bad-option` where no task is named nor stored, or an environment is named twice.
 */
export async function cardPlaces(context: Context, key: string): Promise<CardPlaces> {
  const { settings } = context;
  const named = settings.environment === undefined ? undefined : await environmentsOf(settings.environment);
  const stored = await storedEvaluations(context, key);
  const tasks = settings.task === undefined ? await storedTasks(context, stored) : tasksOf(settings.task);
  return { tasks, environments: named ?? (await storedEnvironments(stored, tasks)) };
}

/** `none,4bit`. */
async function environmentsOf(text: string): Promise<readonly string[]> {
  const { environments } = await import('../evaluation/index.ts');
  const names = text.split(',').map((name) => environments.find(name.trim()).name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return inOrder(names);
  throw new NosError('bad-option', `environment '${twice}' is named twice`, 'name it once');
}

async function inOrder(names: readonly string[]): Promise<readonly string[]> {
  const { environments } = await import('../evaluation/index.ts');
  return environments.names.filter((name) => names.includes(name));
}

/** Those of the rule under the protocol of the settings, by this machine and version. */
async function storedEvaluations(context: Context, key: string): Promise<readonly Evaluation[]> {
  const { settings, places, stderr } = context;
  await prepareEngine(context);
  const { fingerprint } = await import('../evaluate/index.ts');
  const { parseProtocol, printProtocol } = await import('../evaluation/index.ts');
  const protocol = printProtocol(parseProtocol(settings.protocol ?? ''));
  const machine = await fingerprint();
  const all = await withStore(places, (store) => store.evaluations({ key, protocol }));
  const own = all.filter(({ fingerprint: of, version }) => of === machine && version === packageVersion);
  if (own.length < all.length && settings.task === undefined) {
    stderr.note(`${plural(all.length - own.length, 'evaluation')} of other machines or versions: left out`);
  }
  return own;
}

/**
 * The first one first. A module of the user's own is tried where it is named: most of them are left from some trial, and would turn up
 * in the card of every rule.
 */
async function storedTasks({ settings }: Context, stored: readonly Evaluation[]): Promise<readonly string[]> {
  const { isRegistered } = await import('../tasks/index.ts');
  const found = [...new Set(stored.map(({ task }) => task))].filter(isRegistered);
  if (found.length > 0) return found;
  throw new NosError(
    'bad-option',
    `the store has no evaluation of this rule on a registered task under protocol ${settings.protocol}`,
    'name the tasks that it is to be tried on: --task digits-mlp',
  );
}

async function storedEnvironments(
  stored: readonly Evaluation[],
  tasks: readonly string[],
): Promise<readonly string[]> {
  const { taskReference } = await import('../tasks/index.ts');
  const references = await inTurn(tasks, taskReference);
  const names = stored.filter(({ task }) => references.includes(task)).map(({ environment }) => environment);
  return names.length === 0 ? ['none'] : inOrder(names);
}
