import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NosError, unknownName } from '../errors.ts';
import { cifar10Convnet } from './cifar10-convnet.ts';
import { defineTask } from './define.ts';
import { digitsMlp } from './digits-mlp.ts';
import type { Task } from './task.ts';

/** The tasks that can be named. */
export const tasks: readonly Task[] = [
  cifar10Convnet({ name: 'cifar10-convnet', pool: 'max' }),
  cifar10Convnet({ name: 'cifar10-convnet-nopool', pool: 'none' }),
  digitsMlp,
];

/**
 * A registered task, or the `task` that the module at a path exports (a path ends in .js or .mjs or holds a slash; it is
 * taken from the working directory).
 *
 * @throws NosError `unknown-name`; `bad-option` when the module has no valid task.
 */
export async function resolveTask(nameOrPath: string): Promise<Task> {
  if (/\.m?js$|[/\\]/.test(nameOrPath)) return loadTask(nameOrPath);
  const found = tasks.find((task) => task.name === nameOrPath);
  if (found) return found;
  throw unknownName(
    'task',
    nameOrPath,
    tasks.map((task) => task.name),
  );
}

async function loadTask(path: string): Promise<Task> {
  const module: { readonly task?: unknown } = await import(pathToFileURL(resolve(path)).href).catch(
    (cause: Error) => {
      const missing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
      const reason = (cause.message.split('\n')[0] as string).trim();
      const hint = 'name a registered task (`nos tasks`) or a module that exports one (docs/tasks.md)';
      throw new NosError(missing ? 'unknown-name' : 'bad-option', `task module ${path}: ${reason}`, hint, {
        cause,
      });
    },
  );
  if (typeof module.task !== 'object' || module.task === null) {
    throw new NosError(
      'bad-option',
      `task module ${path}: expected an export named 'task'`,
      'write `export const task = defineTask({ … })` (docs/tasks.md)',
    );
  }
  return defineTask(module.task as Task);
}
