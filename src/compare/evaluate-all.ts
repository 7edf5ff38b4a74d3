import type { Evaluation, EvaluationProgress, IdentifiedRequest } from '../evaluation/index.ts';
import { Once, type OnceServices, type Scored } from '../run/index.ts';
import type { Origin } from '../store/index.ts';

/** What a comparison is given by its caller. */
export interface EvaluationServices extends OnceServices {
  /** Who asks, for the origin of what is made: `nos compare`. */
  readonly by: string;
  /** Ends the work; what is done is kept. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EvaluationEvent) => void;
}

/** What is said while evaluations go: first how many there are and which of them were stored already, then each. */
export type EvaluationEvent =
  | {
      readonly type: 'started';
      readonly total: number;
      readonly stored: number;
      /** Who made those that were stored, each once with the first time of it. */
      readonly origins: readonly Origin[];
    }
  | { readonly type: 'progress'; readonly request: IdentifiedRequest; readonly progress: EvaluationProgress }
  | { readonly type: 'evaluated'; readonly request: IdentifiedRequest; readonly evaluation: Evaluation };

/**
 * Makes all evaluations that are requested, in the order of the requests, each equal one once ({@link Once}). Each is stored as it
 * ends, so that a second call costs nothing and an ended one goes on. A failed evaluation (three crashes or hangs) is given back, but not
 * kept: the next call tries again.
 *
 * @throws NosError as `Once.evaluate`. Nothing is on its way then.
 */
export async function evaluateAll(
  requests: readonly IdentifiedRequest[],
  services: EvaluationServices,
): Promise<readonly Evaluation[]> {
  const { by, onEvent = () => undefined } = services;
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(services.signal ? [services.signal] : [])]);
  const once = new Once(services, {
    by,
    signal,
    onProgress: (request, progress) => onEvent({ type: 'progress', request, progress }),
  });
  const found = await Promise.all(requests.map((request) => once.find(request)));
  const stored = found.filter((one) => one !== undefined);
  onEvent({ type: 'started', total: requests.length, stored: stored.length, origins: originsOf(stored) });
  const calls = requests.map(async (request, i) => {
    if (found[i] !== undefined) return found[i].evaluation;
    const { evaluation } = await once.evaluate(request);
    onEvent({ type: 'evaluated', request, evaluation });
    return evaluation;
  });
  for (const call of calls) call.catch((reason: unknown) => failure.abort(reason));
  try {
    return await Promise.all(calls);
  } finally {
    await Promise.allSettled(calls);
  }
}

function originsOf(stored: readonly Scored[]): readonly Origin[] {
  const origins = new Map<string, Origin>();
  for (const { origin } of stored) {
    const known = origin && origins.get(origin.by);
    if (origin && (known === undefined || origin.at < known.at)) origins.set(origin.by, origin);
  }
  return [...origins.values()];
}
