import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { findEngine } from '../../engine/index.ts';
import { NosError } from '../../errors.ts';
import { engineChoice, fingerprint } from '../../evaluate/index.ts';
import type { EngineName } from '../../graph/index.ts';
import { inTurn } from '../../in-turn.ts';
import { compiledProgram } from '../../program.ts';
import { taskReference } from '../../tasks/index.ts';
import { packageVersion } from '../../version.ts';
import { Admission, type Served } from './admission.ts';
import { Complaints } from './complaints.ts';
import { type Connection, connect, type Note, within } from './connection.ts';
import { EvaluatingProcess } from './evaluating-process.ts';
import { checkFitness } from './fitness.ts';
import { JobQueue } from './job-queue.ts';
import { JobRunner } from './job-runner.ts';
import { serversOf } from './overview.ts';
import { BEAT_MS, LAPSE_MS, list, publish, withdraw } from './presence.ts';
import { queueName } from './project.ts';
import { type Project, type Search, sayable, searchSchema, type WorkerRecord, workerSchema } from './wire.ts';
import type { WorkerEvent } from './worker-events.ts';

export interface RedisWorkerOptions {
  /** `redis://…` or `rediss://…`; it may hold a password, which appears nowhere. */
  readonly url: string;
  /** Evaluating processes, each with one thread; best one per core. */
  readonly concurrency: number;
  /** Where data sets are cached on this machine. */
  readonly directory: string;
  /** Ends the worker: what it evaluates goes back to the front of the queue. */
  readonly signal: AbortSignal;
  /** Seconds without a report after which an evaluation hangs, and its process is killed. Default 120. */
  readonly silenceSeconds?: number;
  /** Files of task modules that may be evaluated; registered tasks always may. Nothing else is ever loaded. */
  readonly tasks?: readonly string[];
  /** What it says of itself before it serves a search; that of the chosen engine unless given. */
  readonly fingerprint?: string;
  /** Gets the data of a task onto this machine, and compiles it for an engine. Without it the data must be there. */
  readonly prepare?: (task: string, engine: EngineName) => Promise<unknown>;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** The compiled program of an evaluating process, if it is another one than ours. */
  readonly program?: string;
}

export interface WorkerReport {
  readonly name: string;
  /** Evaluations that it has finished. */
  readonly finished: number;
}

/**
 * Evaluates for the searches on a Redis until the signal comes. The worker waits while there is no search that this machine can
 * serve. It serves one search at a time, the one with the fewest workers, and goes on to the next when that is over. This process
 * only supervises: it takes jobs and says that it is there, and child processes train.
 *
 * Nothing that comes from Redis is imported, run, or taken for a path: a task is looked up among the registered ones and the
 * modules of `tasks`, and a child process is told only what was checked here.
 *
 * @throws NosError `bad-option`, `unknown-name` for `tasks`; `queue` if Redis cannot be reached or refuses; what is wrong
 *   with the data; `worker` if no child process can be started.
 */
export async function runRedisWorker(options: RedisWorkerOptions): Promise<WorkerReport> {
  const { concurrency } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new NosError('bad-option', `concurrency: expected a positive integer, got ${concurrency}`);
  }
  const program = options.program ?? compiledProgram('dispatch/worker.js');
  const onEvent = options.onEvent ?? (() => undefined);
  const tasks = await inTurn(options.tasks ?? [], taskReference);
  const note: Note = (text, about) => onEvent({ type: 'notice', about, text });
  const connection = await connect(options.url, note);
  const worker = new RedisWorker({ silenceSeconds: 120, ...options, tasks, onEvent, program }, connection);
  try {
    await checkFitness(connection, note);
    return await worker.run();
  } finally {
    connection.close();
  }
}

type Options = RedisWorkerOptions & {
  readonly onEvent: (event: WorkerEvent) => void;
  readonly program: string;
  readonly silenceSeconds: number;
  /** References, as `taskReference` of tasks/ gives them. */
  readonly tasks: readonly string[];
};

/** Milliseconds for all that can be done in good order at the end. */
const CLOSE_MS = 3_000;
/** Milliseconds between two looks at the searches. */
const LOOK_MS = 1_000;
/** Looks at which a search must be absent before it is over. */
const ABSENCES = 4;

class RedisWorker {
  readonly #options: Options;
  readonly #connection: Connection;
  readonly #name = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
  readonly #processes: readonly EvaluatingProcess[];
  readonly #complaints: Complaints;
  /** Aborted when this worker is to end: by its signal, or because it cannot go on. */
  readonly #end = new AbortController();
  readonly #ended = once(this.#end.signal, 'abort').then(() => undefined);
  #fingerprint = '';
  #search: Search | undefined;
  #runner: JobRunner | undefined;
  #broken: NosError | undefined;

