import { type Call, call, type Expression, literal } from '../language/expression.ts';
import { lowered, operationOf, operations } from '../language/operations.ts';
import { type Rewrite, rewrites } from './rewrites.ts';

/** What an expression object became; expressions are immutable, so it holds for ever. */
const canonical = new WeakMap<Expression, Expression>();

/** The rewrites that look at each operation, in the table's order. */
const rewritesOf: ReadonlyMap<string, readonly Rewrite[]> = new Map(
  [...operations].map(([name, operation]) => [name, rewrites.filter(({ on }) => on(operation))]),
);

/**
 * The canonical form: macros expanded, then the table of `rewrites.ts` applied from the arguments up until none applies.
 * It keeps the value, within rounding, wherever the original's intermediate values are finite (docs/language.md says
 * exactly). Idempotent, also through print and parse.
 */
export function canonicalize(e: Expression): Expression {
  if (e.kind === 'literal') return Object.is(e.value, -0) ? literal(0) : e;
  const known = canonical.get(e);
  if (known !== undefined) return known;
  const result = e.kind === 'call' ? rewrite(e) : expand(e);
  canonical.set(e, result);
  canonical.set(result, result);
  return result;
}

function expand(e: Expression): Expression {
  const expansion = lowered(e);
  return expansion === e ? e : canonicalize(expansion);
}

function rewrite(e: Call): Expression {
  const args = e.args.map(canonicalize);
  const node = args.every((arg, i) => arg === e.args[i]) ? e : call(e.name, args, e.parameters);
  for (const { apply, normal } of rewritesOf.get(operationOf(e).name) as readonly Rewrite[]) {
    const result = apply(node, args[0] as Expression, args[1] as Expression);
    if (result !== undefined) return normal ? result : canonicalize(result);
  }
  return node;
}
