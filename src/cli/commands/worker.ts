import { availableParallelism } from 'node:os';
import type { WorkerEvent } from '../../dispatch/index.ts';
import type { Command } from '../command.ts';
import { redisOf } from '../evaluators.ts';
import { Interruption } from '../interrupt.ts';
import { prepareTask } from '../prepare.ts';
import { accuracy, duration, plural } from '../text/format.ts';

export const workerCommand: Command = {
  name: 'worker',
  summary: 'evaluate for searches elsewhere, until Ctrl-C',
  options: ['redis', 'concurrency', 'data'],
  example:
    'nos worker --redis redis://127.0.0.1:6379\nNOS_REDIS_URL=rediss://:SECRET@queue.example:6379 nos worker',
  stopsGracefully: true,
  async run(context) {
    const { settings, places, signal, stderr } = context;
    const url = redisOf(settings);
    const { runRedisWorker } = await import('../../dispatch/index.ts');
    const report = await runRedisWorker({
      url,
      signal,
      concurrency: settings.concurrency ?? availableParallelism(),
      directory: places.data,
      prepare: (task) => prepareTask(context, task),
      onEvent: (event) => stderr.note(line(event)),
    });
    return {
      document: report,
      text: `${plural(report.finished, 'evaluation')} finished; what was under way went back to the queue`,
      exitCode: signal.reason instanceof Interruption ? signal.reason.exitCode : 0,
    };
  },
};

function line(event: WorkerEvent): string {
  switch (event.type) {
    case 'notice':
      return event.text;
    case 'waiting':
      return 'waiting for a search';
    case 'joined':
      return `evaluating for ${event.run}, task ${event.task}`;
    case 'started':
      return `${event.slot}  begins  ${event.rule}  seed ${event.seed}`;
    case 'dropped':
      return `${event.slot}  drops  ${event.rule}  ${event.reason}`;
    case 'done': {
      const { rule, reward, status, seconds } = event.evaluation;
      return `${event.slot}  ${accuracy(reward)}  ${rule}  ${status}  ${duration(seconds)}`;
    }
  }
}
