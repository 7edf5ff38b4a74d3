import { environments, fingerprint } from '../evaluate/index.ts';
import { type Evaluation, type EvaluationRequest, findProtocol } from '../evaluation/index.ts';
import { resolveRule, ruleKey } from '../rules/index.ts';
import { resolveTask } from '../tasks/index.ts';
import { packageVersion } from '../version.ts';

/** Makes the evaluation of a request whose every try was lost, the last for `reason`: status `failed`, reward chance. */
export type FailedEvaluation = (reason: string) => Promise<Evaluation>;

/**
 * Refuses a request that no worker could do.
 *
 * @throws NosError `bad-rule`, `unknown-name`, as rules/, tasks/ and evaluate/ throw them.
 */
export async function checkRequest(request: EvaluationRequest): Promise<FailedEvaluation> {
  const key = ruleKey(resolveRule(request.rule));
  findProtocol(request.protocol);
  const environment = environments.find(request.environment ?? 'none').name;
  const { chance } = await resolveTask(request.task);
  return async (reason) => ({
    ...request,
    environment,
    key,
    learningRate: Number.NaN,
    edgeOfGrid: false,
    sweep: [],
    reward: chance,
    curve: [],
    status: 'failed',
    steps: 0,
    seconds: 0,
    fingerprint: await fingerprint(),
    version: packageVersion,
    error: reason,
  });
}

/** What a request is rejected with that its caller, or `close`, has ended. */
export function aborted(): Error {
  return new DOMException('the evaluation was aborted', 'AbortError');
}

/**
 * A promise that can be ended: by its caller's signal, where there is one, or by that of `close`.
 *
 * @param start Begins the work; what it returns ends it, and must reject. `stop` fires with the first of the signals.
 */
export async function abortable<T>(
  { signal, closed }: { readonly signal: AbortSignal | undefined; readonly closed: AbortSignal },
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void, stop: AbortSignal) => () => void,
): Promise<T> {
  // A signal of its own: a thousand listeners on the caller's would be reported as a leak.
  const stop = AbortSignal.any(signal ? [signal, closed] : [closed]);
  if (stop.aborted) throw aborted();
  let onAbort = (): void => undefined;
  const settled = new Promise<T>((resolve, reject) => {
    onAbort = start(resolve, reject, stop);
  });
  stop.addEventListener('abort', onAbort);
  return settled.finally(() => stop.removeEventListener('abort', onAbort));
}
