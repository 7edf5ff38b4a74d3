import type { Key } from '../../random/index.ts';
import { fillDraw } from '../program/draws.ts';
import type { Program, RandomNode } from '../program/program.ts';
import { absorb } from './digest.ts';
import { type LaneInputs, RuleLanes } from './lanes.ts';
import type { Probe } from './probes.ts';

/** A float32 value that is farther from the float64 one, relative to it, was made by rounding, underflow or overflow. */
const AGREEMENT = 2 ** -10;

/** The golden ratio: times it, short numbers such as 0.9 * 0.5 do not lie half-way between two that rounding chooses from. */
const OFF_CENTRE = 1.618033988749895;

/** The updates of a program on a probe: that of element i at step s is at s · size + i. What it reads out stands behind them. */
export interface UpdateRecord {
  readonly float64: Float64Array;
  readonly float32: Float32Array;
}

/** Nothing is carried over: equal programs have equal records, in every process. */
export function record(program: Program, probe: Probe, as: keyof Probe['tensors']): UpdateRecord {
  const recording = new Recording(program, probe, as);
  const updates = probe.times.length * probe.size;
  const all = updates * recording.float64.results.length;
  const made = { float64: new Float64Array(all), float32: new Float32Array(all) };
  for (const step of probe.times.keys()) {
    recording.step(step);
    for (const [i, values] of recording.float64.results.entries())
      made.float64.set(values, i * updates + step * probe.size);
    for (const [i, values] of recording.float32.results.entries())
      made.float32.set(values, i * updates + step * probe.size);
  }
  return made;
}

/** The float64 updates alone, which take half the time. */
export function exactUpdates(program: Program, probe: Probe, as: keyof Probe['tensors']): Float64Array {
  const recording = new Recording(program, probe, as, false);
  const updates = probe.times.length * probe.size;
  const exact = new Float64Array(updates * recording.float64.results.length);
  for (const step of probe.times.keys()) {
    recording.step(step);
    for (const [i, values] of recording.float64.results.entries())
      exact.set(values, i * updates + step * probe.size);
  }
  return exact;
}

/**
 * The float64 values, times a constant, rounded to float32: the roundings on the way, which another spelling of the rule
 * makes elsewhere, cannot be seen in them. Where float32 gives something else, that is what the rule does, and stands.
 */
export function recorded(updates: UpdateRecord): Float32Array {
  return Float32Array.from(seen(updates), (value) => value + 0); // −0 is 0
}

/** {@link recorded} over `scale`, rounded to as many digits, whatever their size: none is lost beside a huge one. */
export function rescaled(updates: UpdateRecord, scale: number): Float64Array {
  return seen(updates).map((value) => rounded(value / scale) + 0);
}

/** The largest absolute value of what is {@link recorded} that is finite; 0 if there is none. */
export function largestOf(updates: UpdateRecord): number {
  const finite = updates.float32.map((single) => (Math.abs(single) < Infinity ? Math.abs(single) : 0));
  return updates.float64.reduce(
    (so, double, i) => (finite[i]! > 0 ? Math.max(so, sizeOf(double, finite[i]!)) : so),
    0,
  );
}

const sizeOf = (double: number, single: number): number =>
  agree(double, single) ? Math.abs(double) : single;

/** Whether the float32 value is the float64 one but for rounding; of infinities it never is. */
const agree = (double: number, single: number): boolean =>
  Math.abs(single - double) < AGREEMENT * Math.abs(double);

const seen = ({ float64, float32 }: UpdateRecord): Float64Array =>
  float64.map((double, i) => (agree(double, float32[i]!) ? double * OFF_CENTRE : float32[i]!));

/** To 24 bits, as in float32 (Veltkamp's splitting), but of a float64's range. */
function rounded(x: number): number {
  if (!(Math.abs(x) < 1e290)) return x;
  const wide = x * (2 ** 29 + 1);
  return wide - (wide - x);
}

/** A program on a probe, computed in both precisions side by side. */
class Recording {
  readonly float64: RuleLanes<Float64Array>;
  readonly float32: RuleLanes<Float32Array>;
  readonly #program: Program;
  readonly #probe: Probe;
  /** Draws whose distribution another draw has too: what they are for must tell them apart. */
  readonly #shared: readonly boolean[];
  readonly #single: boolean;

  /** @param single Whether float32 values are wanted. They also tell apart draws that share a distribution. */
  constructor(program: Program, probe: Probe, as: keyof Probe['tensors'], single = true) {
    const tensors = probe.tensors[as];
    this.#program = program;
    this.#probe = probe;
    this.float64 = new RuleLanes(program, probe.size, (length) => new Float64Array(length), tensors);
    this.float32 = new RuleLanes(program, probe.size, (length) => new Float32Array(length), tensors);
    const names = program.draws.map(({ distribution, parameters }) => `${distribution} ${parameters}`);
    this.#shared = names.map((name) => names.indexOf(name) !== names.lastIndexOf(name));
    this.#single = single || this.#shared.includes(true);
  }

  step(step: number): void {
    const { times, total, inputs, rates } = this.#probe;
    const now: LaneInputs = {
      ...{ g: inputs.g[step]!, w: inputs.w[step]! },
      ...{ time: times[step]!, total, rate: rates[step]! },
    };
    const drawn = new Set<string>();
    this.#program.nodes.forEach((node, i) => {
      const draw = node.kind === 'random' ? this.#draw(node, step, drawn) : undefined;
      this.float64.evaluate(i, now, draw);
      if (this.#single) this.float32.evaluate(i, now, draw);
    });
    this.float64.endStep();
    if (this.#single) this.float32.endStep();
  }

  /**
   * The draws of a node: the same for every rule that draws once of this distribution. A rule that draws more often has
   * independent draws, told apart by what their operands are at this step, whatever their spelling; and by their order
   * where the operands are the same.
   */
  #draw(node: RandomNode, step: number, drawn: Set<string>): Float32Array {
    const draw = this.#program.draws[node.draw] as Program['draws'][number];
    const { keys, size } = this.#probe;
    let key: Key = absorb(keys[step]!, new Uint32Array(Float64Array.from(draw.parameters).buffer));
    if (this.#shared[node.draw]) {
      for (const arg of node.args) {
        const operand = { float64: this.float64.values[arg]!, float32: this.float32.values[arg]! };
        key = absorb(key, wordsOf(recorded(operand)));
      }
      while (drawn.has(nameOf(key))) key = absorb(key, new Uint32Array(1));
      drawn.add(nameOf(key));
    }
    const mask = new Float32Array(size);
    fillDraw(draw, key, mask);
    return mask;
  }
}

const nameOf = ({ k0, k1 }: Key): string => `${k0} ${k1}`;

const NAN_WORD = 0x7fc00000;

/** The bits of float32 values, in place; every NaN has the same. */
export function wordsOf(values: Float32Array | Float64Array): Uint32Array {
  const each = values.BYTES_PER_ELEMENT / Uint32Array.BYTES_PER_ELEMENT;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * each);
  for (let i = 0; i < values.length; i++)
    if (Number.isNaN(values[i])) words.fill(NAN_WORD, i * each, (i + 1) * each);
  return words;
}
