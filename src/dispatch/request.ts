import { type Evaluation, type EvaluationRequest, findProtocol, fingerprint } from '../evaluate/index.ts';
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
  const { classes } = await resolveTask(request.task);
  return async (reason) => ({
    ...request,
    key,
    learningRate: Number.NaN,
    edgeOfGrid: false,
    sweep: [],
    reward: 1 / classes,
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
