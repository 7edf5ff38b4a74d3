import type { Dispatcher } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import type { Evaluation, EvaluationProgress, EvaluationRequest } from '../evaluation/index.ts';
import type { Store } from '../store/index.ts';
import type { Wanted } from './plan.ts';

/** What a comparison is given by its caller. */
export interface EvaluationServices {
  readonly store: Pick<Store, 'evaluations' | 'addEvaluation'>;
  /** Evaluates; stays open. */
  readonly dispatcher: Dispatcher;
  /** What this machine computes, as `fingerprint()` of evaluate/ gives it. */
  readonly fingerprint: string;
  /** The version of this package. */
  readonly version: string;
  /** Ends the work; what is done is kept. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EvaluationEvent) => void;
}

/** What is said while evaluations go: first how many there are and how many of them were stored already, then each. */
export type EvaluationEvent =
  | { readonly type: 'started'; readonly total: number; readonly stored: number }
  | { readonly type: 'progress'; readonly request: EvaluationRequest; readonly progress: EvaluationProgress }
  | { readonly type: 'evaluated'; readonly request: EvaluationRequest; readonly evaluation: Evaluation };

/**
 * Evaluates all that is wanted, in the order in which it is wanted; equal evaluations of the store, of whatever run or
 * comparison, stand for those that would be made again. Each is stored as it ends, so that a second call costs nothing and an
 * ended one goes on. A failed evaluation (three crashes or hangs) is given back, but not kept: the next call tries again.
 *
 * @throws NosError `fingerprint` where a worker computes otherwise than this machine; what store and dispatcher throw. Nothing
 *   is on its way then.
 */
export async function evaluateAll(
  wanted: readonly Wanted[],
  services: EvaluationServices,
): Promise<readonly Evaluation[]> {
  const { store, fingerprint, version, onEvent = () => undefined } = services;
  const stored = await Promise.all(
    wanted.map(async ({ rule: _, ...identity }) => {
      const [found] = await store.evaluations({ ...identity, fingerprint, version });
      return found;
    }),
  );
  const known = stored.filter((evaluation) => evaluation !== undefined);
  onEvent({ type: 'started', total: wanted.length, stored: known.length });
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(services.signal ? [services.signal] : [])]);
  const calls = wanted.map(async (one, i) => stored[i] ?? (await evaluate(one, services, signal)));
  for (const call of calls) call.catch((reason: unknown) => failure.abort(reason));
  try {
    return await Promise.all(calls);
  } finally {
    await Promise.allSettled(calls);
  }
}

async function evaluate(
  { key: _, ...request }: Wanted,
  services: EvaluationServices,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { store, dispatcher, onEvent = () => undefined } = services;
  const evaluation = await dispatcher.evaluate(request, {
    signal,
    onProgress: (progress) => onEvent({ type: 'progress', request, progress }),
  });
  checkMachine(evaluation, services);
  await store.addEvaluation(evaluation);
  onEvent({ type: 'evaluated', request, evaluation });
  return evaluation;
}

function checkMachine(evaluation: Evaluation, { fingerprint, version }: EvaluationServices): void {
  if (evaluation.fingerprint === fingerprint && evaluation.version === version) return;
  throw new NosError(
    'fingerprint',
    `a worker computes as ${evaluation.fingerprint} (version ${evaluation.version}), this machine as ${fingerprint} (version ${version}): their results cannot be compared`,
    'use workers on equal processors with the same version of this program',
  );
}
