import { structure } from '../canonical/analysis.ts';
import { canonicalize } from '../canonical/canonicalize.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { pairAllowed } from './masks.ts';
import type { Space } from './space.ts';
import { mentions, substitute, template } from './template.ts';

/** What can stand at one side of a binary function: a unary function of an operand, whatever strings write it. */
export interface Side {
  /** The value's identity: its exact text. A key will not do, since it rounds numbers before they are computed with. */
  readonly id: string;
  /** In canonical form. */
  readonly value: Expression;
  /** The operand token of each way to write it: a token stands here once for every unary function that will do. */
  readonly tokens: readonly number[];
}

/**
 * A space's arithmetic on canonical forms: what an iteration can compute, each value once. The canonical form of a
 * composition is that of the composition of canonical forms, so nothing is lost by it, and equal parts are made once.
 */
export class Composer {
  /** The space's operands. */
  readonly operands: readonly Expression[];
  /** Whether the right side counts, of every binary function. */
  readonly usesRight: readonly boolean[];
  readonly #unary: readonly Expression[];
  readonly #binary: readonly Expression[];
  readonly #images = new Map<string, readonly Expression[]>();

  constructor({ operands, unary, binary }: Space) {
    this.operands = operands.map((text) => canonicalize(parseRule(text)));
    this.#unary = unary.map(template);
    this.#binary = binary.map(template);
    this.usesRight = this.#binary.map((e) => mentions(e, 'y'));
  }

  /** The sides that the values of these operand tokens make, in the order of their first tokens. */
  sides(values: ReadonlyMap<number, Expression>): ReadonlyMap<string, Side> {
    const sides = new Map<string, Side & { readonly tokens: number[] }>();
    for (const [token, operand] of values) {
      for (const value of this.images(operand)) {
        const id = structure(value);
        const known = sides.get(id);
        if (known) known.tokens.push(token);
        else sides.set(id, { id, value, tokens: [token] });
      }
    }
    return sides;
  }

  /** Every unary function of a canonical operand, in canonical form. */
  images(operand: Expression): readonly Expression[] {
    const id = structure(operand);
    const known = this.#images.get(id);
    if (known) return known;
    const images = this.#unary.map((e) => canonicalize(substitute(e, { x: operand })));
    this.#images.set(id, images);
    return images;
  }

  /** The binary function of that token, of canonical sides, in canonical form. */
  join(binary: number, x: Expression, y: Expression): Expression {
    return canonicalize(substitute(this.#binary[binary] as Expression, { x, y }));
  }
}

/** In how many ways two sides stand left and right of an iteration. */
export function ways(space: Space, iteration: number, left: Side, right: Side): number {
  let count = 0;
  for (const a of left.tokens) {
    for (const b of right.tokens) count += Number(pairAllowed(space, iteration, a, b));
  }
  return count;
}
