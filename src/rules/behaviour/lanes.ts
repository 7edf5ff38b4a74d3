import type { Expression } from '../language/expression.ts';
import { evaluateScalar, readsRate } from '../language/parts.ts';
import { orthogonalize } from '../program/orth.ts';
import type { Program } from '../program/program.ts';
import { type Matrix, reduceInto } from '../program/reduce.ts';
import { elementLoops, type LaneValues, randomLoops } from './loops.ts';

/** What one step reads: a value per lane, and the step's place in its training. */
export interface LaneInputs {
  readonly g: LaneValues;
  readonly w: LaneValues;
  /** t. */
  readonly time: number;
  /** T. */
  readonly total: number;
  /** The learning rate: the same for all lanes, or that of each. */
  readonly rate: number | LaneValues;
}

/**
 * A program run on many weights side by side, a lane each, node by node, in the precision of its arrays: float64, or float32, to which
 * every store rounds. Many times as fast as the interpreter, for a few hundred lanes.
 */
export class RuleLanes<A extends LaneValues> {
  /** The values of every node at this step. */
  readonly values: readonly A[];
  readonly #program: Program;
  readonly #tensors: readonly Matrix[];
  readonly #slots: readonly A[];
  /** The arrays that each node reads. */
  readonly #sources: readonly (readonly A[])[];

  /**
   * @param size Number of lanes.
   * @param zeros Makes an array of that length.
   * @param tensors Which lanes are the weights of one tensor.
   */
  constructor(program: Program, size: number, zeros: (length: number) => A, tensors: readonly Matrix[]) {
    this.#tensors = tensors;
    this.#program = program;
    // One allocation: an array of its own for each would take longer than what is computed in it.
    const memory = zeros(size * (program.nodes.length + program.slots.length));
    const part = (index: number): A => memory.subarray(index * size, (index + 1) * size) as A;
    this.values = program.nodes.map((_, i) => part(i));
    this.#slots = program.slots.map((_, i) => part(program.nodes.length + i));
    this.#sources = program.nodes.map((node) =>
      'args' in node ? node.args.map((arg) => this.values[arg]!) : [],
    );
    program.nodes.forEach((node, i) => {
      if (node.kind === 'literal') this.values[i]!.fill(node.exact);
    });
  }

  get result(): A {
    return this.values[this.#program.result]!;
  }

  /** The direction, and the weights to read out if the rule says. */
  get results(): readonly A[] {
    const { readout, slots } = this.#program;
    return readout === undefined ? [this.result] : [this.result, this.values[slots[readout]!.next]!];
  }

  /** Evaluates a node, whose arguments stand before it. @param draw The draw of each lane, for a random node. */
  evaluate(i: number, inputs: LaneInputs, draw?: LaneValues): void {
    const node = this.#program.nodes[i]!;
    const out = this.values[i]!;
    switch (node.kind) {
      case 'literal':
        return;
      case 'scalar':
        this.#scalar(out, this.#program.scalars[node.index]!, inputs);
        return;
      case 'input':
        out.set(inputs[node.name]);
        return;
      case 'previous':
        out.set(this.#slots[node.slot]!);
        return;
      case 'updated':
        out.set(this.#sources[i]![0]!);
        for (let lane = 0; lane < out.length; lane++) {
          out[lane]! *= typeof inputs.rate === 'number' ? inputs.rate : inputs.rate[lane]!;
          out[lane] = inputs.w[lane]! - out[lane]!;
        }
        return;
      case 'element':
        elementLoops[node.operation.name](out, this.#sources[i]!, node.parameters);
        return;
      case 'reduction':
        reduceInto(out, node.operation, this.#sources[i]![0]!, this.#tensors);
        return;
      case 'matrix': {
        const [x] = this.#sources[i]!;
        for (const { begin, end, rows, columns } of this.#tensors)
          out.set(orthogonalize<LaneValues>(x!.subarray(begin, end), rows, columns), begin);
        return;
      }
      case 'random':
        randomLoops[node.operation.name](out, [draw!, ...this.#sources[i]!], node.parameters);
    }
  }

  #scalar(out: LaneValues, e: Expression, { time: t, total: T, rate }: LaneInputs): void {
    if (typeof rate === 'number') out.fill(evaluateScalar(e, { t, T, lr: rate }));
    else if (readsRate(e)) out.set(rate.map((lr) => evaluateScalar(e, { t, T, lr })));
    else out.fill(evaluateScalar(e, { t, T, lr: 0 }));
  }

  /** Ends the step: every slot takes the value that it keeps for the next one. */
  endStep(): void {
    this.#program.slots.forEach(({ next }, slot) => {
      this.#slots[slot]!.set(this.values[next]!);
    });
  }
}
