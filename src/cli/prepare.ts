import { dataSets } from '../data/index.ts';
import { ENGINE, type FetchedEngine, fetchEngine, findEngine } from '../engine/index.ts';
import { NosError } from '../errors.ts';
import { engineChoice, fingerprint, isEngineTrouble, protocolFor } from '../evaluate/index.ts';
import { parseRegime } from '../evaluation/index.ts';
import type { EngineName } from '../graph/index.ts';
import { resolveStrategy } from '../search/index.ts';
import { resolveTask, type Task } from '../tasks/index.ts';
import type { Context } from './command.ts';
import { openDownloadBar } from './live/progress-bar.ts';

/**
 * Downloads onnxruntime with a progress bar if it is not on this machine. Whatever computes would fetch it too, but show nothing.
 *
 * @param from The place to take it from instead of npm's registry.
 * @throws NosError as `fetchEngine` does.
 */
export async function prepareOnnxruntime({ stderr, signal }: Context, from?: string): Promise<FetchedEngine> {
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
 * Makes ready what a strategy itself computes with, whatever trains: the controller runs on onnxruntime.
 *
 * @throws NosError as `resolveStrategy` and {@link prepareOnnxruntime} do.
 */
export async function prepareStrategy(context: Context, name: string): Promise<void> {
  if ((await resolveStrategy(name)).engine === 'onnxruntime') await prepareOnnxruntime(context);
}

export interface EngineOptions {
  /** What is to be trained; each is compiled, so that the workers find that done. Their data must be here. */
  readonly tasks?: readonly Task[];
  /** The engine that a run began with; `auto` chooses it. */
  readonly begun?: EngineName | undefined;
}

/**
 * Makes the engine ready that this command and its workers compute with, and settles which that is: under `auto`, the native one if
 * it works on this machine and has every operation of the tasks, otherwise onnxruntime, which one line then says. Once a command
 * computes with onnxruntime, it stays with that.
 *
 * @throws NosError `engine` if the engine that is asked for is not to be had; as `fetchEngine` does.
 */
export async function prepareEngine(context: Context, options: EngineOptions = {}): Promise<EngineName> {
  const settled = process.env.NOS_ENGINE === 'onnxruntime' ? 'onnxruntime' : undefined;
  const engine = await settleEngine(context, { begun: settled, ...options });
  process.env.NOS_ENGINE = engine;
  return engine;
}

/** The same, for what computes with either engine. */
export async function settleEngine(
  context: Context,
  { tasks = [], begun }: EngineOptions = {},
): Promise<EngineName> {
  const chosen = engineChoice({ NOS_ENGINE: context.engine });
  const choice = chosen === 'auto' ? (begun ?? chosen) : chosen;
  if (choice !== 'onnxruntime') {
    try {
      await compileTasks(context, tasks);
      return 'native';
    } catch (error) {
      if (choice === 'native' || !isEngineTrouble(error)) throw error;
      const { message, hint } = error;
      context.stderr.note(`onnxruntime trains, which takes longer: ${message}; ${hint}`);
    }
  }
  await prepareOnnxruntime(context);
  return 'onnxruntime';
}

/**
 * Compiles the tasks, and what the fingerprint trains. The first file that must be compiled is announced. A task whose data are not
 * here is compiled when it is opened.
 */
export async function compileTasks({ places, stderr }: Context, tasks: readonly Task[]): Promise<void> {
  let told = false;
  const onCompile = (): void => {
    if (!told) stderr.note('compiling the networks for this machine, which is done once');
    told = true;
  };
  await fingerprint('native', { onCompile });
  const options = { engine: 'native', directory: places.data, onCompile } as const;
  for (const task of tasks) {
    await task.prepare?.(options).catch((error: unknown) => {
      if (!(error instanceof NosError && error.code === 'data-missing')) throw error;
    });
  }
}

/**
 * Resolves a task and downloads its data set, with a progress bar, if that is not on this machine.
 *
 * @param protocol The protocol that will train it. If it is known, it is checked first that it can.
 * @throws NosError `unknown-name`, `bad-option`, `network`, `data-corrupt`, `unwritable`.
 */
export async function prepareTask(context: Context, name: string, protocol?: string): Promise<Task> {
  const { places } = context;
  const task = await resolveTask(name);
  if (protocol !== undefined) protocolFor(task, parseRegime({ protocol }));
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
