import { type Extent, isShared, type ReductionOperation } from '../rules/index.ts';
import type { Plan } from './plan.ts';
import { apply, extentOfTerm, isReduction, namesIn, reductionOf, type Statement, type Term } from './term.ts';

/** What a target of plain loops writes of a plan for tensors that are matrices, or for all tensors at once: the passes over each tensor. */
export interface WrittenPass {
  /** Statements before the loop over the weights, of which each has a value for the network, per tensor, row or column. */
  readonly before: Readonly<Record<PartExtent, readonly Statement[]>>;
  /** Statements of the loop; a state gets its value in one of the passes, a variable in each that reads it. */
  readonly body: readonly Statement[];
  /** What the loop reduces. */
  readonly reductions: readonly Reduced[];
  /** Reductions along rows or columns of what does not differ between them: a loop over one column, or one row. */
  readonly short: readonly Reduced[];
  /** Matrices that the loop fills, and that are then made orthogonal. */
  readonly matrices: readonly { readonly name: string; readonly value: Term }[];
  /** Whether it takes the step. */
  readonly isLast: boolean;
}

/** Extents of what there are fewer of than weights. */
export type PartExtent = Exclude<Extent, 'step' | 'weight'>;

export interface Reduced {
  readonly name: string;
  readonly operation: ReductionOperation;
  readonly value: Term;
  readonly extent: PartExtent;
  /** The extent of what is reduced. */
  readonly of: Extent;
}

/** Statements of which those that reduce, and those that are matrices, are told apart. */
type Planned =
  | { readonly kind: 'statement'; readonly name: string; readonly statement: Statement; readonly value: Term }
  | ({ readonly kind: 'reduction' } & Reduced)
  | { readonly kind: 'matrix'; readonly name: string; readonly value: Term };

/** The passes over a tensor: each reduces what depends on the reductions and matrices before, and the last takes the step. */
export function tensorPasses(plan: Plan): readonly WrittenPass[] {
  const planned = plan.body.map((statement) => plannedOf(statement, plan.extents));
  const stages = new Map<string, number>();
  const stageOf = (value: Term): number =>
    Math.max(0, ...namesIn(value).map((name) => stages.get(name) ?? 0));
  for (const { kind, name, value } of planned) {
    stages.set(name, stageOf(value) + Number(kind !== 'statement'));
  }
  const last = Math.max(0, ...stages.values());
  const extentOf = (name: string): Extent => plan.extents.get(name) ?? 'weight';
  return Array.from({ length: last + 1 }, (_, pass) => {
    const isLast = pass === last;
    const ending = planned.filter(({ name }) => stages.get(name) === pass + 1);
    const all = ending.filter((one) => one.kind === 'reduction');
    const matrices = ending.filter((one) => one.kind === 'matrix');
    const reductions = all.filter((one) => !isShort(one));
    const ofStage = planned.flatMap((one) =>
      one.kind === 'statement' && stages.get(one.name) === pass ? [one.statement] : [],
    );
    const stores = plan.stores.filter(({ state }) => extentOf(state) === 'weight');
    const wanted = new Set([
      ...[...reductions, ...matrices].flatMap(({ value }) => namesIn(value)),
      ...(isLast ? [plan.update, ...stores.map(({ value }) => value)].flatMap(namesIn) : []),
    ]);
    const body = planned.toReversed().flatMap((one) => {
      if (one.kind !== 'statement' || extentOf(one.name) !== 'weight') return [];
      const isState = one.statement.kind === 'state';
      if (!(isState ? stages.get(one.name) === pass : wanted.has(one.name))) return [];
      for (const read of namesIn(one.value)) wanted.add(read);
      return [one.statement];
    });
    const before = (extent: PartExtent): readonly Statement[] =>
      ofStage.filter(({ name }) => extentOf(name) === extent);
    return {
      before: {
        network: before('network'),
        tensor: before('tensor'),
        row: before('row'),
        column: before('column'),
      },
      body: body.toReversed(),
      reductions,
      short: all.filter(isShort),
      matrices,
      isLast,
    };
  });
}

function plannedOf(statement: Statement, extents: ReadonlyMap<string, Extent>): Planned {
  const { name } = statement;
  const value = withoutFull(statement.value);
  const plain = (term: Term): Planned => ({
    kind: 'statement',
    name,
    value: term,
    statement: { ...statement, value: term },
  });
  if (value.kind !== 'call') return plain(value);
  if (value.operation === 'orth') return { kind: 'matrix', name, value: value.args[0]! };
  if (!isReduction(value)) return plain(value);
  const operation = reductionOf(value.operation);
  const of = extentOfTerm(value.args[0]!, extents);
  if (isShared(operation.over, of)) return plain(sharedReduction(operation, value.args[0]!));
  return {
    kind: 'reduction',
    ...{ name, operation, of },
    value: value.args[0]!,
    extent: extentOfTerm(value, extents) as PartExtent,
  };
}

/** Loops read the same number at many weights: nothing has to be filled with it. */
function withoutFull(term: Term): Term {
  if (term.kind !== 'call') return term;
  const args = term.args.map(withoutFull);
  return term.operation === 'full' ? args[0]! : { ...term, args };
}

/** How many weights a reduction is over, as an operation without arguments. */
export const COUNTS = {
  network: 'network size',
  tensor: 'size',
  row: 'columns',
  column: 'rows',
} as const satisfies Readonly<Record<ReductionOperation['over'], string>>;

/** A reduction of what all weights share that it is over. */
export function sharedReduction({ over, join, mean, root }: ReductionOperation, x: Term): Term {
  const count = apply(COUNTS[over], []);
  if (join === 'largest' || (mean && root)) return apply('abs', [x]);
  if (mean) return x;
  if (root) return apply('mul', [apply('sqrt', [count]), apply('abs', [x])]);
  return x.kind === 'number' && x.value === 1 ? count : apply('mul', [count, x]);
}

const isShort = ({ operation: { over }, of }: Reduced): boolean =>
  (over === 'row' && of === 'column') || (over === 'column' && of === 'row');

/** What is kept of a tensor beside the states: between the passes of a step alone. */
export interface Scratch {
  /** Variables that have a value per row or column and, if all tensors are stepped at once, per tensor. */
  readonly parts: readonly { readonly name: string; readonly extent: PartExtent }[];
  /** Random numbers that several loops read. */
  readonly draws: readonly string[];
  readonly matrices: readonly string[];
}

export function scratchOf(plan: Plan, atOnce: boolean): Scratch {
  const passes = tensorPasses(plan);
  const states = new Set(plan.states);
  const parts = [...plan.extents].flatMap(([name, extent]) => {
    const isKept = extent === 'row' || extent === 'column' || (atOnce && extent === 'tensor');
    return isKept && !states.has(name) ? [{ name, extent }] : [];
  });
  return {
    parts,
    draws: passes.length > 1 ? plan.draws.map(({ name }) => name) : [],
    matrices: passes.flatMap(({ matrices }) => matrices.map(({ name }) => name)),
  };
}
