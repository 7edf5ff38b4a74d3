import { dataSets } from '../data/index.ts';
import { ENGINE, type FetchedEngine, fetchEngine, findEngine } from '../engine/index.ts';
import { checkSteps, parseProtocol } from '../evaluation/index.ts';
import { resolveTask, type Task } from '../tasks/index.ts';
import type { Context } from './command.ts';
import { openDownloadBar } from './live/progress-bar.ts';

/**
 * Downloads the engine with a progress bar if it is not on this machine. Whatever computes would fetch it too, but show nothing.
 *
 * @param from The place to take it from instead of npm's registry.
 * @throws NosError as `fetchEngine` does.
 */
export async function prepareEngine({ stderr, signal }: Context, from?: string): Promise<FetchedEngine> {
  const folder = findEngine();
  if (folder !== undefined) return { folder, source: 'present' };
  const source = from ?? "npm's registry";
  const bar = await openDownloadBar(`onnxruntime ${ENGINE.version}`, stderr);
  try {
    return await fetchEngine({
      ...(from !== undefined && { from }),
      signal,
      onReceived: (received) => bar.onProgress({ source, phase: 'download', received, total: ENGINE.bytes }),
    });
  } finally {
    bar.close();
  }
}

/**
 * Resolves a task and makes it ready: the engine and its data set are downloaded, with a progress bar, if they are not on this machine.
 *
 * @param protocol The protocol that will train it. If it is known, it is checked first that it can.
 * @throws NosError `unknown-name`, `bad-option`, `engine`, `network`, `data-corrupt`, `unwritable`.
 */
export async function prepareTask(context: Context, name: string, protocol?: string): Promise<Task> {
  const { places } = context;
  const task = await resolveTask(name);
  if (protocol !== undefined) checkSteps(parseProtocol(protocol), task);
  await prepareEngine(context);
  if (task.dataSet === undefined) return task;
  const { state } = await dataSets.find(task.dataSet).status(places.data);
  // Opening a damaged data set says what is damaged, and what to do.
  if (state === 'corrupt') await dataSets.find(task.dataSet).open({ directory: places.data });
  if (state === 'missing') await fetchDataSet(context, task.dataSet);
  return task;
}

/**
 * Downloads a data set with a progress bar.
 *
 * @param from The place to take it from instead of the official one.
 * @returns where it came from.
 */
export async function fetchDataSet(
  { places, stderr, signal, underWay }: Context,
  name: string,
  from?: string,
) {
  const dataSet = dataSets.find(name);
  const { onProgress, close } = await openDownloadBar(dataSet.name, stderr);
  const options = { directory: places.data, onProgress, signal, ...(from !== undefined && { from }) };
  return underWay(() => dataSet.fetch(options)).finally(close);
}
