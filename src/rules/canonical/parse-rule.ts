import type { Call, Expression } from '../language/expression.ts';
import { operationOf } from '../language/operations.ts';
import { MAX_NODES, parseExpression, tooLong } from '../language/parse.ts';
import { extentOf } from '../language/parts.ts';
import { RuleError } from '../language/rule-error.ts';
import { canonicalize } from './canonicalize.ts';
import { MAX_WRITTEN, sizeOf } from './size.ts';

/**
 * Parses a rule text, e.g. `exp(sign(g) * sign(m)) * g`. Throws RuleError (code 'bad-rule') that names the column and what
 * was expected.
 *
 * A rule has at most {@link MAX_NODES} nodes, as it is written and in its canonical form, as {@link sizeOf} counts them: so
 * the text of a canonical form is a rule again.
 */
export function parseRule(text: string): Expression {
  const { expression, excess } = parseExpression(text, MAX_WRITTEN);
  if (sizeOf(expression) > MAX_NODES) throw tooLong(text, excess);
  const form = canonicalize(expression);
  if (sizeOf(form) > MAX_NODES) throw tooLong(text, excess, ' in its canonical form');
  const matrix = noMatrixIn(form);
  if (matrix !== undefined) {
    throw new RuleError(`x of ${matrix.name}(x) comes to one number for many weights, and is no matrix,`, {
      ...{ text, position: Math.max(text.indexOf(matrix.name), 0) },
      hint: `write it of a value per weight: ${matrix.name}(g)`,
    });
  }
  return expression;
}

/** An operation on matrices whose argument has no value per weight: `orth(where(1, norm(g), g))` is `orth(norm(g))`. */
function noMatrixIn(e: Expression): Call | undefined {
  if (e.kind !== 'call') return undefined;
  if (operationOf(e).kind === 'matrix' && extentOf(e.args[0]!) !== 'weight') return e;
  for (const arg of e.args) {
    const found = noMatrixIn(arg);
    if (found !== undefined) return found;
  }
  return undefined;
}
