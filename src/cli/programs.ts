import { join } from 'node:path';
import { NosError } from '../errors.ts';
import { slotsOf } from '../evaluate/index.ts';
import { inTurn } from '../in-turn.ts';
import { resolveTask } from '../tasks/index.ts';
import { isTaskFile, keepCommand } from '../trainers/index.ts';
import type { Context } from './command.ts';
import { duration, flag, integer, list, type SettingsOf, text } from './option.ts';

const source = 'flag' as const;

/** A program as the task, by options in place of a task file. */
export const programOptions = {
  taskCommand: text('a program as the task: python train.py ${args}', {
    value: 'COMMAND',
    source,
  }).optional(),
  metric: text('the name of the program’s result: val_loss', { source }).optional(),
  minimise: flag('less of the program’s result is better'),
  maximise: flag('more of the program’s result is better'),
  framework: text('the framework that rules are written for', { source, otherwise: 'pytorch' }).optional(),
  steps: integer('training steps of the program', { minimum: 1, source, otherwise: '1000' }).optional(),
  rates: list('learning rates that the program is run with', {
    ...{ source, otherwise: '1e-4,1e-3,1e-2,1e-1,1' },
  }).optional(),
  trialTimeout: duration('end a run of the program after 90s, 10m, 2h, …', {
    source,
    otherwise: '1h',
  }).optional(),
  trialMemory: text('end a run of the program that takes more memory: 4GB', {
    value: 'SIZE',
    source,
  }).optional(),
  gpus: list('values of CUDA_VISIBLE_DEVICES, one per run at a time: 0,1', { source }).optional(),
};

type ProgramSettings = Partial<SettingsOf<typeof programOptions>>;

/** Names of the options that say more of `--task-command`, as flags. */
const FIELDS = [
  'metric',
  'minimise',
  'maximise',
  'framework',
  'steps',
  'rates',
  'trialTimeout',
  'trialMemory',
  'gpus',
] as const;

/**
 * The settings with their task as a file, if it is given as a command, and with the protocol of programs, if the task is one and nobody
 * named another.
 *
 * @throws NosError `bad-option`.
 */
export async function withProgram<S extends ProgramSettings & { readonly task?: unknown }>(
  context: Context<S>,
): Promise<Context<S>> {
  const { settings, places, sourceOf } = context;
  const { taskCommand } = settings;
  if (taskCommand === undefined) {
    const given = FIELDS.find((name) => settings[name] !== undefined && settings[name] !== false);
    if (given !== undefined) throw needsCommand(given);
    return isProgram(settings.task) ? withOwnProtocol(context) : context;
  }
  if (sourceOf('task') === 'flag') {
    throw new NosError(
      'bad-option',
      '--task and --task-command: a task is one of them',
      'leave one of them out',
    );
  }
  const path = await keepCommand(
    join(places.data, 'commands'),
    recordOf(taskCommand, settings),
    process.cwd(),
  );
  const task = typeof settings.task === 'string' ? path : [path];
  return withOwnProtocol({ ...context, settings: { ...settings, task } });
}

function needsCommand(name: string): NosError {
  const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return new NosError(
    'bad-option',
    `${option}: it says more of --task-command, which is not given`,
    'a task file says it by itself: docs/task-command.md',
  );
}

function recordOf(command: string, settings: ProgramSettings) {
  const { metric, minimise, maximise, framework, steps, rates, trialTimeout, trialMemory, gpus } = settings;
  if (minimise && maximise) {
    throw new NosError(
      'bad-option',
      '--minimise and --maximise: a result is one of them',
      'leave one of them out',
    );
  }
  const goal = minimise ? 'minimise' : maximise ? 'maximise' : undefined;
  const learningRates = rates?.map(Number);
  const fields = {
    metric,
    goal,
    framework,
    steps,
    learningRates,
    timeout: trialTimeout,
    memory: trialMemory,
    gpus,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { command, ...Object.fromEntries(given) };
}

const isProgram = (task: unknown): boolean => {
  const names = Array.isArray(task) ? task : [task];
  return names.length > 0 && names.every((name) => typeof name === 'string' && isTaskFile(name));
};

const withOwnProtocol = <S>(context: Context<S>): Context<S> =>
  ['default', 'preset'].includes(context.sourceOf('protocol'))
    ? { ...context, settings: { ...context.settings, protocol: 'own' } }
    : context;

/** Processes that evaluate at a time if nobody says how many: one per core, or as the programs among the tasks say. */
export async function usualWorkers(names: readonly string[]): Promise<number | undefined> {
  const tasks = await inTurn(names, resolveTask);
  const counts = tasks.flatMap(({ program }) => (program ? [slotsOf(program)] : []));
  return counts.length === 0 ? undefined : Math.min(...counts);
}
