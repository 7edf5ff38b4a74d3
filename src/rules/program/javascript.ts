import type { ReductionOperation } from '../language/operation.ts';
import type { ElementName, InputName, RandomName } from '../language/operations.ts';

/**
 * How operations are written in the JavaScript of {@link compileRule}: their float32 meaning. Arguments are texts of float32
 * values; they may be repeated, so give names or literals (in parentheses if negative), not long expressions. Every result
 * is in parentheses or a call.
 */
type Written = (args: readonly string[], parameters: readonly number[]) => string;

const infix =
  (symbol: string): Written =>
  ([x, y]) =>
    `Math.fround(${x} ${symbol} ${y})`;

/** A function that is computed in float64 and rounded once. */
const rounded =
  (f: string): Written =>
  (args) =>
    `Math.fround(${f}(${args.join(', ')}))`;

/** A function that never needs to be rounded. */
const exact =
  (f: string): Written =>
  (args) =>
    `${f}(${args.join(', ')})`;

/** A clip; NaN passes because no comparison with it holds. */
const clamp = (x: string, l: string): string => `(${x} > ${l} ? ${l} : ${x} < -${l} ? -${l} : ${x})`;

const comparison =
  (symbol: string): Written =>
  ([x, y]) =>
    `(${x} ${symbol} ${y} ? 1 : 0)`;

export const inputs: Readonly<Record<InputName, string>> = { g: 'gradient[i]', w: 'weights[i]' };

export const elements: Readonly<Record<ElementName, Written>> = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  neg: ([x]) => `(-${x})`,
  pow: rounded('Math.pow'),
  exp: rounded('Math.exp'),
  log: rounded('Math.log'),
  sqrt: rounded('Math.sqrt'),
  tanh: rounded('Math.tanh'),
  cos: rounded('Math.cos'),
  abs: exact('Math.abs'),
  sign: ([x]) => `(${x} > 0 ? 1 : ${x} < 0 ? -1 : ${x} === 0 ? 0 : ${x})`,
  clip: ([x], [l]) => clamp(x!, String(Math.fround(l!))),
  min: exact('Math.min'),
  max: exact('Math.max'),
  lt: comparison('<'),
  le: comparison('<='),
  where: ([c, x, y]) => `(${c} === 0 ? ${y} : ${x})`,
};

/** The first argument is the draw. */
export const randoms: Readonly<Record<RandomName, Written>> = {
  noise: ([draw]) => draw!,
  drop: ([draw, x]) => `(${draw} === 0 ? 0 : ${x})`,
};

/**
 * How a reduction adds a value to a partial result; what is joined of the eight, which are the elements of an array; how that of a tensor
 * joins that of the tensors before; and what it makes of it, for `count` weights.
 */
export function reduced({
  term,
  join,
  mean,
  root,
}: Pick<ReductionOperation, 'term' | 'join' | 'mean' | 'root'>): {
  readonly add: (partial: string, x: string) => string;
  readonly joined: (partials: string) => string;
  readonly join: (all: string, joined: string) => string;
  readonly finish: (joined: string, count: string) => string;
} {
  const of = {
    value: (x: string) => x,
    square: (x: string) => `${x} * ${x}`,
    magnitude: (x: string) => `Math.abs(${x})`,
  };
  if (join === 'largest') {
    return {
      add: (partial, x) => `${partial} = Math.max(${partial}, ${of[term](x)});`,
      joined: (p) => `Math.max(...${p})`,
      join: (all, joined) => `${all} = Math.max(${all}, ${joined});`,
      finish: (joined) => joined,
    };
  }
  return {
    add: (partial, x) => `${partial} += ${of[term](x)};`,
    joined: (p) =>
      `(((${p}[0] + ${p}[4]) + (${p}[2] + ${p}[6])) + ((${p}[1] + ${p}[5]) + (${p}[3] + ${p}[7])))`,
    join: (all, joined) => `${all} += ${joined};`,
    finish: (sum, count) => {
      const share = mean ? `${sum} / ${count}` : sum;
      return `Math.fround(${root ? `Math.sqrt(${share})` : share})`;
    },
  };
}