  constructor(options: Options, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    const { concurrency, program, directory, silenceSeconds, onEvent } = options;
    this.#complaints = new Complaints(connection, (text, about) => onEvent({ type: 'notice', about, text }));
    this.#processes = Array.from({ length: concurrency }, (_, i) => {
      const name = `${this.#name}/${i + 1}`;
      const onPrinted = (text: string): void => onEvent({ type: 'printed', worker: name, text });
      return new EvaluatingProcess(name, { slot: i, program, directory, silenceSeconds, onPrinted });
    });
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
      this.#fingerprint = this.#options.fingerprint ?? (await fingerprint());
      const admission = this.#openAdmission();
      void this.#beat();
      while (!this.#end.signal.aborted) {
        const served = await this.#complaints.attempt(() => this.#findSearch(admission));
        if (served) await this.#serve(served);
        else await this.#pause(LOOK_MS);
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
    const finished = this.#processes.reduce((sum, one) => sum + one.status().finished, 0);
    return { name: this.#name, finished };
  }

  #openAdmission(): Admission {
    const { tasks, directory, prepare, onEvent } = this.#options;
    const onRefused = (reason: string): void =>
      onEvent({ type: 'refused', worker: this.#name, reasons: [reason] });
    return new Admission({
      ...{ version: packageVersion, fingerprint: fingerprintBy },
      ...{ tasks, directory, prepare, onRefused },
    });
  }

  /** Says, over and over, that this worker is there and what it does, and so keeps its jobs. */
  async #beat(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#complaints.attemptAgain(async () => {
        await this.#publish();
        await this.#runner?.hold();
      });
      await this.#pause(BEAT_MS.worker);
    }
  }

  #publish(): Promise<void> {
    const record = {
      name: this.#name,
      version: packageVersion,
      fingerprint: this.#fingerprint,
      ...(this.#search && { search: this.#search }),
      slots: this.#processes.map((one) => one.status()),
    };
    return publish(this.#connection.client, 'worker', this.#name, record);
  }

  /** A pause that ends early when this worker is to end. */
  #pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  /** Waits for a search that this machine can serve; nothing if it is to end before. */
  async #findSearch(admission: Admission): Promise<Served | undefined> {
    const { client } = this.#connection;
    for (let said = false; !this.#end.signal.aborted; said = true) {
      const searches = await list(client, 'search', searchSchema, (name, wrong) => {
        this.#complaints.say(`the record of search ${sayable(name).slice(0, 50)} is passed over: ${wrong}`);
      });
      for (const search of fewestServedFirst(searches, await list(client, 'worker', workerSchema))) {
        const served = await admission.admit(search);
        if (served) return served;
      }
      if (!said) this.#options.onEvent({ type: 'waiting', worker: this.#name });
      await this.#pause(LOOK_MS);
    }
    return undefined;
  }

  /** Evaluates for one search until it is over, or this worker is to end. */
  async #serve(served: Served): Promise<void> {
    const { project } = served.search;
    this.#join(served.search);
    const jobs = new JobQueue(this.#connection.client, queueName(project));
    await this.#complaints.attempt(() => this.#publish());
    const runner = new JobRunner({
      worker: this.#name,
      connection: this.#connection,
      jobs,
      processes: this.#processes,
      served,
      complaints: this.#complaints,
      onEvent: this.#options.onEvent,
      onBroken: (error) => {
        this.#broken = error;
        this.#end.abort();
      },
    });
    this.#runner = runner;
    try {
      await this.#untilOver(runner, jobs, project);
    } finally {
      this.#runner = undefined;
      this.#search = undefined;
      await within(CLOSE_MS, runner.end());
    }
  }

  async #untilOver(runner: JobRunner, jobs: JobQueue, project: Project): Promise<void> {
    let absent = 0;
    // A search that is gone may come back: its process, or Redis, was started again.
    while (!this.#end.signal.aborted && absent < ABSENCES) {
      await this.#pause(LOOK_MS);
      const look = async (): Promise<Search | undefined> => {
        if (this.#connection.age() > LAPSE_MS.worker) await jobs.giveBackOfDead();
        const searches = await list(this.#connection.client, 'search', searchSchema);
        return searches.find((search) => queueName(search.project) === queueName(project));
      };
      if (this.#end.signal.aborted) return;
      const found = await Promise.race([this.#complaints.attempt(look), this.#ended]);
      // The coordinator may be another one, which wants to hear more often.
      if (found) {
        this.#join(found);
        runner.reportMilliseconds = found.reportMilliseconds;
      }
      absent = found || this.#complaints.refused || runner.busy ? 0 : absent + 1;
    }
  }

  #join(search: Search): void {
    const before = this.#search?.run;
    this.#search = search;
    const { run, project } = search;
    if (run !== before)
      this.#options.onEvent({ type: 'joined', worker: this.#name, run, task: project.task });
  }
}

/** What this machine computes with an engine, if it has that and its user has chosen no other. Nothing is fetched for a search. */
async function fingerprintBy(engine: EngineName): Promise<string> {
  const choice = engineChoice();
  if (choice !== 'auto' && choice !== engine) {
    throw new NosError(
      'engine',
      `the engine is ${choice} here and ${engine} there`,
      `start it with --engine ${engine}`,
    );
  }
  if (engine === 'onnxruntime' && findEngine() === undefined) {
    throw new NosError('engine', 'onnxruntime is not on this machine', 'try: `nos engine fetch`');
  }
  return fingerprint(engine);
}

/** Searches in the order in which a worker that is free looks at them: those with the fewest workers first. */
export function fewestServedFirst(
  searches: readonly Search[],
  workers: readonly WorkerRecord[],
): readonly Search[] {
  const servers = serversOf(workers);
  const count = ({ project }: Search): number => servers.get(queueName(project)) ?? 0;
  return [...searches].sort((a, b) => count(a) - count(b));
}
