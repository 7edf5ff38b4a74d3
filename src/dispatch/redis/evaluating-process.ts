import type { EvaluationProgress } from '../../evaluation/index.ts';
import { MAX_TRIES } from '../dispatcher.ts';
import type { Order } from '../messages.ts';
import { type Outcome, WorkerProcess, type WorkerProcessOptions } from '../worker-process.ts';
import type { ProcessStatus } from './wire.ts';

/** Milliseconds over which the rate of evaluations is taken. */
const WINDOW_MS = 10 * 60_000;
/** A rate over less would say nothing. */
const LEAST_MS = 1_000;

/** One evaluating process of a worker: runs evaluations one after another, and keeps its figures. */
export class EvaluatingProcess {
  readonly #name: string;
  readonly #process: WorkerProcess;
  readonly #since = performance.now();
  readonly #ends: number[] = [];
  #rule: string | undefined;
  #progress: EvaluationProgress | undefined;
  #finished = 0;
  #restarts = 0;
  #sequence = 0;

  constructor(name: string, options: Omit<WorkerProcessOptions, 'name'>) {
    this.#name = name;
    this.#process = new WorkerProcess({ ...options, name });
  }

  /** Whether it has nothing to do. */
  get idle(): boolean {
    return this.#rule === undefined;
  }

  /**
   * Evaluates, and tries again if the process is lost: `onRetry` gets why, and the number of the lost try. The outcome is `killed`
   * if {@link kill} came first, and `lost` after {@link MAX_TRIES} tries.
   */
  async run(
    order: Order,
    onProgress: (progress: EvaluationProgress) => void,
    onRetry: (reason: string, tries: number) => void,
  ): Promise<Outcome> {
    this.#rule = order.request.rule;
    this.#sequence++;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#process.run(order, (progress) => {
        this.#progress = progress;
        this.#sequence++;
        onProgress(progress);
      });
      if (outcome.type === 'lost') this.#restarts++;
      if (outcome.type !== 'lost' || tries === MAX_TRIES) return this.#end(outcome);
      onRetry(outcome.reason, tries);
    }
  }

  /** Ends the process, whatever it does. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  status(): ProcessStatus {
    return {
      name: this.#name,
      state: this.idle ? 'idle' : this.#process.ready ? 'busy' : 'starting',
      finished: this.#finished,
      restarts: this.#restarts,
      perMinute: this.#perMinute(),
      sequence: this.#sequence,
      ...(this.#rule === undefined ? {} : { rule: this.#rule }),
      ...(this.#progress === undefined ? {} : { progress: this.#progress }),
    };
  }

  #end(outcome: Outcome): Outcome {
    this.#rule = undefined;
    this.#progress = undefined;
    this.#sequence++;
    if (outcome.type === 'done') {
      this.#finished++;
      this.#ends.push(performance.now());
    }
    return outcome;
  }

  /** Evaluations per minute over the last ten minutes, or since this worker began. */
  #perMinute(): number {
    const now = performance.now();
    while ((this.#ends[0] ?? now) < now - WINDOW_MS) this.#ends.shift();
    const milliseconds = Math.min(now - this.#since, WINDOW_MS);
    return this.#ends.length / (Math.max(milliseconds, LEAST_MS) / 60_000);
  }
}
