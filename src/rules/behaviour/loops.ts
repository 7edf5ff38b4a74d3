import type { ElementName, RandomName } from '../language/operations.ts';

/** Float64 values, or float32 ones, to which every store rounds. */
export type LaneValues = Float64Array | Float32Array;

/** Writes an operation's values over arrays of equal lengths; the meaning is that of its `float64`, element by element. */
type Loop = (out: LaneValues, args: readonly LaneValues[], parameters: readonly number[]) => void;

/**
 * The operations as loops over arrays, each written out: a loop that is handed a function runs at a tenth of the speed, as the
 * compiler of JavaScript cannot see through it.
 */
export const elementLoops: Readonly<Record<ElementName, Loop>> = {
  add(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! + y![i]!;
  },
  sub(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! - y![i]!;
  },
  mul(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! * y![i]!;
  },
  div(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! / y![i]!;
  },
  neg(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = -x![i]!;
  },
  pow(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! ** y![i]!;
  },
  exp(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.exp(x![i]!);
  },
  log(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.log(x![i]!);
  },
  sqrt(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x![i]!);
  },
  tanh(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.tanh(x![i]!);
  },
  cos(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.cos(x![i]!);
  },
  abs(out, [x]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(x![i]!);
  },
  sign(out, [x]) {
    for (let i = 0; i < out.length; i++) {
      const a = x![i]!;
      out[i] = a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : a;
    }
  },
  clip(out, [x], [l]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(-l!, Math.min(l!, x![i]!));
  },
  min(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(x![i]!, y![i]!);
  },
  max(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(x![i]!, y![i]!);
  },
  lt(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! < y![i]! ? 1 : 0;
  },
  le(out, [x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = x![i]! <= y![i]! ? 1 : 0;
  },
  where(out, [c, x, y]) {
    for (let i = 0; i < out.length; i++) out[i] = c![i] === 0 ? y![i]! : x![i]!;
  },
};

/** The random operations the same way; the first argument is the draw. */
export const randomLoops: Readonly<Record<RandomName, Loop>> = {
  noise(out, [draw]) {
    out.set(draw!);
  },
  drop(out, [draw, x]) {
    for (let i = 0; i < out.length; i++) out[i] = draw![i] === 0 ? 0 : x![i]!;
  },
};
