import type { EvaluationServices } from '../compare/index.ts';
import type { DispatchEvent } from '../dispatch/index.ts';
import { packageVersion } from '../version.ts';
import type { Context } from './command.ts';
import { withWorkers } from './evaluators.ts';
import { type Meter, openMeter } from './live/progress-bar.ts';
import { dispatchLine } from './log/dispatch-lines.ts';
import { prepareTask } from './prepare.ts';
import { withStore } from './store.ts';

/** The options of a command that does so. */
export const EVALUATING = ['workers', 'redis', 'log', 'logLevel', 'store', 'data'] as const;

/** Evaluations that a command makes, or finds in the store. */
export interface Evaluating {
  /** What workers elsewhere are told they work for. */
  readonly name: string;
  /** Their data are fetched where they are not here. */
  readonly tasks: readonly string[];
  readonly total: number;
  /** What they are trained by, where it is one: whether each task can be is looked at first. */
  readonly protocol?: string;
}

/** Does work that evaluates, with everything around it: data, workers, the store of evaluations, and a live meter. */
export async function evaluating<T>(
  context: Context,
  { name, tasks, total, protocol }: Evaluating,
  work: (services: EvaluationServices & { readonly note: Meter['note'] }) => Promise<T>,
): Promise<T> {
  const { settings, places, stderr, signal, underWay, log } = context;
  for (const task of tasks) await prepareTask(context, task, protocol);
  const { fingerprint } = await import('../evaluate/index.ts');
  const machine = await fingerprint();
  return withStore(places, async (store) => {
    const meter = await openMeter(total, stderr);
    const { note, onEvent } = meter;
    const given = { store, fingerprint: machine, version: packageVersion, signal, onEvent, note };
    try {
      const onDispatch = (event: DispatchEvent): void => log.write(dispatchLine(event));
      const evaluators = { run: name, useful: total, onEvent: onDispatch };
      return await withWorkers(settings, places, evaluators, (dispatcher) =>
        underWay(() => work({ ...given, dispatcher })),
      );
    } catch (error) {
      if (signal.aborted) note('what is done is stored: the same command goes on from there');
      throw error;
    } finally {
      meter.close();
    }
  });
}
