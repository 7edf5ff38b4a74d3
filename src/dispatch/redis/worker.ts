import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { type ErrorCode, NosError } from '../../errors.ts';
import { type Evaluation, type EvaluationProgress, fingerprint } from '../../evaluate/index.ts';
import { compiledProgram } from '../../program.ts';
import { packageVersion } from '../../version.ts';
import type { NoticeSubject } from '../dispatcher.ts';
import { packError } from '../messages.ts';
import type { Outcome } from '../worker-process.ts';
import { type Connection, connect, isOutage, within } from './connection.ts';
import { LOCK_MS, LOOK_MS, MOST_DEATHS, RENEW_MS, renewLocks } from './lock.ts';
import { describeProject, differences, queueName } from './project.ts';
import { BEAT_MS, find, list, PREFIX, publish, withdraw } from './registry.ts';
import { Slot } from './slot.ts';
import {
  type Answer,
  complaint,
  jobSchema,
  type Project,
  pack,
  type Search,
  searchSchema,
  workerSchema,
} from './wire.ts';

export interface RedisWorkerOptions {
  /** `redis://…` or `rediss://…`; it may hold a password, which appears nowhere. */
  readonly url: string;
  /** Evaluating processes, each with one thread; best one per core. */
  readonly concurrency: number;
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /** Ends the worker: what it evaluates goes back to the front of the queue. */
  readonly signal: AbortSignal;
  /** As of the local pool. */
  readonly silenceSeconds?: number;
  /** Sees to it that the data of a task are on this machine; else they must be. */
  readonly prepare?: (task: string) => Promise<unknown>;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** The compiled program of an evaluating process, where it is another one than ours. */
  readonly program?: string;
}

export type WorkerEvent =
  /** A line for people: the connection is lost, or there again, and the like. */
  | { readonly type: 'notice'; readonly about: NoticeSubject; readonly text: string }
  /** There is no search. */
  | { readonly type: 'waiting'; readonly worker: string }
  | { readonly type: 'joined'; readonly worker: string; readonly run: string; readonly task: string }
  /** There are searches, and none that this machine may serve: what differs, a line a search. */
  | { readonly type: 'refused'; readonly worker: string; readonly reasons: readonly string[] }
  | (JobEvent & { readonly type: 'started' })
  | (JobEvent & { readonly type: 'done'; readonly evaluation: Evaluation })
  /** A try was lost with its process (of so many, for that reason), and the next one begins. */
  | (JobEvent & { readonly type: 'retried'; readonly tries: number; readonly reason: string })
  /** The lock of a job ran out: another worker has the job, or it was cancelled; or the lock was taken again. */
  | (JobEvent & { readonly type: 'lock-lost' | 'lock-retaken' })
  /** An evaluation that gave no reward, and why: `cancelled`, `handed back`, or what went wrong. */
  | (JobEvent & { readonly type: 'dropped'; readonly why: DropReason; readonly reason: string });

interface JobEvent {
  readonly slot: string;
  /** The job's id in the queue. */
  readonly job: string;
  readonly rule: string;
  readonly seed: number;
}

/** `failed`: three tries were lost; `threw`: the task or the request is wrong. */
export type DropReason = 'cancelled' | 'handed-back' | 'failed' | 'threw';

export interface WorkerReport {
  readonly name: string;
  /** Evaluations that it has finished. */
  readonly finished: number;
}

/**
 * Evaluates for the searches on a Redis until the signal comes. It waits while there is none, serves one at a time (that which
 * fewest workers serve), and goes over to the next when a search is over. This process only supervises: it renews the locks of
 * the jobs, and child processes train.
 *
 * @throws NosError `bad-option`; `queue` where Redis cannot be reached or refuses; `fingerprint` where there are searches, but
 *   none computes what this machine computes, saying what differs; what is wrong with the data; `worker` where no child
 *   process can be started.
 */
export async function runRedisWorker(options: RedisWorkerOptions): Promise<WorkerReport> {
  const { concurrency } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new NosError('bad-option', `concurrency: expected a positive integer, got ${concurrency}`);
  }
  const program = options.program ?? compiledProgram('dispatch/worker.js');
  const onEvent = options.onEvent ?? (() => undefined);
  const connection = await connect(options.url, (text, about) => onEvent({ type: 'notice', about, text }));
  const worker = new RedisWorker({ silenceSeconds: 120, ...options, onEvent, program }, connection);
  try {
    return await worker.run();
  } finally {
    connection.close();
  }
}

