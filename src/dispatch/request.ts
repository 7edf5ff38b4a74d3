import { fingerprint } from '../evaluate/index.ts';
import {
  type ConditionNames,
  type Evaluation,
  type EvaluationRequest,
  identityOf,
  lostReward,
  type Metric,
  metricOf,
  ownScore,
  PROGRAM_FINGERPRINT,
  parseConditions,
  printConditions,
} from '../evaluation/index.ts';
import { resolveTask } from '../tasks/index.ts';
import { packageVersion } from '../version.ts';

/** A request that is in order: canonical text, the rule's key, and every condition by its one name. */
export interface CheckedRequest {
  readonly request: ConditionNames & { readonly rule: string };
  readonly key: string;
  /** What the task's score is called, and which way it gets better. */
  readonly metric: Metric;
  /** Makes the evaluation if every try is lost, the last one for `reason`: status `failed`, the reward of a training that came to nothing. */
  readonly failed: (reason: string) => Promise<Evaluation>;
}

/**
 * Refuses a request that no worker could do.
 *
 * @throws NosError `bad-rule`, `unknown-name`, `bad-option`, as rules/, tasks/ and evaluation/ throw them.
 */
export async function checkRequest({ rule, ...conditions }: EvaluationRequest): Promise<CheckedRequest> {
  const { text, key } = identityOf(rule);
  const request = { rule: text, ...printConditions(parseConditions(conditions)) };
  const task = await resolveTask(request.task);
  const metric = metricOf(task);
  const lost = { reward: lostReward(task) };
  const failed: CheckedRequest['failed'] = async (reason) => ({
    ...request,
    key,
    learningRate: Number.NaN,
    edgeOfGrid: false,
    sweep: [],
    ...lost,
    ...ownScore(lost, metric),
    curve: [],
    status: 'failed',
    steps: 0,
    seconds: 0,
    fingerprint: task.program ? PROGRAM_FINGERPRINT : await fingerprint(),
    version: packageVersion,
    error: reason,
  });
  return { request, key, metric, failed };
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
