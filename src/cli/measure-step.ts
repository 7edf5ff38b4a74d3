import { NosError } from '../errors.ts';
import type { RunConfig } from '../run/index.ts';
import type { Context } from './command.ts';

/** A calibration trains this long; the first progress starts its clock, so that loading does not count. */
const SECONDS = 4;

/**
 * Seconds of one training step of the task's child, validation included, from a few seconds of a real evaluation; NaN
 * where the data set is not on this machine.
 */
export async function measureStep({ places, signal }: Context, config: RunConfig): Promise<number> {
  const { findProtocol, openEvaluator, protocolSteps } = await import('../evaluate/index.ts');
  const { resolveTask } = await import('../tasks/index.ts');
  const task = await resolveTask(config.task);
  const steps = protocolSteps(findProtocol(config.protocol), task);
  const enough = new AbortController();
  const timer = new Timer();
  const onProgress = ({ done }: { readonly done: number }) => {
    if (timer.mark(done) >= SECONDS) enough.abort();
  };
  try {
    const evaluator = await openEvaluator({ task, directory: places.data });
    const request = { rule: 'momentum', task: config.task, protocol: config.protocol, seed: config.seed };
    const stop = AbortSignal.any([signal, enough.signal]);
    await evaluator.evaluate(request, { onProgress, signal: stop }).finally(() => evaluator.close());
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NosError && error.code === 'data-missing') return Number.NaN;
    if (!enough.signal.aborted) throw error;
  }
  return timer.secondsPerShare() / steps;
}

/** Time between the first and the last mark, over the share of the work that was done between them. */
class Timer {
  #first: { readonly at: number; readonly done: number } | undefined;
  #last = { at: 0, done: 0 };

  /** @returns seconds since the first mark. */
  mark(done: number): number {
    this.#last = { at: performance.now() / 1000, done };
    this.#first ??= this.#last;
    return this.#last.at - this.#first.at;
  }

  secondsPerShare(): number {
    if (this.#first === undefined) return Number.NaN;
    return (this.#last.at - this.#first.at) / (this.#last.done - this.#first.done);
  }
}
