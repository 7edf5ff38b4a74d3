import {
  type EvaluationProgress,
  inFull,
  parseRegime,
  printRegime,
  type RuleIdentity,
  regimeOf,
} from '../evaluation/index.ts';
import type { ScoreRole } from '../store/index.ts';
import type { RunConfig } from './config.ts';
import type { Scored } from './events.ts';
import { Once } from './once.ts';
import type { RunServices } from './run.ts';

const PROGRESS_EVERY_MS = 100;

/** Evaluates for one run, each equal evaluation once. What it resolves with is stored as the run's score. */
export class Scorer {
  readonly #run: string;
  readonly #config: RunConfig;
  readonly #services: RunServices;
  readonly #once: Once;
  readonly #calls = new Set<Promise<Scored>>();
  #lastProgress = Number.NEGATIVE_INFINITY;

  /** @param signal Drops what is on its way. */
  constructor(run: string, config: RunConfig, services: RunServices, signal: AbortSignal) {
    this.#run = run;
    this.#config = config;
    this.#services = services;
    const onProgress = (_: unknown, progress: EvaluationProgress): void => this.#report(progress);
    this.#once = new Once(services, { by: `run ${run}`, run, signal, onProgress });
  }

  /** Scores a rule in the given role. Evaluations start in the order of the calls. */
  score(role: ScoreRole, index: number, rule: RuleIdentity, seed: number): Promise<Scored> {
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

  async #score(role: ScoreRole, index: number, { text, key }: RuleIdentity, seed: number): Promise<Scored> {
    const { store } = this.#services;
    const { task } = this.#config;
    const regime = parseRegime(regimeOf(this.#config));
    // Shortcuts estimate: what is said of a rule in the end is measured.
    const protocol = role === 'retest' ? inFull(regime.protocol) : regime.protocol;
    const request = { rule: text, key, task, seed, ...printRegime({ ...regime, protocol }) };
    const scored = await this.#once.evaluate(request, (evaluation, origin) =>
      store.addScore(this.#run, role, index, evaluation, origin),
    );
    if (scored.cached) await store.addScore(this.#run, role, index, scored.evaluation);
    return scored;
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
