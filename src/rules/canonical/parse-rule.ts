import type { Expression } from '../language/expression.ts';
import { MAX_NODES, parseExpression, tooLong } from '../language/parse.ts';
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
  if (sizeOf(canonicalize(expression)) > MAX_NODES) throw tooLong(text, excess, ' in its canonical form');
  return expression;
}
