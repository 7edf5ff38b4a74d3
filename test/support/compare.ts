import type { Dispatcher, EvaluateOptions } from '../../src/dispatch/index.ts';
import {
  type Evaluation,
  type EvaluationRequest,
  identityOf,
  parseConditions,
  printConditions,
} from '../../src/evaluation/index.ts';
import { stream } from '../../src/random/index.ts';

/** An evaluation with everything usual but what is given. */
export function evaluationOf(
  request: EvaluationRequest,
  reward: number,
  more: Partial<Evaluation> = {},
): Evaluation {
  const sweep = [1e-3, 1e-2, 1e-1].map((learningRate, i) => ({
    learningRate,
    accuracy: 0.5 + 0.1 * (i % 2),
  }));
  return {
    ...request,
    ...printConditions(parseConditions(request)),
    key: identityOf(request.rule).key,
    learningRate: 1e-2,
    edgeOfGrid: false,
    sweep,
    reward,
    curve: [reward / 2, reward],
    status: 'ok',
    steps: 100,
    seconds: 0.5,
    fingerprint: 'this machine',
    version: '1.0.0',
    ...more,
  };
}

/** Evaluates at once, with rewards that are a pure function of the request: 0.8, in an environment 0.4, and a normal part of 0.02. */
export class NormalDispatcher implements Dispatcher {
  readonly requests: EvaluationRequest[] = [];
  readonly #change: (evaluation: Evaluation) => Evaluation;

  constructor(change = (evaluation: Evaluation) => evaluation) {
    this.#change = change;
  }

  async evaluate(request: EvaluationRequest, { signal }: EvaluateOptions = {}): Promise<Evaluation> {
    this.requests.push(request);
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw new DOMException('aborted', 'AbortError');
    const { rule, task, protocol, environment = 'none', seed } = request;
    const noise = stream(seed, rule, task, protocol).normal();
    return this.#change(evaluationOf(request, (environment === 'none' ? 0.8 : 0.4) + 0.02 * noise));
  }

  workers(): readonly [] {
    return [];
  }

  depth() {
    return { waiting: 0, active: 0 };
  }

  async close(): Promise<void> {}
}
