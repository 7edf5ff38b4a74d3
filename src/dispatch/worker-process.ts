import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { knownFingerprints } from '../evaluate/index.ts';
import type { Evaluation, EvaluationProgress } from '../evaluation/index.ts';
import { type Order, type Reply, unpackError } from './messages.ts';
import { watchSilence } from './silence.ts';

/**
 * How an order ended: `done`; `threw`: the evaluation threw, the process lives; `lost`: the process ended or fell silent,
 * `started` tells whether it had ever been ready; `killed`: by {@link WorkerProcess.kill}.
 */
export type Outcome =
  | { readonly type: 'done'; readonly evaluation: Evaluation }
  | { readonly type: 'threw'; readonly error: Error }
  | { readonly type: 'lost'; readonly reason: string; readonly started: boolean }
  | { readonly type: 'killed' };

export interface WorkerProcessOptions {
  /** The compiled `worker.ts`. */
  readonly program: string;
  /** Where data sets are cached. */
  readonly directory: string;
  /** Its name, and which of those that evaluate at a time it is, from 0: programs of the user's own are told. */
  readonly name: string;
  readonly slot?: number;
  /** A process that says nothing for so long, while it has an order, hangs. */
  readonly silenceSeconds: number;
  /** Gets each line that a task prints there. */
  readonly onPrinted?: (line: string) => void;
}

/** One worker: a child process that is started with its first order, and again with the next one after it is gone. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  #child: ChildProcess | undefined;
  /** Resolves once the latest process is gone. */
  #gone: Promise<unknown> = Promise.resolve();
  #ready = false;
  #errors = '';
  #order:
    | { readonly settle: (outcome: Outcome) => void; readonly onReply: (reply: Reply) => void }
    | undefined;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
  }

  /** Whether there is a process that waits for an order, or works on one. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Evaluates; never rejects. One order at a time. */
  run(order: Order, onProgress: (progress: EvaluationProgress) => void): Promise<Outcome> {
    return new Promise((resolve) => {
      const { silenceSeconds } = this.#options;
      const silence = watchSilence(silenceSeconds, () =>
        this.#end(`no sign of life for ${silenceSeconds} s`),
      );
      const settle = (outcome: Outcome): void => {
        silence.stop();
        this.#order = undefined;
        resolve(outcome);
      };
      const onReply = (reply: Reply): void => {
        silence.heard();
        if (reply.type === 'progress') onProgress(reply.progress);
      };
      this.#order = { settle, onReply };
      this.#child ??= this.#start();
      this.#child.send(order, (error) => {
        if (error) this.#end(error.message);
      });
    });
  }

  /** Ends the process, whatever it does; resolves once it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    this.#forget();
    this.#order?.settle({ type: 'killed' });
    await this.#gone;
  }

  #start(): ChildProcess {
    // An evaluating process runs a user's task and needs no Redis, nor its password.
    const { NOS_REDIS, NOS_REDIS_URL, ...others } = process.env;
    const env = { ...others, NOS_WORKER: this.#options.name, NOS_SLOT: String(this.#options.slot ?? 0) };
    const args = [this.#options.directory, String(process.pid), ...knownFingerprints()];
    const child = fork(this.#options.program, args, {
      // Not this process's own flags: they may hold a test runner's loaders, or the port of a debugger.
      execArgv: [],
      env,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    const ifCurrent = (act: () => void) => (): void => {
      if (this.#child === child) act();
    };
    if (child.stdout) readLines(child.stdout, this.#options.onPrinted ?? (() => undefined));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#child === child) this.#errors = (this.#errors + text).slice(-4000);
    });
    child.on('message', (reply: Reply) => ifCurrent(() => this.#receive(reply))());
    child.on('error', (error) => ifCurrent(() => this.#end(error.message))());
    // `close`, not `exit`: by then all that it wrote to stderr has been read.
    child.on('close', (code, signal) => {
      const how = signal === null ? `exited with code ${code}` : `ended by ${signal}`;
      ifCurrent(() => this.#end([how, lastWords(this.#errors)].filter(Boolean).join(': ')))();
    });
    return child;
  }

  #receive(reply: Reply): void {
    if (reply.type === 'ready') this.#ready = true;
    this.#order?.onReply(reply);
    if (reply.type === 'done') this.#order?.settle(reply);
    if (reply.type === 'threw') this.#order?.settle({ type: 'threw', error: unpackError(reply.thrown) });
  }

  /** The process is of no more use: ends it for certain (SIGKILL ends native code too), and says so to whoever waits. */
  #end(reason: string): void {
    const started = this.#ready;
    this.#child?.kill('SIGKILL');
    this.#forget();
    this.#order?.settle({ type: 'lost', reason, started });
  }

  #forget(): void {
    this.#child = undefined;
    this.#ready = false;
    this.#errors = '';
  }
}

/** A line that is longer is cut. */
const LONGEST_LINE = 10_000;

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', (line) => onLine(line.slice(0, LONGEST_LINE)));
}

/** The line of a dead process's stderr that most likely says why. */
function lastWords(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim();
}
