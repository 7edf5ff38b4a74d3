import { NosError } from '../errors.ts';
import type { Evaluation, EvaluationProgress } from '../evaluation/index.ts';
import { canonicalize, printRule, resolveRule, ruleKey } from '../rules/index.ts';
import type { ScoreRole } from '../store/index.ts';
import type { RunConfig } from './config.ts';
import type { Scored } from './events.ts';
import type { RunServices } from './run.ts';

const PROGRESS_EVERY_MS = 100;

/**
 * Evaluates for one run: equal rules (equal keys) with equal seeds are one evaluation, whether it is stored, by this run
 * or another, or on its way. What it resolves with is stored.
 */
export class Scorer {
  readonly #run: string;
  readonly #config: RunConfig;
  readonly #services: RunServices;
  readonly #signal: AbortSignal;
  /** Those on their way into the store, by key and seed. */
  readonly #evaluations = new Map<string, Promise<Scored>>();
  readonly #calls = new Set<Promise<Scored>>();
  #lastProgress = Number.NEGATIVE_INFINITY;

  /** @param signal Drops what is on its way. */
  constructor(run: string, config: RunConfig, services: RunServices, signal: AbortSignal) {
    this.#run = run;
    this.#config = config;
    this.#services = services;
    this.#signal = signal;
  }

  /** Scores a rule (text or name) in the given role. Evaluations start in the order of the calls. */
  score(role: ScoreRole, index: number, rule: string, seed: number): Promise<Scored> {
    const call = this.#score(role, index, rule, seed);
    this.#calls.add(call);
    // A failed one is kept, for whoever waits until all are settled.
    call.then(
      () => this.#calls.delete(call),
      () => undefined,
    );
    return call;
  }

  /** Resolves once nothing is on its way, in the store neither. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }

  async #score(role: ScoreRole, index: number, rule: string, seed: number): Promise<Scored> {
    const canonical = canonicalize(resolveRule(rule));
    const key = ruleKey(canonical);
    const id = `${key} ${seed}`;
    const equal = this.#evaluations.get(id);
    const evaluating = equal ?? this.#evaluate(printRule(canonical), key, seed);
    this.#evaluations.set(id, evaluating);
    const scored = await evaluating;
    const { evaluation } = scored;
    await this.#services.store.addScore(this.#run, role, index, evaluation);
    if (equal === undefined) this.#evaluations.delete(id);
    return equal === undefined ? scored : { evaluation, cached: true };
  }

  async #evaluate(rule: string, key: string, seed: number): Promise<Scored> {
    const { store, dispatcher, fingerprint, version } = this.#services;
    const { task, protocol, environment } = this.#config;
    const identity = { key, task, protocol, seed, environment, fingerprint, version };
    const stored = await store.findEvaluation(this.#run, identity);
    if (stored) return { evaluation: stored, cached: true };
    let worker: string | undefined;
    const evaluation = await dispatcher.evaluate(
      { rule, task, protocol, seed, environment },
      {
        signal: this.#signal,
        onProgress: (progress) => this.#report(progress),
        onWorker: (name) => {
          worker = name;
        },
      },
    );
    this.#checkMachine(evaluation);
    return { evaluation, cached: false, ...(worker === undefined ? {} : { worker }) };
  }

  #checkMachine(evaluation: Evaluation): void {
    const { fingerprint, version } = this.#services;
    if (evaluation.fingerprint === fingerprint && evaluation.version === version) return;
    throw new NosError(
      'fingerprint',
      `a worker computes as ${evaluation.fingerprint} (version ${evaluation.version}), the run as ${fingerprint} (version ${version})`,
      'use workers on equal processors with the same version of this program',
    );
  }

  #report(progress: EvaluationProgress): void {
    const { clock, dispatcher, onEvent } = this.#services;
    const now = clock();
    // Either way: a clock that is set back must not silence it.
    if (Math.abs(now - this.#lastProgress) < PROGRESS_EVERY_MS) return;
    this.#lastProgress = now;
    onEvent?.({ type: 'progress', workers: dispatcher.workers(), progress });
  }
}
