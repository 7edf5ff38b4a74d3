/**
 * The program of a worker process: evaluates what its parent orders, one at a time, and ends with it.
 *
 *     node worker.js DATA_DIRECTORY PARENT_PID FINGERPRINTS...
 */
import { Console } from 'node:console';
import { Worker } from 'node:worker_threads';
import { type Evaluator, inheritFingerprint, openEvaluator } from '../evaluate/index.ts';
import type { EvaluationProgress } from '../evaluation/index.ts';
import { taskTitle } from '../tasks/index.ts';
import { keepExit, ownError, placeOf } from '../thrown.ts';
import { type Order, packError, type Reply } from './messages.ts';

const REPORT_EVERY_MS = 100;
const LOOK_FOR_PARENT_EVERY_MS = 1000;

const [directory, parent, ...fingerprints] = process.argv.slice(2) as [string, string, ...string[]];
for (const fingerprint of fingerprints) inheritFingerprint(fingerprint);

// A terminal's Ctrl-C goes to the whole group; the parent decides what becomes of its workers.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The same from a thread of its own, as this one may be inside a loop or a native call for ever.
new Worker(
  `const { workerData } = require('node:worker_threads');
   const look = () => process.ppid === workerData.parent || process.kill(process.pid, 'SIGKILL');
   setInterval(look, workerData.every);`,
  { eval: true, workerData: { parent: Number(parent), every: LOOK_FOR_PARENT_EVERY_MS } },
);

// What a task prints goes to stdout, which the parent passes on; stderr is for what this process dies of.
globalThis.console = new Console({ stdout: process.stdout, stderr: process.stdout });
// A place in the user's files may lie under many calls of ours.
Error.stackTraceLimit = 50;
const exit: typeof process.exit = keepExit();

/** What is being evaluated. */
let busy: Order['request'] | undefined;

// What a task throws where nobody catches it, in a timer for instance, is its own error and no crash that is tried again.
const uncaught = (thrown: unknown): void => {
  if (placeOf(thrown) === undefined || busy === undefined) {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    exit(1);
  }
  const error = ownError('task', `task '${taskTitle(busy.task)}'`, thrown);
  process.send?.({ type: 'threw', thrown: packError(error) } satisfies Reply, () => exit(1));
};
process.on('uncaughtException', uncaught);
process.on('unhandledRejection', uncaught);

/** The evaluator of the task that was evaluated last: a search has one task, and a data set fills memory. */
let current: (Pick<Order, 'engine'> & { readonly task: string; readonly evaluator: Evaluator }) | undefined;

process.on('message', async ({ request, engine }: Order) => {
  busy = request;
  try {
    const evaluator = await evaluatorOf(request.task, engine);
    const onProgress = throttled((progress: EvaluationProgress) => send({ type: 'progress', progress }));
    send({ type: 'done', evaluation: await evaluator.evaluate(request, { onProgress }) });
  } catch (error) {
    send({ type: 'threw', thrown: packError(error) });
  } finally {
    busy = undefined;
  }
});
send({ type: 'ready' });

async function evaluatorOf(task: string, engine: Order['engine']): Promise<Evaluator> {
  if (current?.task !== task || current.engine !== engine) {
    await current?.evaluator.close();
    current = undefined;
    current = {
      task,
      ...(engine && { engine }),
      evaluator: await openEvaluator({
        ...{ task, directory, engine },
        onWork: throttled(() => send({ type: 'opening' })),
      }),
    };
  }
  return current.evaluator;
}

/** Reports, but not oftener than {@link REPORT_EVERY_MS}. */
function throttled<T extends unknown[]>(report: (...of: T) => void): (...of: T) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...of) => {
    const now = performance.now();
    if (now - last < REPORT_EVERY_MS) return;
    last = now;
    report(...of);
  };
}

function send(reply: Reply): void {
  process.send?.(reply);
}
