import type { Task } from '../tasks/index.ts';
import type { Context } from './command.ts';
import { dataProgress } from './live/data-progress.ts';

/**
 * The task, with its data set on this machine: downloaded, with a progress bar, where it is absent.
 *
 * @throws NosError `unknown-name`, `network`, `data-corrupt`, `unwritable`.
 */
export async function prepareTask({ places, stderr, signal }: Context, name: string): Promise<Task> {
  const { resolveTask } = await import('../tasks/index.ts');
  const task = await resolveTask(name);
  if (task.dataSet === undefined) return task;
  const { findDataSet } = await import('../data/index.ts');
  const dataSet = findDataSet(task.dataSet);
  const { state } = await dataSet.status(places.data);
  if (state === 'present') return task;
  if (state === 'corrupt') await dataSet.open({ directory: places.data }); // says what is damaged, and what to do
  const progress = await dataProgress(dataSet.name, stderr);
  try {
    await dataSet.fetch({ directory: places.data, onProgress: progress.onProgress, signal });
    return task;
  } finally {
    progress.close();
  }
}