type Options = RedisWorkerOptions & {
  readonly onEvent: (event: WorkerEvent) => void;
  readonly program: string;
  readonly silenceSeconds: number;
};

/** What can be done in good order at the end takes no longer than this. */
const CLOSE_MS = 3_000;
/** A renewal that is older than this may have come too late. */
const STALE_MS = LOCK_MS / 2;

/** What a child process says about this machine, not about the request. */
const OWN_TROUBLE: readonly ErrorCode[] = ['data-missing', 'data-corrupt', 'network', 'unwritable', 'worker'];

class RedisWorker {
  readonly #options: Options;
  readonly #connection: Connection;
  readonly #name = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
  readonly #slots: readonly Slot[];
  /** Aborted when this worker is to end: by its signal, or because it cannot go on. */
  readonly #end = new AbortController();
  readonly #ended = once(this.#end.signal, 'abort');
  /** What is in evaluation, by job. */
  readonly #jobs = new Map<string, JobEvent>();
  #search: Search | undefined;
  #fingerprint = '';
  #leaving = false;
  #broken: NosError | undefined;
  #renewed = 0;

  constructor(options: Options, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    const { concurrency, program, directory, silenceSeconds } = options;
    this.#slots = Array.from(
      { length: concurrency },
      (_, i) => new Slot(`${this.#name}/${i + 1}`, { program, directory, silenceSeconds }),
    );
  }

  async run(): Promise<WorkerReport> {
    const { signal } = this.#options;
    const stop = (): void => this.#end.abort();
    let patience: NodeJS.Timeout | undefined;
    // While Redis is away, commands wait: not longer than this. Closed, they fail.
    this.#end.signal.addEventListener('abort', () => {
      patience = setTimeout(this.#connection.close, CLOSE_MS);
    });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    try {
      this.#fingerprint = await fingerprint();
      void this.#beat();
      while (!this.#end.signal.aborted) {
        const search = await this.#findSearch();
        if (search) await this.#serve(search);
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await withdraw(this.#connection.client, 'worker', this.#name).catch(() => undefined);
      clearTimeout(patience);
    }
    if (this.#broken) throw this.#broken;
    return { name: this.#name, finished: this.#slots.reduce((sum, slot) => sum + slot.status().finished, 0) };
  }

  /** Says, over and over, that this worker is there and what it does. */
  async #beat(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#publish();
      await this.#pause(BEAT_MS);
    }
  }

  async #publish(): Promise<void> {
    const record = {
      name: this.#name,
      version: packageVersion,
      fingerprint: this.#fingerprint,
      ...(this.#search ? { search: this.#search } : {}),
      slots: this.#slots.map((slot) => slot.status()),
    };
    await publish(this.#connection.client, 'worker', this.#name, pack(record)).catch(() => undefined);
  }

  /** Ends early when this worker is to end. */
  #pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  /** Waits for a search that this machine can serve; nothing when it is to end before. */
  async #findSearch(): Promise<Search | undefined> {
    const { client } = this.#connection;
    const { onEvent } = this.#options;
    this.#search = undefined;
    let said = false;
    while (!this.#end.signal.aborted) {
      const searches = await list(client, 'search', searchSchema);
      const workers = await list(client, 'worker', workerSchema);
      const servers = ({ project }: Search): number =>
        workers.filter(({ search }) => search && queueName(search.project) === queueName(project)).length;
      const refusals: string[] = [];
      for (const search of [...searches].sort((a, b) => servers(a) - servers(b))) {
        const wrong = await this.#differences(search.project);
        if (wrong.length === 0) return search;
        refusals.push(`run '${search.run}': ${wrong.join('; ')}`);
      }
      if (refusals.length > 0) {
        onEvent({ type: 'refused', worker: this.#name, reasons: refusals });
        throw mismatch(refusals);
      }
      if (!said) onEvent({ type: 'waiting', worker: this.#name });
      said = true;
      await this.#pause(LOOK_MS);
    }
    return undefined;
  }

  async #differences(project: Project): Promise<readonly string[]> {
    const { directory, prepare } = this.#options;
    const wrong = differences({ version: packageVersion, fingerprint: this.#fingerprint }, project);
    if (wrong.length > 0) return wrong;
    try {
      await prepare?.(project.task);
      return differences(await describeProject(project.task, directory), project);
    } catch (error) {
      // A task that is not here, or another one of that name: a difference. Data that are not here: our own trouble.
      if (error instanceof NosError && ['unknown-name', 'bad-option'].includes(error.code)) {
        return [error.message];
      }
      throw error;
    }
  }

  /** Evaluates for one search until it is over, or this worker is to end. */
  async #serve(search: Search): Promise<void> {
    const { onEvent, concurrency } = this.#options;
    const bullmq = await import('bullmq');
    this.#join(search);
    this.#leaving = false;
    this.#renewed = performance.now();
    const worker: Worker = new bullmq.Worker(
      queueName(search.project),
      (job, token) => this.#evaluate(worker, job, token ?? '', () => new bullmq.WaitingError()),
      {
        connection: this.#connection.client,
        prefix: PREFIX,
        name: this.#name,
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: LOOK_MS,
        maxStalledCount: MOST_DEATHS,
        // The lock manager goes by the wall clock, which may jump.
        skipLockRenewal: true,
        runRetryDelay: LOOK_MS,
      },
    );
    worker.on('error', (error) => {
      // Not that of a job which is another's by now, or nobody's.
      if (isOutage(error) || /^Missing (lock|key)/.test(error.message)) return;
      onEvent({ type: 'notice', about: 'other', text: this.#connection.redact(error.message) });
    });
    await this.#publish();
    try {
      await this.#renewUntilOver(worker, queueName(search.project));
    } finally {
      this.#leaving = true;
      const closing = worker.close();
      await Promise.all(this.#slots.map((slot) => slot.kill()));
      await within(CLOSE_MS, closing);
    }
  }

  async #renewUntilOver(worker: Worker, name: string): Promise<void> {
    let absent = 0;
    // A search that is gone may come back: its process, or Redis, was started again.
    while (!this.#end.signal.aborted && absent < 2 * (BEAT_MS / RENEW_MS)) {
      await this.#pause(RENEW_MS);
      if (this.#end.signal.aborted) return;
      await Promise.race([this.#renew(worker), this.#ended]);
      if (this.#end.signal.aborted) return;
      const found = await find(this.#connection.client, 'search', name, searchSchema);
      if (found && found.run !== this.#search?.run) this.#join(found);
      if (found) this.#search = found;
      absent = found || this.#slots.some((slot) => slot.held) ? 0 : absent + 1;
    }
  }

  #join(search: Search): void {
    this.#search = search;
    this.#options.onEvent({
      type: 'joined',
      worker: this.#name,
      run: search.run,
      task: search.project.task,
    });
  }

  /** Renews the locks of what is in evaluation, and ends what is not ours any more. */
  async #renew(worker: Worker): Promise<void> {
    const held = this.#slots.flatMap((slot) => (slot.held ? [slot.held] : []));
    const { lost, gone, retaken } = await renewLocks(worker, this.#connection.client, held);
    this.#renewed = performance.now();
    this.#tell('lock-retaken', retaken);
    this.#tell('lock-lost', lost);
    const ended = [...lost, ...gone];
    for (const slot of this.#slots) if (slot.held && ended.includes(slot.held.id)) await slot.kill();
  }

  #tell(type: 'lock-retaken' | 'lock-lost', jobs: readonly string[]): void {
    for (const id of jobs) {
      const job = this.#jobs.get(id);
      if (job) this.#options.onEvent({ ...job, type });
    }
  }

  /** The processor of a job: what it returns goes to the coordinator; what it throws leaves the job where it is. */
  async #evaluate(worker: Worker, job: Job, token: string, leave: () => Error): Promise<unknown> {
    const slot = this.#slots.find((candidate) => candidate.held === undefined) as Slot;
    const { success, data: request, error } = jobSchema.safeParse(job.data);
    if (!success) {
      return answer({ type: 'threw', thrown: invalidJob(complaint(error)), by: slot.status(), retries: [] });
    }
    const { onEvent } = this.#options;
    const id = String(job.id);
    const about: JobEvent = { slot: slot.status().name, job: id, rule: request.rule, seed: request.seed };
    const retries: string[] = [];
    slot.held = { id, token };
    this.#jobs.set(id, about);
    onEvent({ ...about, type: 'started' });
    try {
      const outcome = await slot.run(request, this.#reporter(job, slot), (reason, tries) => {
        retries.push(reason);
        onEvent({ ...about, type: 'retried', tries, reason });
      });
      const said = this.#answer(outcome, slot, retries);
      if (said === undefined) {
        // While this worker leaves, the job goes back to the front of the queue; else it is not ours.
        if (this.#leaving || this.#broken) await job.moveToWait(token).catch(() => undefined);
        const reason = this.#leaving ? 'handed back' : 'cancelled';
        onEvent({ ...about, type: 'dropped', why: this.#leaving ? 'handed-back' : 'cancelled', reason });
        throw leave();
      }
      if (performance.now() - this.#renewed > STALE_MS) await this.#renew(worker);
      if (said.type === 'done') onEvent({ ...about, type: 'done', evaluation: said.evaluation });
      if (said.type === 'lost') onEvent({ ...about, type: 'dropped', why: 'failed', reason: said.reason });
      if (said.type === 'threw') {
        onEvent({ ...about, type: 'dropped', why: 'threw', reason: said.thrown.message });
      }
      return answer(said);
    } finally {
      slot.held = undefined;
      this.#jobs.delete(id);
    }
  }

  /** What to tell the coordinator; nothing where the job is not done and this worker will not do it. */
  #answer(outcome: Outcome, slot: Slot, retries: readonly string[]): Answer | undefined {
    const by = slot.status();
    if (outcome.type === 'killed') return undefined;
    if (outcome.type === 'done') return { type: 'done', evaluation: outcome.evaluation, by, retries };
    if (outcome.type === 'threw') {
      const { error } = outcome;
      if (error instanceof NosError && OWN_TROUBLE.includes(error.code)) return this.#fail(error);
      return { type: 'threw', thrown: packError(error), by, retries };
    }
    const reason = `${by.name}: ${outcome.reason}`;
    if (outcome.started) return { type: 'lost', reason, by, retries };
    return this.#fail(
      new NosError('worker', `no process could be started to evaluate; ${reason}`, 'try: `nos doctor`'),
    );
  }

  /** This machine cannot evaluate: the worker ends, and others do its work. */
  #fail(error: NosError): undefined {
    this.#broken = error;
    this.#end.abort();
  }

  #reporter(job: Job, slot: Slot): (progress: EvaluationProgress) => void {
    let last = Number.NEGATIVE_INFINITY;
    return () => {
      const now = performance.now();
      if (now - last < (this.#search?.reportMilliseconds ?? Number.POSITIVE_INFINITY)) return;
      last = now;
      // A job that is gone was cancelled: the next renewal ends it.
      job.updateProgress(pack(slot.status()) as object).catch(() => undefined);
    };
  }
}

const LONGEST = 10_000;

function answer(all: Answer): unknown {
  const said = { ...all, retries: all.retries.map((reason) => reason.slice(0, LONGEST)) };
  if (said.type === 'lost') return pack({ ...said, reason: said.reason.slice(0, LONGEST) });
  if (said.type === 'done') return pack(said);
  const { message, stack } = said.thrown;
  const cut = { message: message.slice(0, LONGEST), ...(stack ? { stack: stack.slice(0, LONGEST) } : {}) };
  return pack({ ...said, thrown: { ...said.thrown, ...cut } });
}

function invalidJob(what: string): ReturnType<typeof packError> {
  return packError(
    new NosError('queue', `a job is not valid: ${what}`, 'use a Redis that only coordinators can write'),
  );
}

function mismatch(refusals: readonly string[]): NosError {
  return new NosError(
    'fingerprint',
    `this machine does not compute what the search computes: ${refusals.join('. ')}`,
    'use workers with the same version, processor, task and data as the search',
  );
}
