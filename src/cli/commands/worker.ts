import { availableParallelism } from 'node:os';
import type { WorkerEvent } from '../../dispatch/index.ts';
import { plural } from '../../report/index.ts';
import { packageVersion } from '../../version.ts';
import type { Command, Context } from '../command.ts';
import { prepareEngine } from '../engine.ts';
import { redisOf } from '../evaluators.ts';
import { Interruption } from '../interrupt.ts';
import { workerLine } from '../log/dispatch-lines.ts';
import type { Log } from '../log/log.ts';
import { onShutdown } from '../log/shutdown.ts';
import { type Observer, openObserver } from '../observer.ts';
import { prepareTask } from '../prepare.ts';
import { logDefaults } from '../presets.ts';
import { tasksOf } from './compare.ts';

export const workerCommand: Command = {
  name: 'worker',
  summary: 'evaluate for searches elsewhere, until Ctrl-C',
  options: ['redis', 'task', 'concurrency', 'log', 'logLevel', 'metrics', 'data'],
  // Registered tasks need no naming.
  defaults: logDefaults,
  example:
    'nos worker --redis redis://127.0.0.1:6379\nnos worker --redis redis://127.0.0.1:6379 --task spirals.mjs\nNOS_REDIS_URL=rediss://:SECRET@queue.example:6379 nos worker',
  stopsGracefully: true,
  async run(context) {
    const { settings, places, signal, log, underWay } = context;
    const url = redisOf(settings);
    const concurrency = settings.concurrency ?? availableParallelism();
    await prepareEngine(context);
    const { fingerprint } = await import('../../evaluate/index.ts');
    const machine = await fingerprint();
    const observer = await openObserver(context, 'worker', machine);
    log.write({
      event: 'worker-started',
      fields: { concurrency, version: packageVersion, fingerprint: machine },
      message: `${plural(concurrency, 'evaluation')} at a time, fingerprint ${machine}`,
      viewed: true,
    });
    const { runRedisWorker } = await import('../../dispatch/index.ts');
    const prepare = (task: string): Promise<unknown> => prepareTask(context, task);
    const { taskReference } = await import('../../tasks/index.ts');
    const tasks = await Promise.all(tasksOf(settings.task).map(taskReference));
    const onEvent = await listener(context, observer, concurrency);
    const report = await underWay(() =>
      runRedisWorker({ url, signal, concurrency, prepare, tasks, directory: places.data, onEvent }),
    ).finally(observer.close);
    log.write({
      event: 'worker-finished',
      fields: { worker: report.name, finished: report.finished },
      message: `${report.name} has ended`,
      viewed: true,
    });
    return {
      document: report,
      text: `${plural(report.finished, 'evaluation')} finished; what was under way went back to the queue`,
      exitCode: signal.reason instanceof Interruption ? signal.reason.exitCode : 0,
    };
  },
};

/** Tells the log and the metrics what the worker does; from its first event on, every line of the log names it and its run. */
async function listener(
  { log, signal }: Context,
  observer: Observer,
  concurrency: number,
): Promise<(event: WorkerEvent) => void> {
  const { busyAfter } = await import('../../observe/index.ts');
  let named: Log = log;
  let busy: ReadonlySet<string> = new Set();
  onShutdown(signal, { ...log, write: (line) => named.write(line) });
  observer.watch(() => ({
    states: Array.from({ length: concurrency }, (_, i) => (i < busy.size ? 'busy' : 'idle')),
  }));
  return (event) => {
    busy = busyAfter(busy, event);
    if (event.type === 'waiting' || event.type === 'refused') named = log.with({ worker: event.worker });
    if (event.type === 'joined') named = log.with({ worker: event.worker, run: event.run });
    observer.onWorker(event);
    named.write(workerLine(event));
  };
}
