import type { Dispatcher } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import {
  type Evaluation,
  type EvaluationProgress,
  evaluationId,
  type IdentifiedRequest,
} from '../evaluation/index.ts';
import type { Origin, Store } from '../store/index.ts';
import type { Scored } from './events.ts';
import type { Machine } from './machine.ts';

/** Who evaluates, where it is kept, and what this machine computes. */
export interface OnceServices extends Machine {
  readonly store: Pick<Store, 'findEvaluation' | 'addEvaluation'>;
  readonly dispatcher: Pick<Dispatcher, 'evaluate'>;
  /** Milliseconds since 1970; dates what is made. */
  readonly clock: () => number;
}

export interface OnceOptions {
  /** Who asks, for the origin of what is made: `nos eval`, `run quick-1`. */
  readonly by: string;
  /** The run whose own failed evaluations stand too; without one, what failed is tried again. */
  readonly run?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (request: IdentifiedRequest, progress: EvaluationProgress) => void;
}

/**
 * Makes equal evaluations once, whoever asked for them before: one that is stored, or on its way, stands for all. What is made is
 * stored before anybody gets it, and says where it comes from.
 */
export class Once {
  readonly #services: OnceServices;
  readonly #options: OnceOptions;
  /** Evaluations on their way into the store. */
  readonly #making = new Map<string, Promise<Scored>>();

  constructor(services: OnceServices, options: OnceOptions) {
    this.#services = services;
    this.#options = options;
  }

  /** The stored evaluation, if there is one. */
  async find({ rule: _, ...identity }: IdentifiedRequest): Promise<Scored | undefined> {
    const { store, fingerprint, version } = this.#services;
    const found = await store.findEvaluation({ ...identity, fingerprint, version }, this.#options.run);
    return found && { ...found, cached: true };
  }

  /**
   * The evaluation, made if there is none. Evaluations start in the order of the calls.
   *
   * @param keep Stores an evaluation that was made; `addEvaluation` of the store unless given.
   * @throws NosError `fingerprint` if a worker computes otherwise than this machine; what store and dispatcher throw.
   */
  async evaluate(request: IdentifiedRequest, keep: Keep = this.#keep): Promise<Scored> {
    const id = evaluationId(request);
    const equal = this.#making.get(id);
    if (equal !== undefined) return { evaluation: (await equal).evaluation, cached: true };
    const making = this.#findOrMake(request, keep);
    this.#making.set(id, making);
    const forget = () => this.#making.delete(id);
    making.then(forget, forget);
    return making;
  }

  readonly #keep: Keep = (evaluation, origin) => this.#services.store.addEvaluation(evaluation, origin);

  async #findOrMake(request: IdentifiedRequest, keep: Keep): Promise<Scored> {
    return (await this.find(request)) ?? (await this.#make(request, keep));
  }

  async #make(request: IdentifiedRequest, keep: Keep): Promise<Scored> {
    const { dispatcher, clock } = this.#services;
    const { by, signal, onProgress } = this.#options;
    const { key: _, ...asked } = request;
    let worker: string | undefined;
    const evaluation = await dispatcher.evaluate(asked, {
      ...(signal && { signal }),
      onProgress: (progress) => onProgress?.(request, progress),
      onWorker: (name) => {
        worker = name;
      },
    });
    this.#checkMachine(evaluation);
    const on = worker === undefined ? {} : { worker };
    await keep(evaluation, { by, at: new Date(clock()).toISOString(), ...on });
    return { evaluation, cached: false, ...on };
  }

  #checkMachine(evaluation: Evaluation): void {
    const { fingerprint, version } = this.#services;
    if (evaluation.fingerprint === fingerprint && evaluation.version === version) return;
    throw new NosError(
      'fingerprint',
      `a worker computes as ${evaluation.fingerprint} (version ${evaluation.version}), this machine as ${fingerprint} (version ${version}): their results cannot be compared`,
      'use workers on equal processors with the same version of this program',
    );
  }
}

type Keep = (evaluation: Evaluation, origin: Origin) => Promise<void>;
