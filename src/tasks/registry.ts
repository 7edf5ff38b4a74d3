import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NosError } from '../errors.ts';
import { taskTitle, withoutHash } from '../evaluation/index.ts';
import { registry } from '../registry.ts';
import { shown } from '../shown.ts';
import { cifar10Convnet } from './cifar10-convnet.ts';
import { cifar10WideResnet } from './cifar10-wide-resnet.ts';
import { defineTask } from './define.ts';
import { digitsMlp } from './digits-mlp.ts';
import { splitTaskName, type TaskFamily } from './family.ts';
import { multi30kGnmt, wmt14Gnmt } from './gnmt-tasks.ts';
import { fashionMlp, mnistMlp } from './mnist-mlp.ts';
import { guardTask } from './own/guard.ts';
import { importModule } from './own/import.ts';
import { shakespeareLstm } from './shakespeare-lstm.ts';
import type { ClassifierTask, Task } from './task.ts';

/** The tasks that can be named, and the families of those that take options: `cifar10-wide-resnet(depth=16,widening=2)`. */
export const tasks = registry<Task | TaskFamily>('task', [
  cifar10Convnet({ name: 'cifar10-convnet', pool: 'max' }),
  cifar10Convnet({ name: 'cifar10-convnet-nopool', pool: 'none' }),
  digitsMlp,
  mnistMlp,
  fashionMlp,
  cifar10WideResnet,
  multi30kGnmt,
  wmt14Gnmt,
  shakespeareLstm,
]);

/**
 * A registered task, one of a family with its options in parentheses, or the `task` that a module exports, also by its
 * {@link taskReference}. A module is named by its path, from the working directory, or by its `file:` URL.
 *
 * @throws NosError `unknown-name`; `bad-option` when the module has no valid task, or is not what the reference was made of; `task` for
 *   what goes wrong in it, then and later: a task of a module says in its errors that they are its own.
 */
export async function resolveTask(name: string): Promise<Task> {
  return namesModule(name) ? loadTask(name) : registeredTask(name);
}

/** A task by its registered name alone: no text makes it look at a file. */
function registeredTask(text: string): Task {
  const { name, options } = splitTaskName(text);
  const found = tasks.find(name);
  if ('create' in found) return found.create(options);
  if (text === name) return found;
  throw new NosError('bad-option', `task '${name}' takes no options`, `name it '${name}'`);
}

/**
 * Whether a task's reference is of a registered one, and not of a module of the user's own.
 *
 * @example isRegistered('digits-mlp') // true
 */
export function isRegistered(reference: string): boolean {
  return !namesModule(reference) && isKnown(reference);
}

/**
 * What a task is known by in the store and to workers elsewhere on this machine: a registered name as it is (one with options
 * in its one canonical spelling), a module as its absolute path and a hash of its text, `/home/me/spirals.mjs#6b1f0c2d9e8a`.
 * A module that has changed is another task: nothing that was evaluated before may stand for it. (What the module imports is
 * not looked at.)
 *
 * @throws NosError `unknown-name`, `bad-option`, as {@link resolveTask}.
 */
export async function taskReference(name: string): Promise<string> {
  if (!namesModule(name)) return registeredTask(name).name;
  const path = resolve(pathOf(name));
  const reference = `${path}#${HASH.exec(name)?.[1] ?? (await hashOf(path))}`;
  await loadTask(reference);
  return reference;
}

/**
 * The reference of what a module is now, without an import: another one where its text has changed. A registered task's stays.
 *
 * @throws NosError `unknown-name` where there is no such file any more.
 */
export async function presentReference(reference: string): Promise<string> {
  if (!HASH.test(reference)) return reference;
  const path = pathOf(reference);
  return `${path}#${await hashOf(path)}`;
}

/**
 * A task's reference as it travels to other machines: a module by its file name and the hash of its text, without a folder.
 *
 * @example travellingReference('/home/me/spirals.mjs#6b1f0c2d9e8a') // 'spirals.mjs#6b1f0c2d9e8a'
 */
export function travellingReference(reference: string): string {
  return `${taskTitle(reference)}${HASH.exec(reference)?.[0] ?? ''}`;
}

