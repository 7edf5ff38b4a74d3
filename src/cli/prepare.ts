import type { Task } from '../tasks/index.ts';
import type { Context } from './command.ts';
import { prepareEngine } from './engine.ts';
import { openDownloadBar } from './live/progress-bar.ts';

/**
 * The task, with the engine and its data set on this machine: downloaded, with a progress bar, where they are absent.
 *
 * @param protocol What it is to be trained by, where that is known; whether it can be is looked at first.
 * @throws NosError `unknown-name`, `bad-option`, `engine`, `network`, `data-corrupt`, `unwritable`.
 */
export async function prepareTask(context: Context, name: string, protocol?: string): Promise<Task> {
  const { places, stderr, signal, underWay } = context;
  const { resolveTask } = await import('../tasks/index.ts');
  const task = await resolveTask(name);
  if (protocol !== undefined) {
    const { checkSteps, parseProtocol } = await import('../evaluation/index.ts');
    checkSteps(parseProtocol(protocol), task);
  }
  await prepareEngine(context);
  if (task.dataSet === undefined) return task;
  const { dataSets } = await import('../data/index.ts');
  const dataSet = dataSets.find(task.dataSet);
  const { state } = await dataSet.status(places.data);
  if (state === 'present') return task;
  if (state === 'corrupt') await dataSet.open({ directory: places.data }); // says what is damaged, and what to do
  const progress = await openDownloadBar(dataSet.name, stderr);
  try {
    await underWay(() => dataSet.fetch({ directory: places.data, onProgress: progress.onProgress, signal }));
    return task;
  } finally {
    progress.close();
  }
}
