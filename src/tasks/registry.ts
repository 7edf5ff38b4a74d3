import { NosError } from '../errors.ts';
import { taskFileName, withoutHash } from '../evaluation/index.ts';
import {
  exportOf,
  isModuleName,
  type ModuleKind,
  moduleHash,
  moduleReference,
  namesModule,
  presentReference as presentModule,
} from '../modules/index.ts';
import { registry } from '../registry.ts';
import { isTaskFile, taskFileReference } from '../trainers/index.ts';
import { cifar10Convnet } from './cifar10-convnet.ts';
import { cifar10WideResnet } from './cifar10-wide-resnet.ts';
import { defineTask } from './define.ts';
import { digitsMlp } from './digits-mlp.ts';
import { splitTaskName, type TaskFamily } from './family.ts';
import { multi30kGnmt, wmt14Gnmt } from './gnmt-tasks.ts';
import { guardTask } from './guard.ts';
import { fashionMlp, mnistMlp } from './mnist-mlp.ts';
import { programTask } from './program.ts';
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

const MODULE: ModuleKind = {
  kind: 'task',
  nameOne: 'name a registered task (`nos tasks`) or a module that exports one (docs/tasks.md)',
  writeOne:
    'write `export const task = defineTask({ … })`, in a CommonJS module `exports.task = …` (docs/tasks.md)',
};

/**
 * A registered task, one of a family with its options in parentheses, a program by its task file (`nos.task.json`), or the `task` that a
 * module exports, also by its {@link taskReference}. A module is named by its path, from the working directory, or by its `file:` URL.
 *
 * @throws NosError `unknown-name`; `bad-option` if the module has no valid task, or is not what the reference was made of; `task` for
 *   what goes wrong in it, then and later: a task of a module says in its errors that they are its own.
 */
export async function resolveTask(name: string): Promise<Task> {
  if (isTaskFile(name)) return programTask(name);
  if (!isModule(name)) return registeredTask(name);
  return guardTask(defineTask((await exportOf(MODULE, name)) as Task | ClassifierTask));
}

/** A task by its registered name alone: no text makes it look at a file. */
function registeredTask(text: string): Task {
  const { name, options } = splitTaskName(text);
  const found = tasks.find(name);
  if ('create' in found) return found.create(options);
  if (text === name) return found;
  throw new NosError('bad-option', `task '${name}' takes no options`, `name it '${name}'`);
}

const isKnown = (name: string): boolean => tasks.get(splitTaskName(name).name) !== undefined;
const isModule = (name: string): boolean => namesModule(name, isKnown(name));

/**
 * Whether a task's reference is of a registered one, and not of a module of the user's own.
 *
 * @example isRegistered('digits-mlp') // true
 */
export function isRegistered(reference: string): boolean {
  return !isTaskFile(reference) && !isModule(reference) && isKnown(reference);
}

/**
 * What a task is known by in the store and to workers elsewhere on this machine: a registered name as it is (one with options
 * in its one canonical spelling), a module by its {@link moduleReference}, a program by its {@link taskFileReference}. After a change of its text it is another task: nothing that
 * was evaluated before may stand for it.
 *
 * @throws NosError `unknown-name`, `bad-option`, as {@link resolveTask}.
 */
export async function taskReference(name: string): Promise<string> {
  if (isTaskFile(name)) return taskFileReference(name);
  if (!isModule(name)) return registeredTask(name).name;
  const reference = await moduleReference(MODULE, name);
  await resolveTask(reference);
  return reference;
}

/**
 * The reference of what a module is now, without an import: another one if its text has changed. A registered task's stays.
 *
 * @throws NosError `unknown-name` if there is no such file any more.
 */
export async function presentReference(reference: string): Promise<string> {
  if (isTaskFile(reference)) return taskFileReference(withoutHash(reference));
  return presentModule(MODULE, reference);
}

/**
 * A task's reference as it travels to other machines: a module by its file name and the hash of its text, without a folder.
 *
 * @example travellingReference('/home/me/spirals.mjs#6b1f0c2d9e8a') // 'spirals.mjs#6b1f0c2d9e8a'
 */
export function travellingReference(reference: string): string {
  const hash = moduleHash(reference);
  return `${taskFileName(reference)}${hash === undefined ? '' : `#${hash}`}`;
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
  if (!isTaskFile(name) && !isModuleName(name)) return registeredTask(name).name;
  const hash = moduleHash(name);
  const known = hash === undefined ? undefined : modules.find((module) => moduleHash(module) === hash);
  if (known !== undefined) return known;
  throw new NosError(
    'unknown-name',
    `${isTaskFile(name) ? 'task' : 'task module'} ${travellingReference(name)} is none that this worker was given`,
    'start it with --task FILE, the file that the search has, whole',
  );
}
