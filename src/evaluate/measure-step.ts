import { inFull, parseProtocol, printProtocol, protocolSteps } from '../evaluation/index.ts';
import type { Task } from '../tasks/index.ts';
import { openEvaluator } from './evaluator.ts';

export interface MeasureOptions {
  readonly task: Task;
  readonly protocol: string;
  readonly environment: string;
  /** The data directory. */
  readonly directory: string;
  /** Seconds from any start. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
}

/** A calibration trains this long; the first progress starts its clock, so that loading does not count. */
const SECONDS = 4;

/**
 * Seconds of one training step of the task's child, validation included, from a few seconds of a real evaluation. NaN where the
 * protocol trains on all examples and the task does not say how many it has: an evaluation has no known length then.
 *
 * @throws NosError `data-missing`, `data-corrupt`; the signal's reason.
 */
export async function measureStep(options: MeasureOptions): Promise<number> {
  const { task, environment, directory, clock, signal } = options;
  // Shortcuts leave out steps, so that the share that is done would tell nothing.
  const protocol = inFull(parseProtocol(options.protocol));
  const steps = protocolSteps(protocol, task);
  if (!Number.isFinite(steps)) return Number.NaN;
  const enough = new AbortController();
  const timer = new Timer(clock);
  const onProgress = ({ done }: { readonly done: number }) => {
    if (timer.mark(done) >= SECONDS) enough.abort();
  };
  const evaluator = await openEvaluator({ task, directory });
  const request = {
    rule: 'momentum',
    task: task.name,
    protocol: printProtocol(protocol),
    environment,
    seed: 0,
  };
  try {
    await evaluator.evaluate(request, { onProgress, signal: AbortSignal.any([signal, enough.signal]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  } finally {
    await evaluator.close();
  }
  return timer.secondsPerShare() / steps;
}

/** Time between the first and the last mark, over the share of the work that was done between them. */
class Timer {
  #first: { readonly at: number; readonly done: number } | undefined;
  #last = { at: 0, done: 0 };
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @returns seconds since the first mark. */
  mark(done: number): number {
    this.#last = { at: this.#clock(), done };
    this.#first ??= this.#last;
    return this.#last.at - this.#first.at;
  }

  secondsPerShare(): number {
    if (this.#first === undefined) return Number.NaN;
    return (this.#last.at - this.#first.at) / (this.#last.done - this.#first.done);
  }
}
