import { NosError } from '../../errors.ts';
import { taskTitle } from '../../evaluation/index.ts';
import { moduleHash } from '../../modules/index.ts';
import type { RunHead, RunPart, Store } from '../../store/index.ts';
import { parseRunConfig, type RunConfig } from '../config.ts';
import { checkRunName } from '../run-name.ts';
import { readPack, writePack } from './pack-file.ts';

/** What was packed. */
export interface Packed {
  /** Bytes of the file. */
  readonly bytes: number;
  readonly counts: RunHead['counts'];
}

/**
 * Writes a run to one file: all that {@link unpackRun} needs to make it go on elsewhere, as it is at this moment. Modules of the user's own
 * and programs do not travel: the file has their names and hashes, and no folder of this machine.
 *
 * @param run Its name.
 * @param signal Stops the work; the file is then what it was before.
 * @throws NosError `unknown-name`; `store-corrupt` if something of the run is damaged; `unwritable`.
 */
export async function packRun(
  store: Store,
  run: string,
  file: string,
  signal?: AbortSignal,
): Promise<Packed> {
  const { travellingReference } = await import('../../tasks/index.ts');
  let counts: RunHead['counts'] | undefined;
  async function* travelling(): AsyncGenerator<RunPart> {
    for await (const part of store.packRun(run)) {
      if (part.kind === 'run') counts = part.counts;
      yield withReferences(part, travellingReference, travellingReference);
    }
  }
  const bytes = await writePack(file, travelling(), signal);
  return { bytes, counts: counts as RunHead['counts'] };
}

export interface UnpackOptions {
  /** Another name for the run. */
  readonly as?: string | undefined;
  /** References of the task modules, and of the strategy modules, that the user has named here. */
  readonly tasks?: readonly string[];
  readonly strategies?: readonly string[];
}

/** What came out of a file. */
export interface UnpackedRun {
  /** Name of the run here, and in the file. */
  readonly run: string;
  readonly packedAs: string;
  readonly evaluations: number;
  /** Number of these that the store had already. */
  readonly known: number;
}

/**
 * Takes a run out of a file that {@link packRun} wrote: all of it or nothing. It goes on from there to the bits to which it would have gone
 * without the journey. Nothing in the file is imported or executed, and no name in it is taken for a path: a module is known by its hash
 * among those that the user has named.
 *
 * @throws NosError `bad-pack`, `run-exists`, `unwritable`; `unknown-name` for a module that was not named here; `bad-option` for a
 *   configuration that this version does not know.
 */
export async function unpackRun(
  store: Store,
  file: string,
  { as, tasks = [], strategies: named = [] }: UnpackOptions = {},
): Promise<UnpackedRun> {
  const { isRegistered } = await import('../../tasks/index.ts');
  const { strategies } = await import('../../search/index.ts');
  const parts = readPack(file);
  try {
    const { value: head } = await parts.next();
    if (head?.kind !== 'run')
      throw new NosError('bad-pack', `${file} is damaged: it does not begin with a run`);
    const run = as ?? head.name;
    checkRunName(run);
    const config = parseRunConfig(head.config);
    const isStrategy = (name: string): boolean => strategies.get(name) !== undefined;
    const task = config.pull ? config.task : here('task', config.task, isRegistered, tasks);
    const strategy = here('strategy', config.strategy.name, isStrategy, named);
    const ofTask = (name: string): string => (name === config.task ? task : name);
    async function* local(): AsyncGenerator<RunPart> {
      yield withReferences({ ...(head as RunHead), config }, ofTask, () => strategy);
      for await (const part of parts) yield withReferences(part, ofTask, () => strategy);
    }
    return { run, packedAs: head.name, ...(await store.unpackRun(run, local())) };
  } finally {
    await parts.return(undefined);
  }
}

/** The part with other references of the task and the strategy. */
function withReferences(
  part: RunPart,
  task: (reference: string) => string,
  strategy: (reference: string) => string,
): RunPart {
  if (part.kind === 'evaluation') {
    return { ...part, evaluation: { ...part.evaluation, task: task(part.evaluation.task) } };
  }
  if (part.kind !== 'run') return part;
  const config = part.config as RunConfig;
  const { name } = config.strategy;
  return {
    ...part,
    config: {
      ...config,
      task: task(config.task),
      strategy: { ...config.strategy, name: strategy(name) },
    },
  };
}

/** The reference on this machine of what a file names: a registered name, or one of the modules that its user has named. */
function here(
  kind: 'task' | 'strategy',
  name: string,
  isRegistered: (name: string) => boolean,
  modules: readonly string[],
): string {
  if (isRegistered(name)) return name;
  const hash = moduleHash(name);
  const found = modules.find((module) => hash !== undefined && moduleHash(module) === hash);
  if (found !== undefined) return found;
  if (hash === undefined) throw new NosError('unknown-name', `this version knows no ${kind} '${name}'`);
  const other = modules.length === 0 ? 'does not travel with it' : 'is none that was named';
  throw new NosError(
    'unknown-name',
    `the run's ${kind} ${taskTitle(name)} ${other}`,
    `name the file, as it and what it names were when the run began: --${kind} ${taskTitle(name)}`,
  );
}
