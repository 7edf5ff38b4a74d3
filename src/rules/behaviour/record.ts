import type { Key } from '../../random/index.ts';
import { fillDraw } from '../program/draws.ts';
import { evaluateScalar, type Node, type Program, type RandomNode } from '../program/program.ts';
import { absorb } from './digest.ts';
import type { Probe } from './probes.ts';

/** A float32 value that is farther from the float64 one, relative to it, was made by rounding, underflow or overflow. */
const AGREEMENT = 2 ** -10;

/** The golden ratio: times it, short numbers such as 0.9 * 0.5 do not lie half-way between two that rounding chooses from. */
const OFF_CENTRE = 1.618033988749895;

/**
 * The updates of a program on a probe as {@link Field.recorded} gives them: that of element i at step s is at s · size + i. Nothing is carried
 * over: equal programs have equal records, in every process.
 */
export function record(program: Program, probe: Probe): Float32Array {
  const evaluation = new Evaluation(program, probe);
  const updates = new Float32Array(probe.times.length * probe.size);
  for (const step of probe.times.keys()) updates.set(evaluation.step(step).recorded(), step * probe.size);
  return updates;
}

/** The same updates in float64, which takes half the time. */
export function exactUpdates(program: Program, probe: Probe): Float64Array {
  const evaluation = new Evaluation(program, probe, false);
  const exact = new Float64Array(probe.times.length * probe.size);
  for (const step of probe.times.keys()) exact.set(evaluation.step(step).float64, step * probe.size);
  return exact;
}

/** The values of one node, computed in both precisions side by side. */
class Field {
  readonly float64: Float64Array;
  /** Stores round. */
  readonly float32: Float32Array;

  constructor(size: number) {
    this.float64 = new Float64Array(size);
    this.float32 = new Float32Array(size);
  }

  fill(exact: number): void {
    this.float64.fill(exact);
    this.float32.fill(exact);
  }

  set(other: Field): void {
    this.float64.set(other.float64);
    this.float32.set(other.float32);
  }

  /**
   * The float64 values, times a constant, rounded to float32: the roundings on the way, which another spelling of the rule
   * makes elsewhere, cannot be seen in them. Where float32 gives something else, that is what the rule does, and stands.
   */
  recorded(): Float32Array {
    return this.float32.map((single, i) => {
      const double = this.float64[i] as number;
      const agrees = Math.abs(single - double) < AGREEMENT * Math.abs(double); // of no infinity
      return (agrees ? double * OFF_CENTRE : single) + 0; // −0 is 0
    });
  }
}

class Evaluation {
  readonly #program: Program;
  readonly #probe: Probe;
  readonly #values: readonly Field[];
  readonly #slots: readonly Field[];
  /** Draws whose distribution another draw has too: what they are for must tell them apart. */
  readonly #shared: readonly boolean[];
  readonly #mask: Float32Array;
  readonly #single: boolean;

  /** @param single Whether float32 values are wanted. They also tell apart draws that share a distribution. */
  constructor(program: Program, probe: Probe, single = true) {
    this.#program = program;
    this.#probe = probe;
    this.#values = program.nodes.map(() => new Field(probe.size));
    this.#slots = program.slots.map(() => new Field(probe.size));
    this.#mask = new Float32Array(probe.size);
    const names = program.draws.map(({ distribution, parameters }) => `${distribution} ${parameters}`);
    this.#shared = names.map((name) => names.indexOf(name) !== names.lastIndexOf(name));
    this.#single = single || this.#shared.includes(true);
  }

  /** The rule's value. */
  step(step: number): Field {
    const { nodes, slots, result } = this.#program;
    const drawn = new Set<string>();
    nodes.forEach((node, i) => {
      this.#evaluate(node, this.#values[i] as Field, step, drawn);
    });
    slots.forEach(({ next }, i) => {
      this.#slots[i]?.set(this.#values[next] as Field);
    });
    return this.#values[result] as Field;
  }

  #evaluate(node: Node, out: Field, step: number, drawn: Set<string>): void {
    const { times, total, inputs } = this.#probe;
    switch (node.kind) {
      case 'literal':
        out.fill(node.exact);
        break;
      case 'scalar':
        out.fill(evaluateScalar(this.#program.scalars[node.index]!, times[step] as number, total));
        break;
      case 'input': {
        const source = inputs[node.name][step]!;
        out.float64.set(source);
        out.float32.set(source);
        break;
      }
      case 'previous':
        out.set(this.#slots[node.slot] as Field);
        break;
      case 'element':
        this.#map(node.args, out, (_, args) => node.operation.float64(args, node.parameters));
        break;
      case 'random': {
        const mask = this.#draw(node, step, drawn);
        this.#map(node.args, out, (i, args) =>
          node.operation.float64(mask[i] as number, args, node.parameters),
        );
      }
    }
  }

  #map(from: readonly number[], out: Field, f: (i: number, args: readonly number[]) => number): void {
    const sources = from.map((index) => this.#values[index] as Field);
    const args = sources.map(() => 0);
    for (let i = 0; i < out.float64.length; i++) {
      for (let k = 0; k < args.length; k++) args[k] = (sources[k] as Field).float64[i] as number;
      out.float64[i] = f(i, args);
      if (!this.#single) continue;
      for (let k = 0; k < args.length; k++) args[k] = (sources[k] as Field).float32[i] as number;
      out.float32[i] = f(i, args);
    }
  }

  /**
   * The draws of a node: the same for every rule that draws once of this distribution. A rule that draws more often has
   * independent draws, told apart by what their operands are at this step, whatever their spelling; and by their order
   * where the operands are the same.
   */
  #draw(node: RandomNode, step: number, drawn: Set<string>): Float32Array {
    const draw = this.#program.draws[node.draw] as Program['draws'][number];
    let key: Key = absorb(
      this.#probe.keys[step] as Key,
      new Uint32Array(Float64Array.from(draw.parameters).buffer),
    );
    if (this.#shared[node.draw]) {
      for (const arg of node.args) key = absorb(key, wordsOf((this.#values[arg] as Field).recorded()));
      while (drawn.has(nameOf(key))) key = absorb(key, new Uint32Array(1));
      drawn.add(nameOf(key));
    }
    fillDraw(draw, key, this.#mask);
    return this.#mask;
  }
}

const nameOf = ({ k0, k1 }: Key): string => `${k0} ${k1}`;

const NAN_WORD = 0x7fc00000;

/** The bits of float32 values; every NaN has the same. */
export function wordsOf(values: Float32Array): Uint32Array {
  const words = new Uint32Array(values.slice().buffer);
  values.forEach((value, i) => {
    if (Number.isNaN(value)) words[i] = NAN_WORD;
  });
  return words;
}
