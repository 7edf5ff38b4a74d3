import {
  type Evaluation,
  type EvaluationProgress,
  type IdentifiedRequest,
  inFull,
  parseProtocol,
  parseRegime,
  printRegime,
  type RuleIdentity,
  regimeOf,
} from '../evaluation/index.ts';
import type { ScoreRole } from '../store/index.ts';
import { AlikeRules, type Original } from './alike.ts';
import type { RunConfig } from './config.ts';
import type { Scored } from './events.ts';
import { Once } from './once.ts';
import { rescaled, reused, standsForCopies } from './reuse.ts';
import type { RunServices } from './run.ts';

const PROGRESS_EVERY_MS = 100;

/** Evaluates for one run, each equal evaluation once. What it resolves with is stored as the run's score. */
export class Scorer {
  readonly #run: string;
  readonly #config: RunConfig;
  readonly #services: RunServices;
  readonly #once: Once;
  readonly #calls = new Set<Promise<Scored>>();
  /** What the run's rules do, if the protocol trains one rule of those that do the same. */
  readonly #alike: AlikeRules | undefined;
  #lastProgress = Number.NEGATIVE_INFINITY;

  /** @param signal Drops what is on its way. */
  constructor(run: string, config: RunConfig, services: RunServices, signal: AbortSignal) {
    this.#run = run;
    this.#config = config;
    this.#services = services;
    const { equals, near } = parseProtocol(config.protocol).shortcuts;
    this.#alike = equals && new AlikeRules({ near: near === true });
    const onProgress = (_: unknown, progress: EvaluationProgress): void => this.#report(progress);
    this.#once = new Once(services, { by: `run ${run}`, run, signal, onProgress });
  }

  /** Takes note of a rule that was scored before this process went on with the run; in the run's order. */
  meet(rule: RuleIdentity): void {
    this.#alike?.meet(rule);
  }

  /**
   * Scores a rule in the given role. Evaluations start in the order of the calls. Under a protocol that trains one rule of those that do the
   * same, or nearly so, a proposal has the evaluation of the first that does what it does, by the order of the calls for references and proposals.
   */
  score(role: ScoreRole, index: number, rule: RuleIdentity, seed: number): Promise<Scored> {
    const original = role === 'retest' ? undefined : this.#alike?.meet(rule, role === 'reference');
    const call =
      role === 'proposal' && original !== undefined
        ? this.#scoreAlike(index, rule, seed, original)
        : this.#score(role, index, rule, seed);
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

  async #score(role: ScoreRole, index: number, rule: RuleIdentity, seed: number): Promise<Scored> {
    const { store } = this.#services;
    const request = this.#requestOf(rule, seed, role);
    const scored = await this.#once.evaluate(request, (evaluation, origin) =>
      store.addScore(this.#run, role, index, evaluation, origin),
    );
    if (scored.cached) await store.addScore(this.#run, role, index, scored.evaluation);
    return scored;
  }

  async #scoreAlike(index: number, rule: RuleIdentity, seed: number, original: Original): Promise<Scored> {
    const evaluation = await this.#reuse(rule, seed, original);
    if (evaluation === undefined) return this.#score('proposal', index, rule, seed);
    const { store, clock } = this.#services;
    const origin = { by: `run ${this.#run}`, at: new Date(clock()).toISOString() };
    await store.addScore(this.#run, 'proposal', index, evaluation, origin);
    return { evaluation, cached: true };
  }

  /** The evaluation of a rule that need not be trained; nothing if it must, as where the original's was lost for outside reasons. */
  async #reuse(
    rule: RuleIdentity,
    seed: number,
    { rule: first, like, near }: Original,
  ): Promise<Evaluation | undefined> {
    const evaluate = async (other: RuleIdentity): Promise<Evaluation> =>
      (await this.#once.evaluate(this.#requestOf(other, seed))).evaluation;
    if (near !== undefined) {
      const copied = (await this.#reuse(near.rule, seed, near)) ?? (await evaluate(near.rule));
      if (standsForCopies(copied)) return reused(copied, rule, { near: true });
    }
    const shifted = like && rescaled(await evaluate(like.rule), first, like.factor);
    if (rule.key === first.key) return shifted;
    const evaluation = shifted ?? (await evaluate(first));
    return evaluation.status === 'failed' ? undefined : reused(evaluation, rule);
  }

  #requestOf({ text, key }: RuleIdentity, seed: number, role: ScoreRole = 'proposal'): IdentifiedRequest {
    const { task } = this.#config;
    const regime = parseRegime(regimeOf(this.#config));
    // Shortcuts estimate: what is said of a rule in the end is measured.
    const protocol = role === 'retest' ? inFull(regime.protocol) : regime.protocol;
    return { rule: text, key, task, seed, ...printRegime({ ...regime, protocol }) };
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
