import type { Expression } from './expression.ts';
import type { ElementOperation, Facts, Latex, Operation, Parameter, StateOperation } from './operation.ts';
import { everything, type Range, rangeFrom } from './range.ts';

/** What the entries of the table in `operations.ts` are written with. */

export const atom = (text: string): Latex => ({ render: () => text });
export const named = (name: string): Latex => ({
  render: (args, parameters) =>
    `\\operatorname{${name}}\\left(${[...args, ...parameters].join(', ')}\\right)`,
});
export const macroNamed = (name: string): Latex => atom(`\\mathrm{${name}}`);

export const fround1 = (f: string) => (args: readonly string[]) => `Math.fround(${f}(${args.join(', ')}))`;
export const infixed = (symbol: string) => (args: readonly string[]) =>
  `Math.fround(${args[0] as string} ${symbol} ${args[1] as string})`;

export const first = (args: readonly number[]) => args[0] as number;
export const second = (args: readonly number[]) => args[1] as number;
export const range1 =
  (f: (x: Range, parameters: readonly number[]) => Range): NonNullable<Facts['range']> =>
  (args, parameters) =>
    f(args[0] ?? everything, parameters);
export const range2 =
  (f: (x: Range, y: Range) => Range): NonNullable<Facts['range']> =>
  (args) =>
    f(args[0] ?? everything, args[1] ?? everything);

type Rest<T> = Omit<T, 'kind' | 'name' | 'summary' | 'arity' | 'parameters' | 'facts'> & {
  readonly arity?: number;
  readonly parameters?: readonly Parameter[];
  readonly facts?: Facts;
};

export const element = (name: string, summary: string, rest: Rest<ElementOperation>): ElementOperation => ({
  kind: 'element',
  name,
  summary,
  ...rest,
  arity: rest.arity ?? 1,
  parameters: rest.parameters ?? [],
  facts: rest.facts ?? {},
});

/** One argument, computed in float64 and rounded once. */
export const analytic = (
  name: 'exp' | 'log' | 'tanh' | 'cos' | 'sqrt',
  summary: string,
  latex: Latex,
  flops: number,
  facts: Facts,
): ElementOperation =>
  element(name, summary, {
    float64: (args) => Math[name](first(args)),
    javascript: fround1(`Math.${name}`),
    latex,
    flops,
    facts,
  });

export const state = (
  name: string,
  summary: string,
  rest: Pick<StateOperation, 'next' | 'reads' | 'latex' | 'flops' | 'parameters'>,
  facts: Facts,
): StateOperation => ({
  kind: 'state',
  name,
  summary,
  arity: 1,
  ...rest,
  facts: { odd: true, zero: true, ...facts },
});

/** A sum of many values of x has no bound but its sign. */
export const sumRange = (x: Range): Range =>
  rangeFrom(x.low >= 0 ? 0 : -Infinity, x.high <= 0 ? 0 : Infinity);

/** The parameter is 0: nothing is averaged, nothing dropped. */
export const unused = ([parameter]: readonly number[]): boolean => parameter === 0;

export const macro = (name: string, summary: string, expansion: Expression, latex: Latex): Operation => ({
  kind: 'macro',
  name,
  summary,
  arity: 0,
  parameters: [],
  expansion,
  latex,
  flops: 0,
  facts: {},
});

export const step = (
  name: string,
  summary: string,
  value: (t: number, T: number, parameters: readonly number[]) => number,
  rest: { readonly latex: Latex; readonly range: Range; readonly parameters?: readonly Parameter[] },
): Operation => ({
  kind: 'step',
  name,
  summary,
  arity: 0,
  parameters: rest.parameters ?? [],
  value,
  latex: rest.latex,
  flops: 0,
  facts: { range: () => rest.range },
});

export const decay: Parameter = {
  name: 'b',
  valid: (b) => b >= 0 && b < 1,
  expected: 'in [0, 1)',
};

export const accumulation: Parameter = {
  name: 'b',
  valid: (b) => b >= 0 && b <= 1,
  expected: 'in [0, 1]',
  single: true,
};

export const probability: Parameter = {
  name: 'p',
  valid: (p) => p >= 0 && p < 1,
  expected: 'in [0, 1)',
};

export const bound: Parameter = {
  name: 'l',
  valid: (l) => Math.fround(l) > 0 && Number.isFinite(Math.fround(l)),
  expected: 'positive and finite in float32',
  single: true,
};

export const cycles = (fallback: number): Parameter => ({
  name: 'n',
  valid: (n) => n > 0,
  expected: 'positive',
  fallback,
});
