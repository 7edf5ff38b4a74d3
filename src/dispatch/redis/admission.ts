import { type ErrorCode, NosError } from '../../errors.ts';
import {
  type EvaluationRequest,
  engineOf,
  PROGRAM_FINGERPRINT,
  parseConditions,
  printConditions,
} from '../../evaluation/index.ts';
import type { EngineName } from '../../graph/index.ts';
import { resolveRule } from '../../rules/index.ts';
import { knownReference } from '../../tasks/index.ts';
import { checksumOf, differences, queueName } from './project.ts';
import { complaint, isJobId, jobSchema, type Project, type Search } from './wire.ts';

/** A search that this machine can serve, and its task as it is known here: never what the search itself says. */
export interface Served {
  readonly search: Search;
  readonly task: string;
}

/** Codes of errors that are about this machine, not about the request. */
export const OWN_TROUBLE: readonly ErrorCode[] = [
  'data-missing',
  'data-corrupt',
  'network',
  'unwritable',
  'worker',
];

/** Milliseconds after which data that could not be had are tried again. */
const DATA_MS = 60_000;

/** Refusals that are remembered. */
const MOST = 1_000;

/** Why a search is not served, and until when nobody looks at it again. */
interface Refusal {
  readonly reason: string;
  readonly until: number;
}

export interface AdmissionOptions {
  readonly version: string;
  /**
   * What this machine computes with an engine.
   *
   * @throws NosError `engine` if it lacks that engine, or its user has chosen another one.
   */
  readonly fingerprint: (engine: EngineName) => Promise<string>;
  /** The task modules that the worker's own user named, as `taskReference` of tasks/ gives them. */
  readonly tasks: readonly string[];
  readonly directory: string;
  readonly prepare: ((task: string, engine: EngineName) => Promise<unknown>) | undefined;
  /** Gets why a search is refused, once for each. */
  readonly onRefused: (reason: string) => void;
}

/** Decides which searches a worker serves: those that ask for what this machine computes, for a task that it knows. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** Refusals by the name of the search's queue, the oldest first. */
  readonly #refusals = new Map<string, Refusal>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Returns a search with its task as it is known here; nothing if this machine cannot serve it. */
  async admit(search: Search): Promise<Served | undefined> {
    const name = queueName(search.project);
    const before = this.#refusals.get(name);
    if (before && performance.now() < before.until) return undefined;
    const found = await this.#examine(search.project);
    if (typeof found === 'string') return { search, task: found };
    this.#refusals.delete(name);
    this.#refusals.set(name, found);
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > MOST && oldest !== undefined) this.#refusals.delete(oldest);
    if (found.reason !== before?.reason) this.#options.onRefused(`run '${search.run}': ${found.reason}`);
    return undefined;
  }

  /** Returns the task's reference here, or what is in the way. */
  async #examine(project: Project): Promise<string | Refusal> {
    const { version, fingerprint, tasks, directory, prepare } = this.#options;
    const engine = engineOf(project.fingerprint);
    const isProgram = project.fingerprint === PROGRAM_FINGERPRINT;
    try {
      const own = isProgram ? PROGRAM_FINGERPRINT : await fingerprint(engine);
      const wrong = differences({ version, fingerprint: own }, project);
      if (wrong.length > 0) return forEver(wrong.join('; '));
      const task = knownReference(project.task, tasks);
      if (!isProgram) await prepare?.(task, engine);
      const otherwise = differences({ checksum: await checksumOf(task, directory) }, project);
      return otherwise.length > 0 ? forEver(otherwise.join('; ')) : task;
    } catch (error) {
      const { message, code, hint } = error as Partial<NosError>;
      const reason = [message, hint].filter(Boolean).join('; ');
      const passing = code !== undefined && OWN_TROUBLE.includes(code);
      return passing ? { reason, until: performance.now() + DATA_MS } : forEver(reason);
    }
  }
}

const forEver = (reason: string): Refusal => ({ reason, until: Number.POSITIVE_INFINITY });

/**
 * Makes what an evaluating process is told: the job's rule and conditions, each found to be one, and the task as this machine
 * knows it. Returns an error if the job is none of the search's.
 */
export function requestOf(id: string, data: unknown, { search, task }: Served): EvaluationRequest | NosError {
  const { success, data: job, error } = jobSchema.safeParse(data);
  if (!success) return invalid(complaint(error));
  if (!isJobId(id)) return invalid('its id is none of ours');
  if (job.task !== search.project.task) return invalid("its task is not the search's");
  try {
    resolveRule(job.rule);
    return { rule: job.rule, ...printConditions(parseConditions({ ...job, task })) };
  } catch (wrong) {
    if (wrong instanceof NosError) return wrong;
    throw wrong;
  }
}

function invalid(what: string): NosError {
  return new NosError('queue', `a job is not valid: ${what}`, 'use a Redis that only coordinators can write');
}
