import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { allowedTokens } from './masks.ts';
import { positions, type Space } from './space.ts';
import { substitute, template } from './template.ts';

/** The tokens of one iteration (NOS §3.1): b(u1(op1), u2(op2)). */
export interface IterationTokens {
  readonly op1: number;
  readonly op2: number;
  readonly u1: number;
  readonly u2: number;
  readonly b: number;
}

/** A token string, five tokens at a time. */
export function iterationsOf(tokens: readonly number[]): readonly IterationTokens[] {
  return Array.from({ length: tokens.length / 5 }, (_, k) => {
    const [op1, op2, u1, u2, b] = tokens.slice(5 * k, 5 * k + 5) as [number, number, number, number, number];
    return { op1, op2, u1, u2, b };
  });
}

/**
 * The rule that a token string denotes. Values of earlier iterations are shared objects in it.
 *
 * @throws RangeError when the string is not one of the space: its length, a token, or a constraint.
 */
export function decode(space: Space, tokens: readonly number[]): Expression {
  checkTokens(space, tokens);
  const bank = space.operands.map(parseRule);
  for (const { op1, op2, u1, u2, b } of iterationsOf(tokens)) {
    const x = applyUnary(space, u1, bank[op1] as Expression);
    const y = applyUnary(space, u2, bank[op2] as Expression);
    bank.push(substitute(template(space.binary[b] as string), { x, y }));
  }
  return bank.at(-1) as Expression;
}

function applyUnary(space: Space, token: number, x: Expression): Expression {
  return substitute(template(space.unary[token] as string), { x });
}

function checkTokens(space: Space, tokens: readonly number[]): void {
  const length = positions(space).length;
  if (tokens.length !== length) {
    throw new RangeError(`tokens: expected ${length} of space '${space.name}', got ${tokens.length}`);
  }
  tokens.forEach((token, i) => {
    if (!allowedTokens(space, tokens.slice(0, i))[token]) {
      throw new RangeError(`token ${token} at position ${i} is not allowed in space '${space.name}'`);
    }
  });
}
