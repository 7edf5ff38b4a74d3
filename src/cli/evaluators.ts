import { availableParallelism } from 'node:os';
import type { EvaluationServices } from '../compare/index.ts';
import { type DispatchEvent, type Dispatcher, openLocalPool, openRedisQueue } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import { fingerprint, isEngineTrouble } from '../evaluate/index.ts';
import { engineOf, PROGRAM_FINGERPRINT } from '../evaluation/index.ts';
import type { EngineName } from '../graph/index.ts';
import { observeDispatch } from '../observe/index.ts';
import { remarksOn, resolveRule } from '../rules/index.ts';
import type { Machine } from '../run/index.ts';
import type { RunRecord, Store } from '../store/index.ts';
import type { Task } from '../tasks/index.ts';
import { packageVersion } from '../version.ts';
import type { Context } from './command.ts';
import { withStore } from './files.ts';
import { type Meter, openMeter } from './live/progress-bar.ts';
import type { SettingsOf } from './option.ts';
import type { evaluatingOptions } from './options.ts';
import { prepareEngine, prepareTask } from './prepare.ts';
import { usualWorkers } from './programs.ts';

/** The settings of a command that evaluates. */
export type EvaluatingSettings = SettingsOf<typeof evaluatingOptions>;

/** What results of this machine depend on. */
export const thisMachine = async (engine?: EngineName): Promise<Machine> => ({
  fingerprint: await fingerprint(engine),
  version: packageVersion,
});

/**
 * Makes the tasks ready on this machine, and the engine; see {@link prepareTask} and {@link prepareEngine}.
 *
 * @param run The run that goes on, if one does: under `auto` it keeps its engine.
 * @throws NosError `engine` if the run's engine is not to be had on this machine.
 */
export async function prepareTasks(
  context: Context,
  names: readonly string[],
  { protocol, run }: { readonly protocol?: string | undefined; readonly run?: RunRecord | undefined } = {},
): Promise<Machine> {
  const tasks: Task[] = [];
  for (const name of names) tasks.push(await prepareTask(context, name, protocol));
  const programs = tasks.filter(({ program }) => program !== undefined);
  if (programs.length > 0) return machineOfPrograms(programs, tasks);
  const begun = run && engineOf(run.fingerprint);
  const engine = await prepareEngine(context, { tasks, ...(begun && { begun }) }).catch((error: unknown) => {
    if (run === undefined || !isEngineTrouble(error)) throw error;
    throw new NosError(
      'engine',
      `run '${run.name}' goes on with the engine ${begun}: ${error.message}`,
      error.hint,
    );
  });
  return thisMachine(engine);
}

/** Programs compute with what they bring along: no engine of ours is needed. */
function machineOfPrograms(programs: readonly Task[], tasks: readonly Task[]): Machine {
  const other = tasks.find((task) => !programs.includes(task));
  if (other === undefined) return { fingerprint: PROGRAM_FINGERPRINT, version: packageVersion };
  throw new NosError(
    'bad-option',
    `task '${programs[0]?.name}' is a program, and task '${other.name}' is none`,
    'name them in two commands',
  );
}

interface Work {
  /** Tasks that are evaluated on. */
  readonly tasks: readonly string[];
  /** What workers elsewhere are told they work for: the name of a run, or of a command. */
  readonly run: string;
  /** Evaluations that can be under way at a time. */
  readonly useful: number;
  readonly onEvent: (event: DispatchEvent) => void;
}

interface Opened {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
}

/** Opens the store and whoever evaluates, for one piece of work; see {@link withDispatcher}. */
export async function withEvaluators<T>(
  context: Context<EvaluatingSettings>,
  about: Work,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  return withStore(context.places, (store) =>
    withDispatcher(context, about, (dispatcher) => work({ store, dispatcher })),
  );
}

/**
 * Opens whoever evaluates, for one piece of work: the workers of a Redis if the settings name one, otherwise processes of this
 * machine.
 */
export async function withDispatcher<T>(
  { settings, places, underWay }: Context<Pick<EvaluatingSettings, 'workers' | 'redis'>>,
  { run, tasks, useful, onEvent }: Work,
  work: (dispatcher: Dispatcher) => Promise<T>,
): Promise<T> {
  const { redis: url } = settings;
  const directory = places.data;
  const workers = settings.workers ?? (await usualWorkers(tasks));
  const dispatcher =
    url === undefined
      ? await openLocalPool({ workers: workerCount({ workers }, useful), directory, onEvent })
      : await openRedisQueue({ url, directory, run, onEvent });
  return underWay(() => work(dispatcher)).finally(() => dispatcher.close());
}

/** Worker processes of this machine, at most `useful`. */
export function workerCount({ workers }: { readonly workers?: number | undefined }, useful: number): number {
  return Math.min(workers ?? availableParallelism(), useful);
}

/** @throws NosError `bad-option` if the settings name no Redis. */
export function redisOf({ redis }: { readonly redis?: string | undefined }): string {
  if (redis !== undefined) return redis;
  throw new NosError(
    'bad-option',
    '--redis: expected the URL of the Redis that searches use',
    'give --redis redis://HOST:PORT, or set NOS_REDIS_URL',
  );
}

/** Evaluations that a command makes, or finds in the store. */
export interface Evaluating {
  /** What workers elsewhere are told they work for. */
  readonly name: string;
  /** Rules as the user wrote them: what is odd about one of them is noted. */
  readonly rules?: readonly string[];
  /** Their data are fetched if they are not here. */
  readonly tasks: readonly string[];
  readonly total: number;
  /** The protocol, if it is one for all: it is checked first that it can train each task. */
  readonly protocol?: string;
  /** The run whose rules they are: its engine makes them. */
  readonly run?: RunRecord;
}

/** Does work that evaluates, with everything around it: data, workers, the store of evaluations, and a bar with the time left. */
export async function evaluating<T>(
  context: Context<EvaluatingSettings>,
  { name, rules = [], tasks, total, protocol, run }: Evaluating,
  work: (services: EvaluationServices & { readonly note: Meter['note'] }) => Promise<T>,
): Promise<T> {
  const { stderr, signal, log } = context;
  for (const rule of rules) {
    for (const remark of remarksOn(resolveRule(rule))) stderr.note(`'${rule}': ${remark}`);
  }
  const machine = await prepareTasks(context, tasks, { protocol, run });
  const { note, onEvent, close } = await openMeter(total, stderr);
  const around = {
    ...{ run: name, tasks },
    useful: total,
    onEvent: (event: DispatchEvent) => log.write(observeDispatch(event)),
  };
  try {
    return await withEvaluators(context, around, (opened) =>
      work({ ...opened, ...machine, clock: Date.now, by: name, signal, onEvent, note }),
    );
  } catch (error) {
    if (signal.aborted) note('what is done is stored: the same command goes on from there');
    throw error;
  } finally {
    close();
  }
}
