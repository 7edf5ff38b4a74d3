import type { RunConfig, RunResult, RunServices } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import { packageVersion } from '../version.ts';
import type { Context, Result } from './command.ts';
import { withWorkers } from './evaluators.ts';
import { Interruption } from './interrupt.ts';
import { type Observer, openObserver } from './observer.ts';
import { prepareTask } from './prepare.ts';
import { reportRun } from './run-report.ts';
import { withStore } from './store.ts';
import { openWitness } from './witness.ts';

/** A run that is to be started or resumed. */
export interface Drive {
  readonly name: string;
  readonly config: RunConfig;
  /** Proposals that were told before. */
  readonly told?: number;
  readonly go: (services: RunServices) => Promise<RunResult>;
}

interface Outcome {
  readonly result: RunResult;
  /** Seconds for which processes have driven the run. */
  readonly seconds: number;
}

/** Drives a run with everything around it: data, workers, store, live view, and the report at the end. */
export async function driveRun(context: Context, { name, config, told, go }: Drive): Promise<Result> {
  const { settings, places, signal } = context;
  await prepareTask(context, config.task, config.protocol);
  const { fingerprint } = await import('../evaluate/index.ts');
  const { namesOf } = await import('../rules/index.ts');
  const machine = await fingerprint();
  const { plannedEvaluations } = await import('../run/index.ts');
  const expected = plannedEvaluations(config);
  const useful = Math.max(config.batch * config.pipeline + expected.references, expected.retests);
  const follow = async (store: Store, observer: Observer): Promise<Outcome> => {
    const witness = await openWitness(context, observer, {
      run: name,
      samples: config.samples,
      expected,
      told,
      timeout: settings.timeout,
      clock: () => performance.now(),
      nameOf: ({ key }) => namesOf(key)[0] ?? '',
      facts: { ...factsOf(config), version: packageVersion, fingerprint: machine },
    });
    const timeout = settings.timeout === undefined ? {} : { timeout: settings.timeout * 1000 };
    const given = {
      ...{ store, fingerprint: machine, version: packageVersion, clock: Date.now, signal },
      ...timeout,
    };
    const work = { run: name, useful, onEvent: witness.onDispatch };
    const result = await withWorkers(settings, places, work, (dispatcher) => {
      observer.watch(() => ({
        states: dispatcher.workers().map(({ state }) => state),
        depth: dispatcher.depth(),
      }));
      return context.underWay(() => go({ ...given, dispatcher, onEvent: witness.onRun }));
    }).finally(witness.close);
    return { result, seconds: (await store.run(name)).seconds };
  };
  const observer = await openObserver(context, 'search', machine);
  const { result, seconds } = await withStore(places, (store) => follow(store, observer)).finally(
    observer.close,
  );
  const report = { result, config, fingerprint: machine, version: packageVersion, seconds };
  return { ...(await reportRun(report, context)), exitCode: exitCodeOf(result, signal) };
}

function factsOf({ task, protocol, environment, strategy, space, seed }: RunConfig) {
  const where = environment === 'none' ? {} : { environment };
  return { task, protocol, ...where, strategy: strategy.name, space: space.name, seed };
}

/** A run that its own timeout stops does what it was told. */
function exitCodeOf({ stoppedBy }: RunResult, { reason }: AbortSignal): number {
  if (stoppedBy !== 'signal') return 0;
  return reason instanceof Interruption ? reason.exitCode : 1;
}
