import * as z from 'zod';
import { NosError } from '../errors.ts';
import {
  type IdentifiedRequest,
  identityOf,
  inFull,
  parseProtocol,
  printProtocol,
} from '../evaluation/index.ts';
import { resolveRule } from '../rules/index.ts';
import { freshSeedOf, type RunConfig } from '../run/index.ts';
import type { RunRecord } from '../store/index.ts';
import type { JobDocument } from './documents.ts';

const USUAL = 'adam';
const MOST_SEEDS = 100;
/** Jobs that wait or run at a time, and that are told of. */
const MOST_JOBS = 20;

const requestSchema = z.discriminatedUnion('job', [
  z.strictObject({
    job: z.literal('evaluate'),
    run: z.string(),
    key: z.string(),
    seeds: z.int().min(1).max(MOST_SEEDS),
  }),
  z.strictObject({ job: z.literal('stop'), id: z.int() }),
]);

/** What a page may ask for. @throws NosError `bad-option`. */
export function parseJobRequest(input: unknown): z.output<typeof requestSchema> {
  const parsed = requestSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new NosError(
    'bad-option',
    'no such job',
    `evaluate a rule with 1 to ${MOST_SEEDS} seeds, or stop a job`,
  );
}

/** What somebody is to evaluate. */
export interface RuleJobWork {
  /** It is evaluated as this run's rules are, by the same engine. */
  readonly run: RunRecord;
  readonly task: string;
  readonly protocol: string;
  readonly requests: readonly IdentifiedRequest[];
  readonly signal: AbortSignal;
  /** Called with how many are there: those that were stored already, then one by one. */
  readonly onDone: (done: number) => void;
}

/** Makes evaluations and stores them; rejects if one cannot be made, or by the reason of the signal. */
export type RuleJob = (work: RuleJobWork) => Promise<void>;

/** A rule of a run, to be evaluated with so many of the run's fresh seeds. */
export interface JobInput {
  readonly run: RunRecord;
  readonly config: RunConfig;
  /** Canonical text. */
  readonly rule: string;
  readonly key: string;
  readonly seeds: number;
}

/** Jobs that pages ask for, done one after another. They live as long as the server; what they evaluate is stored. */
export class Jobs {
  readonly #evaluate: RuleJob;
  readonly #jobs: { document: JobDocument; readonly control: AbortController }[] = [];
  #last: Promise<void> = Promise.resolve();
  #changes = 0;

  constructor(evaluate: RuleJob) {
    this.#evaluate = evaluate;
  }

  /** A number that grows with everything that {@link list} tells of. */
  get changes(): number {
    return this.#changes;
  }

  /** The newest first. */
  list(): readonly JobDocument[] {
    return this.#jobs.map(({ document }) => document).toReversed();
  }

  /** @throws NosError `bad-option` for a run that does not train itself, and for one job too many. */
  start(input: JobInput): void {
    const { run, key, seeds } = input;
    const requests = requestsOf(input);
    const busy = this.#jobs.filter(({ document }) => ['waiting', 'running'].includes(document.state));
    if (busy.length >= MOST_JOBS) {
      throw new NosError('bad-option', `${MOST_JOBS} jobs wait already`, 'stop one, or wait for one to end');
    }
    const id = (this.#jobs.at(-1)?.document.id ?? 0) + 1;
    const document = {
      id,
      run: run.name,
      key,
      seeds,
      state: 'waiting',
      done: 0,
      total: requests.length,
    } as const;
    const job = { document, control: new AbortController() };
    this.#jobs.push(job);
    if (this.#jobs.length > 2 * MOST_JOBS) this.#jobs.shift();
    this.#changes++;
    this.#last = this.#last.then(() => this.#run(job, input, requests));
  }

  /** Ends a job; what it has evaluated is kept. */
  stop(id: number): void {
    this.#jobs.find(({ document }) => document.id === id)?.control.abort(new Error('stopped'));
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    for (const { control } of this.#jobs) control.abort(new Error('the studio ends'));
    await this.#last;
  }

  async #run(
    job: { document: JobDocument; readonly control: AbortController },
    { run, config: { task } }: JobInput,
    requests: readonly IdentifiedRequest[],
  ): Promise<void> {
    const { signal } = job.control;
    const note = (fields: Partial<JobDocument>) => {
      job.document = { ...job.document, ...fields };
      this.#changes++;
    };
    const [{ protocol }] = requests as [IdentifiedRequest];
    try {
      signal.throwIfAborted();
      note({ state: 'running' });
      await this.#evaluate({
        ...{ run, task, protocol, requests, signal },
        onDone: (done) => note({ done }),
      });
      note({ state: 'done', done: requests.length });
    } catch (error) {
      if (signal.aborted) note({ state: 'stopped' });
      else note({ state: 'failed', error: (error as Error).message });
    }
  }
}

/** The rule and Adam with the same seeds, under the run's conditions, but each training in full: seed by seed. */
function requestsOf({ run, config, rule, key, seeds }: JobInput): readonly IdentifiedRequest[] {
  if (config.pull !== undefined) {
    throw new NosError(
      'bad-option',
      `run '${run.name}' is told its trials and trains none itself`,
      'evaluate the rule where its trials run',
    );
  }
  const usual = identityOf(resolveRule(USUAL));
  const rules = [
    { rule, key },
    { rule: usual.text, key: usual.key },
  ].filter((one, i) => i === 0 || one.key !== key);
  const { task, environment } = config;
  const protocol = printProtocol(inFull(parseProtocol(config.protocol)));
  return Array.from({ length: seeds }, (_, j) => freshSeedOf(config.seed, j)).flatMap((seed) =>
    rules.map((one) => ({ ...one, task, protocol, environment, seed })),
  );
}
