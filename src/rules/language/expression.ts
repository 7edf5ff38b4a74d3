/**
 * An update rule is an expression over the gradient, the weight and the step (see docs/language.md). Nodes are plain
 * immutable data: build them with {@link literal}, {@link leaf} and {@link call}; the operations table
 * (`operations.ts`) says what each name means.
 */
export type Expression = Literal | Leaf | Call;

/** A finite float64 constant. */
export interface Literal {
  readonly kind: 'literal';
  readonly value: number;
}

/** A named value without arguments: `g`, `w`, `t`, `T`, `noise`, `anneal`, `ld`, `m`, `v`, `gamma`, `adam`, `rmsprop`, `eps`. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
}

/**
 * An operation applied to arguments. `parameters` are the literal numbers that are part of the operation and not values:
 * b of `ema(x, b)` and `acc(x, b)`, p of `drop(x, p)`, l of `clip(x, l)`, n of `cd(n)` and `rd(n)`.
 * Infix operators have the names `add`, `sub`, `mul`, `div`, `pow`, and unary minus is `neg`.
 */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly parameters: readonly number[];
}

export const literal = (value: number): Literal => ({ kind: 'literal', value });
export const leaf = (name: string): Leaf => ({ kind: 'leaf', name });
export const call = (
  name: string,
  args: readonly Expression[],
  parameters: readonly number[] = [],
): Call => ({
  kind: 'call',
  name,
  args,
  parameters,
});
