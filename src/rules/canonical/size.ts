import type { Expression } from '../language/expression.ts';
import { operations } from '../language/operations.ts';
import { MAX_NODES } from '../language/parse.ts';
import { structure, structureOf } from './analysis.ts';
import { canonicalize } from './canonicalize.ts';

/** The canonical forms of names such as `m` and `adam`. */
const namedForms: readonly Expression[] = [...operations.values()].flatMap((operation) =>
  operation.kind === 'macro' ? [canonicalize(operation.expansion)] : [],
);

const namedTexts: ReadonlySet<string> = new Set(namedForms.map(structure));
const LONGEST = Math.max(...[...namedTexts].map(({ length }) => length));

/**
 * How many nodes a rule has: its numbers, names and operations. A name such as `adam` is one, and so is what it stands for, so
 * that the canonical form, which writes it out, is not larger for that.
 */
export const sizeOf = (e: Expression): number => measure(e).size;

function measure(e: Expression): { readonly size: number; readonly text: string } {
  if (e.kind !== 'call') return { size: 1, text: structure(e) };
  const args = e.args.map(measure);
  const text = structureOf(
    e.name,
    args.map((arg) => arg.text),
    e.parameters,
  );
  const isNamed = text.length <= LONGEST && namedTexts.has(text);
  return { size: isNamed ? 1 : args.reduce((sum, { size }) => sum + size, 1), text };
}

/** The most nodes that the text of a rule may have: all of them names, written out. */
export const MAX_WRITTEN = MAX_NODES * Math.max(...namedForms.map(countNodes));

function countNodes(e: Expression): number {
  return e.kind === 'call' ? e.args.reduce((sum, arg) => sum + countNodes(arg), 1) : 1;
}
