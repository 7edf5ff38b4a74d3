import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NosError, unknownName } from '../errors.ts';
import { cifar10Convnet } from './cifar10-convnet.ts';
import { cifar10WideResnet } from './cifar10-wide-resnet.ts';
import { defineTask } from './define.ts';
import { digitsMlp } from './digits-mlp.ts';
import { splitTaskName, type TaskFamily } from './family.ts';
import { multi30kGnmt, wmt14Gnmt } from './gnmt-tasks.ts';
import { fashionMlp, mnistMlp } from './mnist-mlp.ts';
import { shakespeareLstm } from './shakespeare-lstm.ts';
import type { ClassifierTask, Task } from './task.ts';

/** The tasks that can be named. */
export const tasks: readonly Task[] = [
  cifar10Convnet({ name: 'cifar10-convnet', pool: 'max' }),
  cifar10Convnet({ name: 'cifar10-convnet-nopool', pool: 'none' }),
  digitsMlp,
  mnistMlp,
  fashionMlp,
];

/** Tasks that take options: `cifar10-wide-resnet(depth=16,widening=2)`. */
export const taskFamilies: readonly TaskFamily[] = [
  cifar10WideResnet,
  multi30kGnmt,
  wmt14Gnmt,
  shakespeareLstm,
];

/**
 * A registered task, one of a family with its options in parentheses, or the `task` that the module at a path exports (a path
 * ends in .js or .mjs or holds a slash; it is taken from the working directory), also by its {@link taskReference}.
 *
 * @throws NosError `unknown-name`; `bad-option` when the module has no valid task, or is not what the reference was made of.
 */
export async function resolveTask(name: string): Promise<Task> {
  if (isModule(name)) return loadTask(name);
  const found = tasks.find((task) => task.name === name);
  if (found) return found;
  const asked = splitTaskName(name);
  const family = taskFamilies.find((known) => known.name === asked.name);
  if (family) return family.create(asked.options);
  const plain = tasks.find((task) => task.name === asked.name);
  if (plain)
    throw new NosError('bad-option', `task '${plain.name}' takes no options`, `name it '${plain.name}'`);
  throw unknownName(
    'task',
    asked.name,
    [...tasks, ...taskFamilies].map((known) => known.name),
  );
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
  const task = await resolveTask(name);
  if (!isModule(name)) return task.name;
  const path = resolve(withoutHash(name));
  return `${path}#${await hashOf(path)}`;
}

/**
 * A task's reference for people: a module by its file name alone, as a picture is shown to others.
 *
 * @example taskTitle('/home/me/spirals.mjs#6b1f0c2d9e8a') // 'spirals.mjs'
 */
export function taskTitle(reference: string): string {
  return withoutHash(reference).replace(/^.*[/\\]/, '');
}

const HASH = /#([0-9a-f]{12})$/;

const withoutHash = (reference: string): string => reference.replace(HASH, '');

const isModule = (name: string): boolean => /\.m?js$|[/\\]/.test(withoutHash(name));

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 12);
}

async function loadTask(reference: string): Promise<Task> {
  const path = withoutHash(reference);
  const module = await importModule(path);
  const expected = HASH.exec(reference)?.[1];
  if (expected !== undefined && expected !== (await hashOf(resolve(path)))) {
    throw new NosError(
      'bad-option',
      `task module ${path}: it has changed since the run began`,
      'undo the change to go on with the run, or start a new one',
    );
  }
  if (typeof module.task !== 'object' || module.task === null) {
    throw new NosError(
      'bad-option',
      `task module ${path}: expected an export named 'task'`,
      'write `export const task = defineTask({ … })` (docs/tasks.md)',
    );
  }
  return defineTask(module.task as Task | ClassifierTask);
}

async function importModule(path: string): Promise<{ readonly task?: unknown }> {
  return import(pathToFileURL(resolve(path)).href).catch((cause: Error) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const reason = (cause.message.split('\n')[0] as string).trim();
    const hint = 'name a registered task (`nos tasks`) or a module that exports one (docs/tasks.md)';
    throw new NosError(missing ? 'unknown-name' : 'bad-option', `task module ${path}: ${reason}`, hint, {
      cause,
    });
  });
}
