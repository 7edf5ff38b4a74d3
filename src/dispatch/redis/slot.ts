import type { EvaluationProgress, EvaluationRequest } from '../../evaluation/index.ts';
import { MAX_TRIES } from '../dispatcher.ts';
import { type Outcome, WorkerProcess, type WorkerProcessOptions } from '../worker-process.ts';
import type { Held } from './lock.ts';
import type { SlotStatus } from './wire.ts';

const WINDOW_MS = 10 * 60_000;
/** A rate over less would say nothing. */
const LEAST_MS = 1_000;

/** One evaluating process of a worker, and the job that it works on. */
export class Slot {
  readonly #name: string;
  readonly #process: WorkerProcess;
  readonly #since = performance.now();
  readonly #ends: number[] = [];
  #rule: string | undefined;
  #progress: EvaluationProgress | undefined;
  #finished = 0;
  #restarts = 0;
  #sequence = 0;
  /** The job that this slot is busy with. */
  held: Held | undefined;

  constructor(name: string, options: WorkerProcessOptions) {
    this.#name = name;
    this.#process = new WorkerProcess(options);
  }

  /**
   * Evaluates, and tries again where the process is lost: `onRetry` gets why, and the number of the lost try. `killed` where {@link kill} came first; `lost` after
   * {@link MAX_TRIES} tries.
   */
  async run(
    request: EvaluationRequest,
    onProgress: (progress: EvaluationProgress) => void,
    onRetry: (reason: string, tries: number) => void,
  ): Promise<Outcome> {
    this.#rule = request.rule;
    this.#sequence++;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#process.run(request, (progress) => {
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

  status(): SlotStatus {
    const busy = this.#rule !== undefined;
    return {
      name: this.#name,
      state: busy ? (this.#process.ready ? 'busy' : 'starting') : 'idle',
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

  /** Over the last ten minutes, or since this worker began. */
  #perMinute(): number {
    const now = performance.now();
    while ((this.#ends[0] ?? now) < now - WINDOW_MS) this.#ends.shift();
    const milliseconds = Math.min(now - this.#since, WINDOW_MS);
    return this.#ends.length / (Math.max(milliseconds, LEAST_MS) / 60_000);
  }
}
