import {
  add,
  exp,
  gradients,
  input,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  sum,
  type Tensor,
} from '../graph/index.ts';
import { type LstmState, lstmStep, unroll } from '../nn/index.ts';
import { embeddingRows, logitCount, type ParameterName, type PolicyShape, parameterSpecs } from './shape.ts';

/** The policy's parameters as graph inputs of the same names. */
export type Parameters = Readonly<Record<ParameterName, Tensor>>;

export function parameterInputs(shape: PolicyShape): Parameters {
  const inputs = parameterSpecs(shape).map((spec) => [spec.name, input(spec.name, spec.shape)]);
  return Object.fromEntries(inputs) as Parameters;
}

/** ∂loss/∂parameter for every parameter, under the names `gradient of …`. */
export function parameterGradients(parameters: Parameters, loss: Tensor): Record<string, Tensor> {
  const found = gradients(loss, Object.values(parameters));
  return Object.fromEntries(
    Object.keys(parameters).map((name, i) => [`gradient of ${name}`, found[i] as Tensor]),
  );
}

/** x [n, embedding] as the LSTM's gates see it, [n, 4·hidden]. */
export function projectInput(parameters: Parameters, x: Tensor): Tensor {
  return add(matmul(x, parameters.inputWeights), parameters.gateBias);
}

/** The logits of all positions, [n, logits], from the LSTM's output [n, hidden]. */
export function headLogits(parameters: Parameters, output: Tensor): Tensor {
  return add(matmul(output, parameters.headWeights), parameters.headBias);
}

/**
 * The policy as a function of its parameters, for strings that are given (teacher forcing): what every algorithm's
 * objective is written with. Rows are position-major: row t·batch + b is position t of string b. Inputs apart from the
 * parameters, as `encodeStrings` makes them: `previous` [rows, embedding rows], `mask` and `chosen` [rows, logits].
 */
export interface PolicyGraph {
  readonly parameters: Parameters;
  /** log p of every token given the prefix, [rows, logits]; hugely negative where it is not allowed. */
  readonly logProbabilities: Tensor;
  /** log p of the string's own token at each row, [rows]. */
  readonly chosen: Tensor;
  /** Mean over all rows of the entropy of the next token, in nats; a scalar. */
  readonly entropy: Tensor;
}

export function policyGraph(shape: PolicyShape, batch: number): PolicyGraph {
  const parameters = parameterInputs(shape);
  const positions = shape.vocabularies.length;
  const rows = positions * batch;
  const previous = input('previous', [rows, embeddingRows(shape)]);
  const projected = projectInput(parameters, matmul(previous, parameters.embedding));
  const step = (x: Tensor, before?: LstmState) => lstmStep(parameters.recurrentWeights, x, before);
  const { outputs } = unroll({ step }, projected, { steps: positions });
  const masked = add(headLogits(parameters, outputs), input('mask', [rows, logitCount(shape)]));
  const logProbabilities = logSoftmax(masked);
  const own = mul(logProbabilities, input('chosen', [rows, logitCount(shape)]));
  return {
    parameters,
    logProbabilities,
    chosen: sum(own, { axes: [1] }),
    entropy: neg(mean(sum(mul(exp(logProbabilities), logProbabilities), { axes: [1] }))),
  };
}