/**
 * The reference, on this machine, of a task that somebody elsewhere has named: a registered name, or the hash of one of the
 * modules that this machine's own user has named. Nothing is imported, and `name` is never taken for a path.
 *
 * @param modules {@link taskReference} of each of these modules.
 * @throws NosError `unknown-name` for a module that is none of them, or no task at all; `bad-option` for options.
 */
export function knownReference(name: string, modules: readonly string[]): string {
  const same = modules.find((module) => travellingReference(module) === name);
  if (same !== undefined) return same;
  if (!isModule(name)) return registeredTask(name).name;
  const hash = HASH.exec(name)?.[0];
  const known = hash === undefined ? undefined : modules.find((module) => module.endsWith(hash));
  if (known !== undefined) return known;
  throw new NosError(
    'unknown-name',
    `task module ${travellingReference(name)} is none that this worker was given`,
    'start it with --task FILE, the file that the search has, whole',
  );
}

const HASH = /#([0-9a-f]{12})$/;

/** Whether a name is that of a module, by its text alone, whatever there is on this machine. */
const isModule = (name: string): boolean =>
  /^file:/i.test(name) || /\.[cm]?[jt]s$|[/\\]/.test(withoutHash(name));

const isKnown = (name: string): boolean => tasks.get(splitTaskName(name).name) !== undefined;

/** Whether it names a module: by its text, or by a file of that name where no task has it. */
function namesModule(name: string): boolean {
  return isModule(name) || (!isKnown(name) && existsSync(resolve(name)));
}

/**
 * The path of a module, from the working directory where it lies in there: so it is short in messages, whoever made the reference.
 *
 * @throws NosError `bad-option` for a URL of what is no file.
 */
function pathOf(name: string): string {
  const path = filePathOf(withoutHash(name));
  const within = relative(process.cwd(), resolve(path));
  return isAbsolute(path) && within !== '' && !/^\.\.|^[a-z]:/i.test(within) ? within : path;
}

function filePathOf(path: string): string {
  if (!/^file:/i.test(path)) return path;
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw new NosError('bad-option', `task module ${path}: not a URL of a file`, NAME_ONE, { cause });
  }
}

/** @throws NosError `unknown-name` where there is no such file. */
async function hashOf(path: string): Promise<string> {
  const text = await readFile(resolve(path)).catch((cause: NodeJS.ErrnoException) => {
    const reason = REASONS[cause.code ?? ''] ?? cause.message;
    throw new NosError('unknown-name', `task module ${path}: ${reason}`, NAME_ONE, { cause });
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'it cannot be read: permission denied',
};

const NAME_ONE = 'name a registered task (`nos tasks`) or a module that exports one (docs/tasks.md)';

async function loadTask(reference: string): Promise<Task> {
  const path = pathOf(reference);
  const hash = await hashOf(path);
  // Before the import, which runs what stands in the file.
  if (hash !== (HASH.exec(reference)?.[1] ?? hash)) {
    throw new NosError(
      'bad-option',
      `task module ${path}: it has changed since the run began`,
      'undo the change to go on with the run, or start a new one',
    );
  }
  return guardTask(defineTask(exportedTask(path, await importModule(path))));
}

/** @throws NosError `bad-option` where there is no task among the exports. */
function exportedTask(path: string, module: Readonly<Record<string, unknown>>): Task | ClassifierTask {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (isObject(module.task)) return module.task as Task;
  // Node.js does not always see the names that a CommonJS module exports.
  const whole = isObject(module.default) && 'task' in module.default ? module.default.task : undefined;
  if (isObject(whole)) return whole as Task;
  const names = Object.keys(module);
  const found =
    module.task !== undefined
      ? `its export 'task' is ${shown(module.task)}`
      : names.length === 0
        ? 'it exports nothing'
        : `it exports ${names.join(', ').slice(0, 100)}`;
  throw new NosError(
    'bad-option',
    `task module ${path}: ${found}; expected an export named 'task'`,
    'write `export const task = defineTask({ … })`, in a CommonJS module `exports.task = …` (docs/tasks.md)',
  );
}
