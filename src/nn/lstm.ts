import { add, concat, matmul, mul, reshape, sigmoid, slice, type Tensor, tanh } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import { fanInUniform, type Initial } from './initial.ts';

/** What an LSTM remembers: output and cell, [batch, hidden] each. */
export interface LstmState {
  readonly output: Tensor;
  readonly cell: Tensor;
}

/**
 * One step of an LSTM (Hochreiter & Schmidhuber 1997, with forget gate): c ← f·c + i·tanh(z), h ← o·tanh(c).
 *
 * @param recurrentWeights [hidden, 4·hidden]; the gates stand in the order input, forget, output, candidate.
 * @param projected What the step's input gives to the gates, bias included: [batch, 4·hidden].
 * @param before Undefined at the first step, where output and cell are 0.
 */
export function lstmStep(recurrentWeights: Tensor, projected: Tensor, before?: LstmState): LstmState {
  const gates = before ? add(matmul(before.output, recurrentWeights), projected) : projected;
  const hidden = (gates.shape[1] as number) / 4;
  const opened = sigmoid(slice(gates, 1, 0, 3 * hidden));
  const gate = (k: number): Tensor => slice(opened, 1, k * hidden, (k + 1) * hidden);
  const written = mul(gate(0), tanh(slice(gates, 1, 3 * hidden, 4 * hidden)));
  const cell = before ? add(mul(gate(1), before.cell), written) : written;
  return { output: mul(gate(2), tanh(cell)), cell };
}

/** An LSTM's parameters at work, for networks that unroll it themselves. */
export interface LstmCell {
  /** Inputs of any steps [rows, inputs] to what they give to the gates, [rows, 4·hidden]: one product for all steps. */
  project(x: Tensor): Tensor;
  /** {@link lstmStep}. */
  step(projected: Tensor, before?: LstmState): LstmState;
}

export interface LstmCellOptions {
  readonly inputs: number;
  readonly hidden: number;
  /** How every parameter starts. Default uniform in ±1/√hidden, as PyTorch's. */
  readonly initial?: Initial;
}

/**
 * Asks for the parameters of an LSTM: `name.inputWeights` [inputs, 4·hidden], `name.recurrentWeights` [hidden, 4·hidden] and
 * `name.gateBias` [4·hidden], with the gates in the order input, forget, output, candidate.
 */
export function lstmCell(nn: NetworkBuilder, name: string, options: LstmCellOptions): LstmCell {
  const { inputs, hidden, initial = fanInUniform(hidden) } = options;
  const inputWeights = nn.parameter(`${name}.inputWeights`, [inputs, 4 * hidden], initial);
  const recurrentWeights = nn.parameter(`${name}.recurrentWeights`, [hidden, 4 * hidden], initial);
  const gateBias = nn.parameter(`${name}.gateBias`, [4 * hidden], initial);
  return {
    project: (x) => add(matmul(x, inputWeights), gateBias),
    step: (projected, before) => lstmStep(recurrentWeights, projected, before),
  };
}

export interface LstmOptions extends Omit<LstmCellOptions, 'inputs'> {
  /** Time steps: x has steps·batch rows. */
  readonly steps: number;
  /** Reads from the last step to the first. Default false. */
  readonly reverse?: boolean;
  /**
   * [steps·batch]: where it is 0 the state is 0 too, so that sequences padded at their end can be read in reverse. Default:
   * every step counts.
   */
  readonly mask?: Tensor;
}

/**
 * An LSTM layer over whole sequences, from a state of zeros: x [steps·batch, inputs] to its outputs [steps·batch, hidden]. Row
 * t·batch + b is step t of sequence b. Parameters: those of {@link lstmCell}.
 *
 * @example const hidden = lstm(nn, 'layer0', embedding(nn, 'embedding', tokens, sizes), { hidden: 128, steps: 50 });
 */
export function lstm(nn: NetworkBuilder, name: string, x: Tensor, options: LstmOptions): Tensor {
  const { steps, reverse = false, mask, ...sizes } = options;
  const [rows = 0, inputs] = x.shape;
  if (x.shape.length !== 2 || inputs === undefined || !(steps > 0) || rows % steps !== 0) {
    throw new RangeError(
      `lstm '${name}': expected [steps·batch, inputs] with ${steps} steps, got [${x.shape.join(', ')}]`,
    );
  }
  const cell = lstmCell(nn, name, { ...sizes, inputs });
  return unroll(cell, cell.project(x), { steps, reverse, ...(mask && { mask }) }).outputs;
}

export interface UnrollOptions extends Pick<LstmOptions, 'steps' | 'reverse' | 'mask'> {
  /** The state before the first step. Default: zeros. */
  readonly before?: LstmState | undefined;
}

/** The outputs [steps·batch, hidden] of projected inputs [steps·batch, 4·hidden], and the state after the last step read. */
export function unroll(
  cell: Pick<LstmCell, 'step'>,
  projected: Tensor,
  { steps, reverse = false, mask, before }: UnrollOptions,
): { readonly outputs: Tensor; readonly state: LstmState } {
  const batch = (projected.shape[0] as number) / steps;
  const at = (tensor: Tensor, t: number): Tensor => slice(tensor, 0, t * batch, (t + 1) * batch);
  const outputs: Tensor[] = [];
  let state = before;
  for (let i = 0; i < steps; i++) {
    const t = reverse ? steps - 1 - i : i;
    state = cell.step(at(projected, t), state);
    if (mask) state = masked(state, reshape(at(mask, t), [batch, 1]));
    outputs[t] = state.output;
  }
  return { outputs: concat(outputs, 0), state: state as LstmState };
}

function masked({ output, cell }: LstmState, mask: Tensor): LstmState {
  return { output: mul(output, mask), cell: mul(cell, mask) };
}
