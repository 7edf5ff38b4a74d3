import { createHash } from 'node:crypto';
import type { Dispatcher, EvaluateOptions } from '../src/dispatch/index.ts';
import { type Evaluation, type EvaluationRequest, identityOf } from '../src/evaluation/index.ts';
import { type Stream, stream } from '../src/random/index.ts';

/**
 * Evaluates by hashing, so that a run takes milliseconds and can be disturbed at every moment; results come in a random
 * order. (search.test.ts runs the same on real workers.)
 */
export class HashDispatcher implements Dispatcher {
  readonly requests: EvaluationRequest[] = [];
  readonly #order: Stream;
  readonly #outcome: (evaluation: Evaluation) => Evaluation;

  constructor(order = 0, outcome = (evaluation: Evaluation) => evaluation) {
    this.#order = stream(order, 'order');
    this.#outcome = outcome;
  }

  async evaluate(request: EvaluationRequest, { signal }: EvaluateOptions = {}): Promise<Evaluation> {
    this.requests.push(request);
    for (let turns = this.#order.integer(20); turns > 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw new DOMException('aborted', 'AbortError');
    }
    return this.#outcome(evaluationOf(request));
  }

  workers(): readonly [] {
    return [];
  }

  depth() {
    return { waiting: 0, active: 0 };
  }

  async close(): Promise<void> {}
}

function evaluationOf(request: EvaluationRequest): Evaluation {
  const { key } = identityOf(request.rule);
  const environment = request.environment ?? 'none';
  const named = `${key} ${request.seed}${environment === 'none' ? '' : ` ${environment}`}`;
  const reward = createHash('sha256').update(named).digest().readUInt32LE() / 2 ** 32;
  return {
    ...request,
    environment,
    key,
    learningRate: 0.1,
    edgeOfGrid: false,
    sweep: [{ learningRate: 10, accuracy: Number.NaN }],
    reward,
    curve: [reward],
    status: 'ok',
    steps: 1,
    seconds: 1,
    fingerprint: 'this machine',
    version: '1.0.0',
  };
}
