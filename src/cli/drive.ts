import type { RunConfig, RunResult, RunServices } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import { packageVersion } from '../version.ts';
import type { Context, Result } from './command.ts';
import { withWorkers, workerCount } from './evaluators.ts';
import { Interruption } from './interrupt.ts';
import { openReporter } from './live/reporter.ts';
import { prepareTask } from './prepare.ts';
import { otherEvaluations } from './run-config.ts';
import { reportRun } from './run-report.ts';
import { withStore } from './store.ts';

/** A run that is to be started or resumed. */
export interface Drive {
  readonly name: string;
  readonly config: RunConfig;
  readonly go: (services: RunServices) => Promise<RunResult>;
}

/** Drives a run with everything around it: data, workers, store, live view, and the report at the end. */
export async function driveRun(context: Context, { name, config, go }: Drive): Promise<Result> {
  const { settings, places, signal, stderr } = context;
  await prepareTask(context, config.task);
  const { fingerprint } = await import('../evaluate/index.ts');
  const { namesOf } = await import('../rules/index.ts');
  const machine = await fingerprint();
  const workers = workerCount(settings, config.batch * config.pipeline);
  const began = Date.now();
  const reporter = await openReporter({
    stderr,
    run: name,
    samples: config.samples,
    expected: otherEvaluations(config),
    clock: Date.now,
    signal,
    nameOf: ({ key }) => namesOf(key)[0] ?? '',
  });
  const withServices = (store: Store): Promise<RunResult> =>
    withWorkers(settings, places, workers, (dispatcher) =>
      go({
        store,
        dispatcher,
        fingerprint: machine,
        version: packageVersion,
        clock: Date.now,
        signal,
        onEvent: reporter.onEvent,
      }),
    );
  const result = await withStore(places, withServices).finally(reporter.close);
  const report = { result, config, fingerprint: machine, seconds: (Date.now() - began) / 1000 };
  return { ...(await reportRun(report, context)), exitCode: exitCodeOf(result, signal) };
}

function exitCodeOf({ status }: RunResult, { reason }: AbortSignal): number {
  if (status === 'finished') return 0;
  return reason instanceof Interruption ? reason.exitCode : 1;
}
