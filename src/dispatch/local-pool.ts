import { NosError } from '../errors.ts';
import type { Evaluation, EvaluationProgress, EvaluationRequest } from '../evaluation/index.ts';
import { compiledProgram } from '../program.ts';
import {
  type DispatchEvent,
  type Dispatcher,
  type EvaluateOptions,
  MAX_TRIES,
  type QueueDepth,
  type WorkerStatus,
} from './dispatcher.ts';
import { abortable, aborted, type CheckedRequest, checkRequest } from './request.ts';
import { type Outcome, WorkerProcess } from './worker-process.ts';

export interface LocalPoolOptions {
  /** Worker processes, each with one thread; best one per core. */
  readonly workers: number;
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /**
   * An evaluation that reports nothing for so long hangs, and its process is killed. Default 120: an evaluation reports
   * every few steps, so only a data set that takes minutes to load asks for more.
   */
  readonly silenceSeconds?: number;
  readonly onEvent?: (event: DispatchEvent) => void;
}

/**
 * A {@link Dispatcher} on this machine: processes, so that a crash in native code costs one evaluation, not the search.
 * They start when there is something to evaluate. What an evaluation throws (other than NosErrors: a bug in a task)
 * rejects its request at once.
 *
 * @throws NosError `bad-option`; `worker` if the worker program is not built.
 */
export function openLocalPool(options: LocalPoolOptions): Dispatcher {
  const { workers, directory, silenceSeconds = 120, onEvent = () => undefined } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new NosError('bad-option', `workers: expected a positive integer, got ${workers}`);
  }
  const program = compiledProgram('dispatch/worker.js');
  return new LocalPool(
    Array.from({ length: workers }, (_, i) => {
      const worker = `local-${i + 1}`;
      const onPrinted = (text: string): void => onEvent({ type: 'printed', worker, text });
      return new PoolWorker({ name: worker, slot: i, program, directory, silenceSeconds, onPrinted });
    }),
    onEvent,
  );
}

/** A request on its way. */
interface Job {
  readonly request: EvaluationRequest;
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly onWorker: (worker: string) => void;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (reason: unknown) => void;
  tries: number;
  /** Set once the request is found to be in order. */
  checked?: CheckedRequest;
  worker?: PoolWorker;
  /** Its caller no longer waits. */
  dropped: boolean;
}

type CheckedJob = Job & { checked: CheckedRequest };

/** A worker as the pool sees it. */
class PoolWorker {
  readonly name: string;
  readonly process: WorkerProcess;
  job: Job | undefined;
  progress: EvaluationProgress | undefined;
  finished = 0;
  restarts = 0;

  constructor(options: ConstructorParameters<typeof WorkerProcess>[0]) {
    this.name = options.name;
    this.process = new WorkerProcess(options);
  }

  status(): WorkerStatus {
    const { name, job, progress, finished, restarts } = this;
    const state = job === undefined ? 'idle' : this.process.ready ? 'busy' : 'starting';
    return {
      name,
      state,
      finished,
      restarts,
      ...(job === undefined ? {} : { rule: job.request.rule }),
      ...(progress === undefined ? {} : { progress }),
    };
  }
}

class LocalPool implements Dispatcher {
  readonly #workers: readonly PoolWorker[];
  readonly #onEvent: (event: DispatchEvent) => void;
  /** Jobs in the order in which they start: what is tried again stands before what came later. */
  readonly #queue: Job[] = [];
  readonly #closed = new AbortController();

  constructor(workers: readonly PoolWorker[], onEvent: (event: DispatchEvent) => void) {
    this.#workers = workers;
    this.#onEvent = onEvent;
  }

  evaluate(request: EvaluationRequest, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { signal, onProgress = () => undefined, onWorker = () => undefined } = options;
    return abortable({ signal, closed: this.#closed.signal }, (resolve, reject) => {
      const job: Job = { request, onProgress, onWorker, resolve, reject, tries: 0, dropped: false };
      this.#queue.push(job);
      void this.#check(job);
      return () => this.#drop(job, aborted());
    });
  }

  workers(): readonly WorkerStatus[] {
    return this.#workers.map((worker) => worker.status());
  }

  depth(): QueueDepth {
    const active = this.#workers.filter((worker) => worker.job !== undefined && !worker.job.dropped).length;
    return { waiting: this.#queue.length, active };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#workers.map((worker) => worker.process.kill()));
  }

  /** Bad input is refused without a worker; a sound request may start. */
  async #check(job: Job): Promise<void> {
    try {
      job.checked = await checkRequest(job.request);
      this.#startJobs();
    } catch (error) {
      this.#drop(job, error);
    }
  }

  /** Gives the first jobs to idle workers, those that run before those that must be started. */
  #startJobs(): void {
    while (!this.#closed.signal.aborted && this.#queue[0]?.checked !== undefined) {
      const idle = this.#workers.filter((worker) => worker.job === undefined);
      const worker = idle.find((candidate) => candidate.process.ready) ?? idle[0];
      if (worker === undefined) return;
      void this.#run(worker, this.#queue.shift() as CheckedJob);
    }
  }

  async #run(worker: PoolWorker, job: CheckedJob): Promise<void> {
    worker.job = job;
    job.worker = worker;
    job.tries++;
    const outcome = await worker.process.run({ request: job.checked.request }, (progress) => {
      worker.progress = progress;
      job.onProgress(progress);
    });
    worker.job = undefined;
    worker.progress = undefined;
    delete job.worker;
    this.#settle(worker, job, outcome);
    this.#startJobs();
  }

  #settle(worker: PoolWorker, job: CheckedJob, outcome: Outcome): void {
    if (outcome.type === 'done') {
      worker.finished++;
      job.onWorker(worker.name);
      job.resolve(outcome.evaluation);
    } else if (outcome.type === 'threw') {
      job.reject(outcome.error);
    } else if (outcome.type === 'lost') {
      worker.restarts++;
      this.#tryAgain(job, outcome, worker.name);
    }
  }

  #tryAgain(job: CheckedJob, lost: Extract<Outcome, { type: 'lost' }>, worker: string): void {
    if (job.dropped) return;
    const reason = `${worker}: ${lost.reason}`;
    if (job.tries < MAX_TRIES) {
      this.#queue.unshift(job);
      const { rule, seed } = job.request;
      this.#onEvent({ type: 'retried', worker, rule, seed, tries: job.tries, reason: lost.reason });
    } else if (lost.started) {
      job.onWorker(worker);
      job.checked.failed(reason).then(job.resolve, job.reject);
    } else job.reject(new NosError('worker', `no worker could be started; ${reason}`, 'try: `nos doctor`'));
  }

  /** Takes a job out of the queue, or kills the worker that runs it. */
  #drop(job: Job, reason: unknown): void {
    job.dropped = true;
    const place = this.#queue.indexOf(job);
    if (place >= 0) this.#queue.splice(place, 1);
    job.reject(reason);
    void job.worker?.process.kill();
    this.#startJobs();
  }
}
