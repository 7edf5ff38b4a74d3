import { readFile } from 'node:fs/promises';
import { digitsCsv } from '../data/index.ts';
import { packageFolder } from '../package-folder.ts';
import { registry } from '../registry.ts';

/** A task to begin one's own from: a module, or a program with the file that says how it is called. */
export interface TaskTemplate {
  readonly name: string;
  /** What `--task` names in the folder. */
  readonly task: string;
  /** The files that are written as they are, beside the data. */
  readonly files: readonly string[];
  /** The README, in the folder of the templates, and what stands for its places. */
  readonly readme: string;
  readonly places?: Readonly<Record<string, string>>;
  /** Whether the task is a module, which imports this package. */
  readonly imports: boolean;
  /** Options of the search that the README begins with. */
  readonly search: string;
}

const moduleTemplate = (name: string, task: string): TaskTemplate => ({
  ...{ name, task, files: [task], readme: 'README.md', imports: true },
  search: '--samples 12',
});

/** A trial of a program takes seconds to start alone, so that the search is small. */
const programTemplate = (name: string, framework: string, needs: string, adam = 'Adam'): TaskTemplate => ({
  ...{ name, task: 'nos.task.json', files: ['train.py', 'nos.task.json'] },
  ...{ readme: 'program.md', places: { framework, needs, adam, template: name }, imports: false },
  search: '--samples 6 --retest 0x0',
});

/** What `nos init` can write. */
export const taskTemplates = registry<TaskTemplate>('template', [
  moduleTemplate('javascript', 'task.mjs'),
  moduleTemplate('typescript', 'task.ts'),
  programTemplate('pytorch', 'PyTorch', 'Python with `torch`'),
  programTemplate('optax', 'JAX and Optax', 'Python with `jax`, `optax` and `numpy`', 'adam'),
  programTemplate('keras', 'Keras', 'Python with `keras`, one of its backends, and `numpy`'),
]);

/**
 * The files of a template by their names: the task, its data, a README.
 *
 * @param search The command that the README gives.
 */
export async function templateFiles(
  { name, task, files, readme, places, imports }: TaskTemplate,
  search: string,
): Promise<Readonly<Record<string, string>>> {
  const folder = new URL('assets/templates/', packageFolder);
  const page = await readFile(new URL(readme, folder), 'utf8');
  const values: Readonly<Record<string, string>> = { ...places, task, search };
  const manifest = { name: 'my-task', private: true, type: 'module' };
  const written = await Promise.all(
    files.map(async (file) => [file, await readFile(new URL(`${name}/${file}`, folder), 'utf8')] as const),
  );
  return {
    ...Object.fromEntries(written),
    'digits.csv': await digitsCsv(),
    ...(imports && { 'package.json': `${JSON.stringify(manifest, null, 2)}\n` }),
    'README.md': page.replaceAll(/\{\{(\w+)\}\}/g, (place, key: string) => values[key] ?? place),
  };
}
