import { type Expression, type Leaf, leaf } from '../language/expression.ts';
import { operationOf, operations } from '../language/operations.ts';
import { structure } from './analysis.ts';
import { type Normal, nameCore, number, toExpression } from './normal.ts';
import { apply } from './rewrites.ts';

/**
 * The canonical form: macros expanded, then the table of `rewrites.ts` applied from the arguments up until none applies.
 * It keeps the value, within rounding, wherever the original's intermediate values are finite (docs/language.md says
 * exactly). Idempotent, also through print and parse.
 */
export function canonicalize(e: Expression): Expression {
  let form = toExpression(normalize(e));
  // Coefficients that are too large or small to be combined may be once what stood between them is gone.
  for (let pass = 0; pass < MOST_PASSES && hasExtreme(form); pass++) {
    const next = toExpression(normalize(form));
    if (structure(next) === structure(form)) break;
    form = next;
  }
  return form;
}

const MOST_PASSES = 8;

/** Whether the product of a number of it with another may be none that float32 holds. */
function hasExtreme(e: Expression): boolean {
  if (e.kind === 'call') return e.args.some(hasExtreme);
  if (e.kind === 'leaf' || e.value === 0) return false;
  const size = Math.abs(e.value);
  return size < 1e-18 || size > 1e18;
}

/**
 * The normal form of an expression.
 *
 * @param known The normal forms of expressions that were met before; this one and its parts join them.
 */
export function normalize(e: Expression, known = new Map<Expression, Normal>()): Normal {
  if (e.kind === 'literal') return number(e.value);
  if (e.kind === 'leaf') return macros.get(e.name) ?? normalizeName(e);
  const met = known.get(e);
  if (met !== undefined) return met;
  const args = e.args.map((arg) => normalize(arg, known));
  const result = apply(operationOf(e), args, e.parameters);
  known.set(e, result);
  return result;
}

function normalizeName(e: Leaf): Normal {
  const operation = operationOf(e);
  return operation.kind === 'macro' ? normalize(operation.expansion) : { coefficient: 1, core: nameCore(e) };
}

/** The normal forms of names such as `m` and `adam`. */
const macros = new Map<string, Normal>();
for (const { kind, name } of operations.values()) {
  if (kind === 'macro') macros.set(name, normalizeName(leaf(name)));
}
