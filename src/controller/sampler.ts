import { input, SessionCache, type Tensor } from '../graph/index.ts';
import { lstmStep } from '../nn/index.ts';
import type { Stream } from '../random/index.ts';
import { headLogits, parameterInputs, projectInput } from './lstm.ts';
import { logitCount, logitOffsets, type PolicyShape, parameterViews, type TokenSpace } from './shape.ts';
import { embeddingRow } from './strings.ts';

/** A token string and its log-probability, in nats, under the policy that wrote it. */
export interface Sample {
  readonly tokens: readonly number[];
  readonly logProbability: number;
}

/**
 * Draws strings from the policy, a batch in step: the engine computes one LSTM step and the logits, the token is drawn
 * here, in float64, by one uniform number per string and position, position by position. Sessions are cached per batch
 * size.
 */
export class Sampler {
  readonly #shape: PolicyShape;
  readonly #space: TokenSpace;
  readonly #sessions: SessionCache;

  constructor(shape: PolicyShape, space: TokenSpace) {
    this.#shape = shape;
    this.#space = space;
    this.#sessions = new SessionCache((batch) => stepGraph(shape, batch));
  }

  /** @param flat The parameters. */
  async sample(flat: Float32Array, count: number, random: Stream): Promise<readonly Sample[]> {
    const session = await this.#sessions.of(count);
    const { hidden, embedding, vocabularies } = this.#shape;
    const offsets = logitOffsets(this.#shape);
    const { embedding: table, ...parameters } = parameterViews(this.#shape, flat);
    const strings = Array.from({ length: count }, (): number[] => []);
    const logProbabilities = new Float64Array(count);
    const x = new Float32Array(count * embedding);
    let state: Record<string, Float32Array> = {
      output: new Float32Array(count * hidden),
      cell: new Float32Array(count * hidden),
    };
    for (let t = 0; t < vocabularies.length; t++) {
      strings.forEach((tokens, b) => {
        const start = embeddingRow(offsets, tokens, t) * embedding;
        x.set((table as Float32Array).subarray(start, start + embedding), b * embedding);
      });
      const step = (await session.run({ ...parameters, x, ...state })) as StepResults;
      state = { output: step.nextOutput, cell: step.nextCell };
      strings.forEach((tokens, b) => {
        const logits = step.logits.subarray(b * logitCount(this.#shape) + (offsets[t] as number));
        const distribution = maskedLogSoftmax(logits, this.#space.allowed(tokens));
        const token = draw(distribution, random.uniform());
        logProbabilities[b] = (logProbabilities[b] as number) + (distribution[token] as number);
        tokens.push(token);
      });
    }
    return strings.map((tokens, b) => ({ tokens, logProbability: logProbabilities[b] as number }));
  }

  /** Frees the sessions. */
  close(): Promise<void> {
    return this.#sessions.close();
  }
}

type StepResults = Readonly<Record<'logits' | 'nextOutput' | 'nextCell', Float32Array>>;

/** One LSTM step over the inputs x [batch, embedding], output and cell [batch, hidden], and the parameters. */
function stepGraph(shape: PolicyShape, batch: number): Record<keyof StepResults, Tensor> {
  const parameters = parameterInputs(shape);
  const before = {
    output: input('output', [batch, shape.hidden]),
    cell: input('cell', [batch, shape.hidden]),
  };
  const x = input('x', [batch, shape.embedding]);
  const { output, cell } = lstmStep(parameters.recurrentWeights, projectInput(parameters, x), before);
  return { logits: headLogits(parameters, output), nextOutput: output, nextCell: cell };
}

/** log p of every token, normalised over the allowed ones; −∞ for the others. Logits beyond `allowed` are not read. */
export function maskedLogSoftmax(logits: ArrayLike<number>, allowed: readonly boolean[]): Float64Array {
  const masked = Float64Array.from(allowed, (yes, i) => (yes ? (logits[i] as number) : -Infinity));
  const largest = Math.max(...masked);
  const total = masked.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  const shift = largest + Math.log(total);
  return masked.map((logit) => logit - shift);
}

/** The token at `uniform` in [0, 1) of the cumulative distribution; never one of probability 0. */
export function draw(logProbabilities: Float64Array, uniform: number): number {
  let left = uniform;
  let last = -1;
  for (const [token, logProbability] of logProbabilities.entries()) {
    const probability = Math.exp(logProbability);
    if (!(probability > 0)) continue;
    last = token;
    left -= probability;
    if (left < 0) break;
  }
  if (last < 0) throw new RangeError('no token is allowed here, or a logit is not finite');
  return last;
}
