import { readFile } from 'node:fs/promises';
import { digitsCsv } from '../data/index.ts';
import { packageFolder } from '../package-folder.ts';
import { registry } from '../registry.ts';

/** A task to begin one's own from. */
export interface TaskTemplate {
  readonly name: string;
  /** The module that exports the task. */
  readonly task: string;
}

/** What `nos init` can write. */
export const taskTemplates = registry<TaskTemplate>('template', [
  { name: 'javascript', task: 'task.mjs' },
  { name: 'typescript', task: 'task.ts' },
]);

/**
 * The files of a template by their names: the task, its data, a README.
 *
 * @param search The command that the README gives.
 */
export async function templateFiles({ name, task }: TaskTemplate, search: string) {
  const folder = new URL('assets/templates/', packageFolder);
  const page = await readFile(new URL('README.md', folder), 'utf8');
  return {
    [task]: await readFile(new URL(`${name}/${task}`, folder), 'utf8'),
    'digits.csv': await digitsCsv(),
    'package.json': `${JSON.stringify({ name: 'my-task', private: true, type: 'module' }, null, 2)}\n`,
    'README.md': page.replaceAll('{{task}}', task).replace('{{search}}', search),
  };
}
