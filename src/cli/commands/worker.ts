import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { runRedisWorker, type WorkerEvent } from '../../dispatch/index.ts';
import { fingerprint } from '../../evaluate/index.ts';
import { PROGRAM_FINGERPRINT } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import type { EngineName } from '../../graph/index.ts';
import { busyAfter, observeWorker } from '../../observe/index.ts';
import { plural } from '../../report/index.ts';
import { taskReference } from '../../tasks/index.ts';
import { isTaskFile } from '../../trainers/index.ts';
import { packageVersion } from '../../version.ts';
import { type Context, defineCommand } from '../command.ts';
import { redisOf } from '../evaluators.ts';
import { type Log, onShutdown } from '../log/log.ts';
import { type Observer, openObserver } from '../observer.ts';
import { described } from '../option.ts';
import { dataOption, engineOption, logOptions, settings, tasks } from '../options.ts';
import { compileTasks, prepareTask, settleEngine } from '../prepare.ts';
import { Interruption } from '../process.ts';
import { usualWorkers } from '../programs.ts';

const document = z.strictObject({
  name: f.text('name of the worker'),
  finished: f.count('evaluations that it finished'),
});

export const command = defineCommand({
  documents: { worker: document },
  options: {
    redis: settings.redis.optional(),
    task: described(tasks, {
      description:
        'modules of tasks that it may load, with commas in between; registered tasks need no naming',
    }).default([]),
    concurrency: settings.concurrency.optional(),
    metrics: settings.metrics.optional(),
    ...logOptions,
    ...dataOption,
    ...engineOption,
  },
  example:
    'nos worker --redis redis://127.0.0.1:6379\nnos worker --redis redis://127.0.0.1:6379 --task spirals.mjs\nNOS_REDIS_URL=rediss://:SECRET@queue.example:6379 nos worker',
  stopsGracefully: true,
  async run(context) {
    const { settings, places, signal, log, underWay } = context;
    const url = redisOf(settings);
    const tasks = await Promise.all(settings.task.map(taskReference));
    const { concurrency = (await usualWorkers(tasks)) ?? availableParallelism() } = settings;
    // One that is given programs alone needs no engine.
    const programs = tasks.length > 0 && tasks.every(isTaskFile);
    const machine = programs ? PROGRAM_FINGERPRINT : await fingerprint(await settleEngine(context));
    const observer = await openObserver(context, 'worker', machine);
    log.write({
      event: 'worker-started',
      fields: { concurrency, version: packageVersion, fingerprint: machine },
      message: `${plural(concurrency, 'evaluation')} at a time, fingerprint ${machine}`,
      viewed: true,
    });
    const prepare = async (name: string, engine: EngineName): Promise<void> => {
      const task = await prepareTask(context, name);
      if (engine === 'native') await compileTasks(context, [task]);
    };
    const onEvent = listener(context, observer, concurrency);
    const services = { url, signal, concurrency, prepare, tasks, directory: places.data, onEvent };
    const report = await underWay(() => runRedisWorker({ ...services, fingerprint: machine })).finally(
      observer.close,
    );
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
});

/** Tells the log and the metrics what the worker does. After its first event, every line of the log names it and its run. */
function listener(
  { log, signal }: Context,
  observer: Observer,
  concurrency: number,
): (event: WorkerEvent) => void {
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
    const observation = observeWorker(event);
    observer.record(observation.measures);
    named.write(observation);
  };
}
