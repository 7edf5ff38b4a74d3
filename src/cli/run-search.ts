import type { DispatchEvent } from '../dispatch/index.ts';
import { unusual } from '../evaluation/index.ts';
import { type Observation, observeDispatch, observeRun } from '../observe/index.ts';
import { namesOf } from '../rules/index.ts';
import {
  type Machine,
  metricOfRun,
  plannedEvaluations,
  type RunConfig,
  type RunEvent,
  type RunResult,
  type RunServices,
  withScore,
} from '../run/index.ts';
import type { RunRecord } from '../store/index.ts';
import type { Context } from './command.ts';
import { type EvaluatingSettings, prepareTasks, withEvaluators } from './evaluators.ts';
import { openReporter, type Reporter, type ReporterOptions } from './live/reporter.ts';
import { onShutdown } from './log/log.ts';
import { type Observer, openObserver } from './observer.ts';
import { type Outlets, openOutlets } from './outlets.ts';
import { prepareStrategy } from './prepare.ts';
import { Interruption } from './process.ts';
import { reportRun, type SearchReport } from './run-report.ts';

/** The settings of a command that searches. */
export type SearchSettings = EvaluatingSettings & {
  readonly timeout?: number | undefined;
  readonly metrics?: string | undefined;
  readonly tensorboard?: string | undefined;
  readonly mlflow?: string | undefined;
};

/** A run that is to be started or resumed. */
export interface PlannedRun {
  readonly name: string;
  readonly config: RunConfig;
  /** The run as it is stored, if it goes on. */
  readonly record?: RunRecord;
  readonly go: (services: RunServices) => Promise<RunResult>;
}

/** Drives a run with everything around it: data, workers, store, live view, log, metrics, and the report at the end. */
export async function runSearch(context: Context<SearchSettings>, given: PlannedRun): Promise<SearchReport> {
  const planned = { ...given, config: await withScore(given.config) };
  const { name, config, go } = planned;
  const { settings, signal } = context;
  const machine = await prepareTasks(context, [config.task], {
    protocol: config.protocol,
    run: planned.record,
  });
  await prepareStrategy(context, config.strategy.name);
  const { references, retests } = plannedEvaluations(config);
  const useful = Math.max(config.batch * config.pipeline + references, retests);
  const observer = await openObserver(context, 'search', machine.fingerprint);
  const start = performance.now();
  const outlets = openOutlets(context, name, config, () => (performance.now() - start) / 3_600_000);
  const listener = await openRunListener(context, { observer, outlets }, planned, machine);
  const timeout = settings.timeout === undefined ? {} : { timeout: settings.timeout * 1000 };
  const around = { ...machine, ...timeout, clock: Date.now, signal, onEvent: listener.onRun };
  const evaluating = { run: name, tasks: [config.task], useful, onEvent: listener.onDispatch };
  const { result, seconds } = await withEvaluators(context, evaluating, async ({ store, dispatcher }) => {
    observer.watch(() => ({
      states: dispatcher.workers().map(({ state }) => state),
      depth: dispatcher.depth(),
    }));
    return {
      result: await go({ ...around, store, dispatcher }),
      // Seconds for which processes have driven the run.
      seconds: (await store.run(name)).seconds,
    };
  }).finally(async () => {
    listener.close();
    observer.close();
    await outlets.close();
  });
  const report = await reportRun({ result, config, ...machine, seconds }, context);
  return { ...report, exitCode: exitCodeOf(result, signal) };
}

/** A run that its own timeout stops does what it was told. */
function exitCodeOf({ stoppedBy }: RunResult, { reason }: AbortSignal): number {
  if (stoppedBy !== 'signal') return 0;
  return reason instanceof Interruption ? reason.exitCode : 1;
}

/** Hears all that happens to a run, and tells the live view, the log and the metrics. */
interface RunListener {
  readonly onRun: (event: RunEvent) => void;
  readonly onDispatch: (event: DispatchEvent) => void;
  /** Takes the live view away. */
  close(): void;
}

async function openRunListener(
  context: Context<SearchSettings>,
  { observer, outlets }: { readonly observer: Observer; readonly outlets: Outlets },
  { name: run, config, record }: PlannedRun,
  machine: Machine,
): Promise<RunListener> {
  const clock = () => performance.now();
  const began = clock();
  const { timeout } = context.settings;
  const nameOf: ReporterOptions['nameOf'] = ({ key }) => namesOf(key)[0] ?? '';
  const expected = plannedEvaluations(config);
  const metric = metricOfRun(config);
  const about = {
    run,
    samples: config.samples,
    expected,
    metric,
    told: record?.told,
    timeout,
    clock,
    nameOf,
  };
  const reporter = await reporterOf(context, about);
  const log = context.log.with({ run }, reporter.print);
  const forget = onShutdown(context.signal, log);
  const facts = { ...factsOf(config), ...machine };
  const tell = (observation: Observation): void => {
    observer.record(observation.measures);
    log.write(observation);
  };
  return {
    onRun: (event) => {
      reporter.onEvent(event);
      outlets.onRun(event);
      tell(observeRun(event, { seconds: (clock() - began) / 1000, facts }));
    },
    onDispatch: (event) => tell(observeDispatch(event)),
    close: () => {
      forget();
      reporter.close();
    },
  };
}

/** A log in JSON tells what the view would. */
async function reporterOf(
  { stderr, signal, log }: Context,
  about: Omit<ReporterOptions, 'stderr' | 'signal'>,
): Promise<Reporter> {
  if (log.form === 'text') return openReporter({ ...about, stderr, signal });
  return { onEvent: () => undefined, print: () => undefined, close: () => undefined };
}

function factsOf({ task, strategy, space, seed, ...regime }: RunConfig) {
  return {
    task,
    protocol: regime.protocol,
    ...unusual(regime),
    strategy: strategy.name,
    space: space.name,
    seed,
  };
}
