import type { Expression } from './expression.ts';
import type {
  ElementOperation,
  Facts,
  MacroOperation,
  Parameter,
  ReductionOperation,
  StateOperation,
  StepOperation,
} from './operation.ts';
import { everything, type Range, rangeFrom } from './range.ts';

/** What the entries of the table in `operations.ts` are written with. */

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

/** An entry with the name as its type. */
type Named<Name, T> = T & { readonly name: Name };

export const element = <const Name extends string>(
  name: Name,
  summary: string,
  rest: Rest<ElementOperation>,
): Named<Name, ElementOperation> => ({
  kind: 'element',
  name,
  summary,
  ...rest,
  arity: rest.arity ?? 1,
  parameters: rest.parameters ?? [],
  facts: rest.facts ?? {},
});

/** One argument, computed in float64 and rounded once. */
export const analytic = <const Name extends 'exp' | 'log' | 'tanh' | 'cos' | 'sqrt'>(
  name: Name,
  summary: string,
  flops: number,
  facts: Facts,
): Named<Name, ElementOperation> =>
  element(name, summary, { float64: (args) => Math[name](first(args)), flops, facts });

export const state = <const Name extends string>(
  name: Name,
  summary: string,
  rest: Pick<StateOperation, 'next' | 'reads' | 'flops' | 'parameters'>,
  facts: Facts,
): Named<Name, StateOperation> => ({
  kind: 'state',
  name,
  summary,
  arity: 1,
  ...rest,
  facts: { odd: true, zero: true, ...facts },
});

export const reduction = <const Name extends string>(
  name: Name,
  summary: string,
  rest: Pick<ReductionOperation, 'term' | 'facts'> &
    Partial<Pick<ReductionOperation, 'over' | 'join' | 'mean' | 'root'>>,
): Named<Name, ReductionOperation> => ({
  kind: 'reduction',
  name,
  summary,
  arity: 1,
  parameters: [],
  flops: rest.term === 'square' ? 2 : 1,
  over: 'tensor',
  join: 'sum',
  mean: false,
  root: false,
  ...rest,
  facts: { zero: true, ...rest.facts },
});

/** A reduction over all tensors as if they were one. */
export const overNetwork = <const Name extends string>(
  of: Named<Name, ReductionOperation>,
): Named<`global ${Name}`, ReductionOperation> => ({
  ...of,
  name: `global ${of.name}`,
  over: 'network',
  summary: of.summary.replace(/(over|in) the tensor/, '$1 all tensors'),
});

/** A sum of many values of x has no bound but its sign. */
export const sumRange = (x: Range): Range =>
  rangeFrom(x.low >= 0 ? 0 : -Infinity, x.high <= 0 ? 0 : Infinity);

/** The parameter is 0: nothing is averaged, nothing dropped. */
export const unused = ([parameter]: readonly number[]): boolean => parameter === 0;

export const macro = <const Name extends string>(
  name: Name,
  summary: string,
  expansion: Expression,
): Named<Name, MacroOperation> => ({
  kind: 'macro',
  name,
  summary,
  arity: 0,
  parameters: [],
  expansion,
  flops: 0,
  facts: {},
});

export const step = <const Name extends string>(
  name: Name,
  summary: string,
  value: StepOperation['value'],
  { range, parameters = [] }: { readonly range: Range; readonly parameters?: readonly Parameter[] },
): Named<Name, StepOperation> => ({
  kind: 'step',
  name,
  summary,
  arity: 0,
  parameters,
  value,
  flops: 0,
  facts: { range: () => range },
});

export const decay: Parameter = {
  name: 'b',
  valid: (b) => b >= 0 && b < 1,
  expected: 'in [0, 1)',
  varies: true,
};

export const accumulation: Parameter = {
  name: 'b',
  valid: (b) => b >= 0 && b <= 1,
  expected: 'in [0, 1]',
  single: true,
  varies: true,
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
