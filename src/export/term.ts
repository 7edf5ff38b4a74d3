import { type Extent, operations, type ReductionOperation, reducedExtent, widest } from '../rules/index.ts';

/** A value of a rule as a target writes it down: the arguments of an operation are terms again. */
export type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'parameter'; readonly name: string }
  /** A number of this step, of {@link Plan.scalars}. */
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'step' | 'totalSteps' | 'learningRate' | 'gradient' | 'weight' }
  | { readonly kind: 'state' | 'variable'; readonly name: string }
  | Apply;

/** An operation of the language, by its name, applied to terms. */
export interface Apply {
  readonly kind: 'call';
  readonly operation: string;
  readonly args: readonly Term[];
  readonly parameters: readonly Term[];
}

/** `state`: the array of that name gets its value of this step, in place. */
export interface Statement {
  readonly kind: 'variable' | 'state';
  readonly name: string;
  readonly value: Term;
}

export const number = (value: number): Term => ({ kind: 'number', value });
export const apply = (operation: string, args: readonly Term[], parameters: readonly Term[] = []): Apply => ({
  kind: 'call',
  operation,
  args,
  parameters,
});

/** Whether a term is a number, not an array: it depends on parameters and the step alone. */
export function isScalar(term: Term): boolean {
  switch (term.kind) {
    case 'number':
    case 'parameter':
    case 'scalar':
    case 'step':
    case 'totalSteps':
    case 'learningRate':
      return true;
    case 'call':
      return term.args.length > 0 && !isReduction(term) && !isFull(term) && term.args.every(isScalar);
    default:
      return false;
  }
}

/** Whether a term is a value at every weight of what has fewer. */
export const isFull = (term: Term): boolean => term.kind === 'call' && term.operation === 'full';

export const isReduction = ({ operation }: Apply): boolean => operations.get(operation)?.kind === 'reduction';

/** The reduction of that name. @throws Error for a name of none: a bug. */
export function reductionOf(name: string): ReductionOperation {
  const operation = operations.get(name);
  if (operation?.kind !== 'reduction') throw new Error(`no reduction '${name}'`);
  return operation;
}

/** Whether a term has one value per tensor; `names` are the states and variables that have. */
export function isPerTensor(term: Term, names: ReadonlySet<string>): boolean {
  if (term.kind === 'state' || term.kind === 'variable') return names.has(term.name);
  if (term.kind !== 'call') return false;
  if (isReduction(term)) return true;
  return (
    term.args.some((arg) => isPerTensor(arg, names)) &&
    term.args.every((arg) => isScalar(arg) || isPerTensor(arg, names))
  );
}

/** How many values a term has; `extents` are those of the states and variables, which have one per weight unless they are named there. */
export function extentOfTerm(term: Term, extents: ReadonlyMap<string, Extent>): Extent {
  if (term.kind === 'gradient' || term.kind === 'weight') return 'weight';
  if (term.kind === 'state' || term.kind === 'variable') return extents.get(term.name) ?? 'weight';
  if (term.kind !== 'call') return 'step';
  const of = widest(term.args.map((arg) => extentOfTerm(arg, extents)));
  const operation = operations.get(term.operation);
  if (operation?.kind === 'reduction') return reducedExtent(operation.over, of);
  return operation?.kind === 'matrix' || operation?.kind === 'random' ? 'weight' : of;
}

/** A term that has a value at every weight: itself, or its value at each. */
export const wholeOf = (term: Term, extents: ReadonlyMap<string, Extent>): Term =>
  isFull(term) || extentOfTerm(term, extents) === 'weight' ? term : apply('full', [term]);

/** The states and variables that have one value for the network. */
export const ofNetwork = (extents: ReadonlyMap<string, Extent>): ReadonlySet<string> =>
  new Set([...extents].flatMap(([name, extent]) => (extent === 'network' ? [name] : [])));

/** The names of the states and variables that a term reads. */
export function namesIn(term: Term): readonly string[] {
  if (term.kind === 'state' || term.kind === 'variable') return [term.name];
  return term.kind === 'call' ? term.args.flatMap(namesIn) : [];
}

/** Whether a term reads the gradient, the weight or the learning rate. */
export const reads = (term: Term, kind: 'gradient' | 'weight' | 'learningRate'): boolean =>
  term.kind === kind || (term.kind === 'call' && term.args.some((arg) => reads(arg, kind)));

/** The names of the numbers of this step that a term reads. */
export function scalarsIn(term: Term): readonly string[] {
  if (term.kind === 'scalar') return [term.name];
  return term.kind === 'call' ? term.args.flatMap(scalarsIn) : [];
}

/** Names made distinct: the second `average` is `average_2`. */
export function distinct(names: readonly string[]): readonly string[] {
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
}
