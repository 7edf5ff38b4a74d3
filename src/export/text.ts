import type { ElementName, RandomName, ReductionName } from '../rules/index.ts';
import { type Apply, isScalar, type Term } from './term.ts';

/** A piece of program text, and how tightly it binds. */
export interface Text {
  readonly text: string;
  readonly level: number;
  /** Whether it is a number, not an array. */
  readonly scalar?: boolean;
  /** The operator that was applied last, if any. */
  readonly symbol?: string;
  /** The truth value of a comparison, whose own text is a number, 0 or 1. */
  readonly condition?: Text;
}

/** How tightly operators bind in the languages of the targets; names, numbers and calls are atoms. */
export const LEVEL = {
  condition: -1,
  comparison: 0,
  sum: 1,
  product: 2,
  negation: 3,
  power: 4,
  atom: 5,
} as const;

/** Writes an operation from the texts of its arguments and parameters. */
export type Writer = (args: readonly Text[], parameters: readonly Text[]) => Text;

export const atom = (text: string): Text => ({ text, level: LEVEL.atom });

/** The text in parentheses if it binds less tightly than `level`. */
export const within = ({ text, level }: Text, least: number): string => (level < least ? `(${text})` : text);

/** `x + y`: a right operand of the same level is in parentheses, so that sums are taken in the rule's own order. */
export const infix =
  (symbol: string, level: number): Writer =>
  ([x, y]) => ({
    text: `${within(x!, level)} ${symbol} ${within(y!, level + 1)}`,
    level,
    symbol,
  });

/** A comparison: `number` makes 0 or 1 of its truth value. */
export const comparison =
  (symbol: string, number: (condition: Text) => Text): Writer =>
  ([x, y]) => {
    const sides = `${within(x!, LEVEL.sum)} ${symbol} ${within(y!, LEVEL.sum)}`;
    const condition = { text: sides, level: LEVEL.comparison };
    return { ...number(condition), condition };
  };

/** The truth value by which `where` chooses; `unequal` is how what is no comparison is compared with 0. */
export const truthOf = (c: Text, unequal: string): Text =>
  c.condition ?? { text: `${within(c, LEVEL.sum)} ${unequal}`, level: LEVEL.comparison };

/** `c ? x : y`. */
export const conditional =
  (unequal: string): Writer =>
  ([c, x, y]) => ({
    text: `${truthOf(c!, unequal).text} ? ${within(x!, LEVEL.comparison)} : ${y!.text}`,
    level: LEVEL.condition,
  });

export const negated: Writer = ([x]) => ({ text: `-${within(x!, LEVEL.power)}`, level: LEVEL.negation });

/** What every target writes alike. */
export const arithmetic = {
  add: infix('+', LEVEL.sum),
  sub: infix('-', LEVEL.sum),
  mul: infix('*', LEVEL.product),
  div: infix('/', LEVEL.product),
  neg: negated,
};

/** `f(x, y, parameter)`. */
export const called =
  (name: string): Writer =>
  (args, parameters) =>
    atom(`${name}(${[...args, ...parameters].map(({ text }) => text).join(', ')})`);

/** The reductions over a tensor; those over all tensors are made of them. */
export type TensorReduction = Exclude<ReductionName, `global ${string}` | `row${string}` | `col${string}`>;

/** The operations of the language that work on arrays; every target has a writer for each. `drop` takes its mask first. */
export type ArrayOperation = ElementName | TensorReduction | Exclude<RandomName, 'noise'>;

/** The reductions of arrays, by how a target takes sums, means, roots, squares, the largest and absolute values; `count` is of the weights. */
export function reductionWriters(
  write: (name: 'sum' | 'mean' | 'sqrt' | 'square' | 'max' | 'abs') => Writer,
  count: string,
): Readonly<Record<TensorReduction, Writer>> {
  const of =
    (...names: readonly Parameters<typeof write>[0][]): Writer =>
    (args) =>
      names.reduceRight((x, name) => write(name)([x], []), args[0]!);
  const sum = of('sum');
  return {
    sum: (args, parameters) => (args[0]!.scalar ? atom(count) : sum(args, parameters)),
    mean: of('mean'),
    norm: of('sqrt', 'sum', 'square'),
    rms: of('sqrt', 'mean', 'square'),
    amax: of('max', 'abs'),
  };
}

/** Operations of rows, columns, matrices and the network by their names, for who only wants to know how long a text is. */
export const namedMatrices: Readonly<Record<string, Writer>> = Object.fromEntries(
  [
    'full',
    'orth',
    ...['row', 'col', 'global '].flatMap((of) =>
      ['sum', 'mean', 'norm', 'rms', 'amax'].map((name) => of + name),
    ),
  ].map((name) => [name, called(name)]),
);

/** Those that work on numbers of the step, in float64. */
export type ScalarOperation = Exclude<ArrayOperation, TensorReduction | 'drop'> | 'ld' | 'cd' | 'rd';

export type ArrayWriters = Readonly<Record<ArrayOperation, Writer>>;
export type ScalarWriters = Readonly<Record<ScalarOperation, Writer>>;

/** How a language writes what stands at the leaves of a term. */
export interface Spelling {
  number(value: number): Text;
  /** A parameter, a scalar, the count of steps, the gradient, the weight, a state or a variable. */
  leaf(term: Exclude<Term, Apply | { readonly kind: 'number' }>): Text;
}

/** The text of a term by a table of writers. @throws Error for an operation that the table lacks: a bug. */
export function writeTerm(term: Term, writers: Readonly<Record<string, Writer>>, spelling: Spelling): Text {
  if (term.kind === 'number') return { ...spelling.number(term.value), scalar: true };
  if (term.kind !== 'call') return { ...spelling.leaf(term), scalar: isScalar(term) };
  const writer = writers[term.operation];
  if (writer === undefined) throw new Error(`no way to write '${term.operation}'`);
  const write = (arg: Term): Text => writeTerm(arg, writers, spelling);
  return { ...writer(term.args.map(write), term.parameters.map(write)), scalar: isScalar(term) };
}

/** A number as the languages of the targets read it: `0.9`, `1e-8`, `2.0` if `whole` is the suffix of whole numbers. */
export function numberText(value: number, whole = '.0'): Text {
  const size = Math.abs(value);
  const short = size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential() : String(value);
  const text = /^-?\d+$/.test(short) ? `${short}${whole}` : short.replace('e+', 'e');
  return { text, level: value < 0 || Object.is(value, -0) ? LEVEL.negation : LEVEL.atom };
}

/** Lines of at most `width` characters, broken between words; every line after the first begins with `indent`. */
export function wrapped(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Comment lines that say how a text was made; a command that is longer than a line is broken between words. */
export const madeBy = (comment: string, command: string, width: number): readonly string[] =>
  wrapped(`Made by: ${command}`, width - comment.length - 1, '    ').map((line) => `${comment} ${line}`);

export const indented = (lines: readonly string[], by: string): readonly string[] =>
  lines.map((line) => (line === '' ? '' : by + line));
