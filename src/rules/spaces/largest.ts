import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import type { Space } from './space.ts';
import { template } from './template.ts';

/**
 * The most nodes that a rule of the space may have: the operands' longest, grown by the functions that make it longest,
 * an iteration after the other. Constraints are not looked at; a bound, then, if they forbid that rule.
 */
export function largestRule(space: Space): number {
  const unary = space.unary.map((text) => shapeOf(template(text)));
  const binary = space.binary.map((text) => shapeOf(template(text)));
  let operand = Math.max(...space.operands.map((text) => shapeOf(parseRule(text)).own));
  let value = operand;
  for (let k = 0; k < space.iterations; k++) {
    const side = Math.max(...unary.map(({ own, x }) => own + x * operand));
    value = Math.max(...binary.map(({ own, x, y }) => own + (x + y) * side));
    operand = Math.max(operand, value);
  }
  return value;
}

/** How many nodes an expression has: `x`s, `y`s, and others. */
interface Shape {
  readonly own: number;
  readonly x: number;
  readonly y: number;
}

function shapeOf(e: Expression): Shape {
  if (e.kind === 'leaf' && e.name === 'x') return { own: 0, x: 1, y: 0 };
  if (e.kind === 'leaf' && e.name === 'y') return { own: 0, x: 0, y: 1 };
  const args = e.kind === 'call' ? e.args.map(shapeOf) : [];
  return args.reduce((sum, arg) => ({ own: sum.own + arg.own, x: sum.x + arg.x, y: sum.y + arg.y }), {
    own: 1,
    x: 0,
    y: 0,
  });
}
