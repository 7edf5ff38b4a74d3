import { normalize } from '../canonical/canonicalize.ts';
import { keyOfCanonical } from '../canonical/key.ts';
import { toExpression } from '../canonical/normal.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { isAllowed } from './masks.ts';
import { type Space, stringLength } from './space.ts';
import { evaluate, mentions, substitute, template } from './template.ts';

/**
 * Reads the token strings of one space. Operands and the unary functions of them are made once, when they are first met: so it
 * reads many strings much faster than {@link decode}.
 */
export interface Decoder {
  /**
   * The rule that a token string denotes. Values of earlier iterations are shared objects in it.
   *
   * @throws RangeError when the string is not one of the space: its length, a token, or a constraint.
   */
  rule(tokens: readonly number[]): Expression;
  /** The canonical form of that rule, made of canonical forms without writing the rule out. Throws as `rule` does. */
  canonical(tokens: readonly number[]): Expression;
  /** The key of that rule. Throws as `rule` does. */
  key(tokens: readonly number[]): string;
}

/** @example const { key } = decoder(space); new Set(strings(space).map(key)).size // distinct rules */
export function decoder(space: Space): Decoder {
  const rules = composer(space, { operand: parseRule, apply: (f, x, y) => substitute(f, { x, y }) });
  const forms = composer(space, { operand: (text) => normalize(parseRule(text)), apply: evaluate });
  const canonical = (tokens: readonly number[]): Expression => {
    checkTokens(space, tokens);
    return toExpression(forms(tokens));
  };
  return {
    rule(tokens) {
      checkTokens(space, tokens);
      return rules(tokens);
    },
    canonical,
    key: (tokens) => keyOfCanonical(canonical(tokens)),
  };
}

/** The rule that a token string denotes, as {@link Decoder.rule} says. */
export const decode = (space: Space, tokens: readonly number[]): Expression => decoder(space).rule(tokens);

/** What strings are composed of: expressions, or their normal forms. */
interface Values<T> {
  readonly operand: (text: string) => T;
  /** The function of a template over `x` and `y`. */
  readonly apply: (f: Expression, x: T, y: T) => T;
}

/** Composes the value of b(u1(op1), u2(op2)), from the last iteration back: what nothing reads is not made. */
function composer<T>(space: Space, { operand, apply }: Values<T>): (tokens: readonly number[]) => T {
  const { operands, iterations } = space;
  const unary = space.unary.map(template);
  const binary = space.binary.map(template);
  const usesRight = binary.map((f) => mentions(f, 'y'));
  const listed = lazily((token) => operand(operands[token]!));
  const functionOf = (u: number, x: T): T => apply(unary[u]!, x, x);
  const functionsOfListed = lazily((i) => functionOf(i % unary.length, listed(Math.floor(i / unary.length))));

  return (tokens) => {
    const side = (op: number, u: number): T =>
      op < operands.length
        ? functionsOfListed(op * unary.length + u)
        : functionOf(u, iteration(op - operands.length));
    const iteration = lazily((k): T => {
      const b = tokens[5 * k + 4]!;
      const x = side(tokens[5 * k]!, tokens[5 * k + 2]!);
      return apply(binary[b]!, x, usesRight[b] ? side(tokens[5 * k + 1]!, tokens[5 * k + 3]!) : x);
    });
    return iteration(iterations - 1);
  };
}

/** A function of small integers that computes each value once. */
function lazily<T>(compute: (index: number) => T): (index: number) => T {
  const known: T[] = [];
  return (index) => {
    const value = known[index] ?? compute(index);
    known[index] = value;
    return value;
  };
}

function checkTokens(space: Space, tokens: readonly number[]): void {
  const length = stringLength(space);
  if (tokens.length !== length) {
    throw new RangeError(`tokens: expected ${length} of space '${space.name}', got ${tokens.length}`);
  }
  for (let i = 0; i < length; i++) {
    if (!isAllowed(space, tokens, i)) {
      throw new RangeError(`token ${tokens[i]} at position ${i} is not allowed in space '${space.name}'`);
    }
  }
}
