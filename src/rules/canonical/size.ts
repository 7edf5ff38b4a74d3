import type { Expression } from '../language/expression.ts';
import { operations } from '../language/operations.ts';
import { MAX_NODES } from '../language/parse.ts';
import { structure } from './analysis.ts';
import { canonicalize } from './canonicalize.ts';

/** The canonical forms of names such as `m` and `adam`, by their structure. */
const writtenOut: ReadonlyMap<string, Expression> = new Map(
  [...operations.values()]
    .flatMap((operation) => (operation.kind === 'macro' ? [canonicalize(operation.expansion)] : []))
    .map((expansion) => [structure(expansion), expansion]),
);

/**
 * How many nodes a rule has: its numbers, names and operations. A name such as `adam` is one, and so is what it stands for, so
 * that the canonical form, which writes it out, is not larger for that.
 */
export function sizeOf(e: Expression): number {
  return countNodes(e, (node) => writtenOut.has(structure(node)));
}

/** The most nodes that the text of a rule may have: all of them names, written out. */
export const MAX_WRITTEN = MAX_NODES * Math.max(...[...writtenOut.values()].map((e) => countNodes(e)));

function countNodes(e: Expression, isOne: (node: Expression) => boolean = () => false): number {
  if (e.kind !== 'call' || isOne(e)) return 1;
  return e.args.reduce((sum, arg) => sum + countNodes(arg, isOne), 1);
}
