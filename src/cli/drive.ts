import type { RunConfig, RunResult, RunServices } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import { packageVersion } from '../version.ts';
import type { Context, Result } from './command.ts';
import { withWorkers } from './evaluators.ts';
import { Interruption } from './interrupt.ts';
import { earlierProgress } from './live/earlier.ts';
import { openReporter } from './live/reporter.ts';
import { prepareTask } from './prepare.ts';
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
  const { plannedEvaluations } = await import('../run/index.ts');
  const expected = plannedEvaluations(config);
  const useful = Math.max(config.batch * config.pipeline + expected.references, expected.retests);
  const began = performance.now();
  const follow = async (store: Store): Promise<RunResult> => {
    const reporter = await openReporter({
      stderr,
      run: name,
      samples: config.samples,
      expected,
      earlier: await earlierProgress(store, name),
      clock: () => performance.now(),
      signal,
      nameOf: ({ key }) => namesOf(key)[0] ?? '',
    });
    const given = { store, fingerprint: machine, version: packageVersion, clock: Date.now, signal };
    return withWorkers(settings, places, { run: name, useful, note: reporter.note }, (dispatcher) =>
      go({ ...given, dispatcher, onEvent: reporter.onEvent }),
    ).finally(reporter.close);
  };
  const result = await withStore(places, follow);
  const report = { result, config, fingerprint: machine, seconds: (performance.now() - began) / 1000 };
  return { ...(await reportRun(report, context)), exitCode: exitCodeOf(result, signal) };
}

function exitCodeOf({ status }: RunResult, { reason }: AbortSignal): number {
  if (status === 'finished') return 0;
  return reason instanceof Interruption ? reason.exitCode : 1;
}
