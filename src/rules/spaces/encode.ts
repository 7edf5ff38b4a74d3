import { ruleKey } from '../canonicalize.ts';
import type { Expression } from '../expression.ts';
import { parseRule } from '../parse.ts';
import { printRule } from '../print.ts';
import { decode, type IterationTokens } from './decode.ts';
import { allowedTokens } from './masks.ts';
import type { Space } from './space.ts';
import { match, template } from './template.ts';

/**
 * A token string that decodes to a rule, or undefined where the space has none. The inverse of {@link decode}: the string
 * found decodes to the same expression, or, where the rule is written another way than the space composes it
 * (`g * exp(m)` for `exp(m) * g`), to one with the same key.
 *
 * Searches backwards from the last iteration: an iteration produces one of the values that later ones still want, by
 * undoing a binary and two unary functions; operands that the space does not list become wants of the iterations before.
 */
export function encode(space: Space, rule: Expression): number[] | undefined {
  return encodeWith(space, rule, sameText) ?? encodeWith(space, rule, sameKey);
}

/** When two expressions count as one, and whether x + y and x·y may be matched with their sides exchanged. */
interface Equality {
  readonly identity: (e: Expression) => string;
  readonly commute: boolean;
}

const sameText: Equality = { identity: printRule, commute: false };
const sameKey: Equality = { identity: ruleKey, commute: true };

/** A value that an iteration computes, by its identity, and the operands' identities it is computed from. */
interface Step {
  readonly value: string;
  readonly left: string;
  readonly right: string | undefined;
  readonly u1: number;
  readonly u2: number | undefined;
  readonly b: number;
}

function encodeWith(space: Space, rule: Expression, equality: Equality): number[] | undefined {
  const operands = new Map<string, number>();
  space.operands.forEach((text, token) => {
    operands.set(equality.identity(parseRule(text)), token);
  });
  const goal = equality.identity(rule);
  const wanted = new Map([[goal, rule]]);
  for (const steps of plans(space, equality, operands, wanted, space.iterations)) {
    const tokens = assemble(space, operands, steps);
    if (tokens && equality.identity(decode(space, tokens)) === goal) return tokens;
  }
  return undefined;
}

/** Every way to produce the wanted values in the iterations 1…`iteration`, as steps in order. */
function* plans(
  space: Space,
  equality: Equality,
  operands: ReadonlyMap<string, number>,
  wanted: ReadonlyMap<string, Expression>,
  iteration: number,
): Generator<readonly Step[]> {
  if (wanted.size === 0) {
    yield [];
    return;
  }
  if (wanted.size > iteration) return;
  for (const [value, expression] of wanted) {
    for (const { step, needs } of undone(space, equality, value, expression)) {
      const next = new Map(wanted);
      next.delete(value);
      for (const [id, need] of needs) if (!operands.has(id)) next.set(id, need);
      for (const earlier of plans(space, equality, operands, next, iteration - 1)) yield [...earlier, step];
    }
  }
}

interface Undone {
  readonly step: Step;
  readonly needs: readonly (readonly [string, Expression])[];
}

/** Every way in which a binary and two unary functions compose an expression. */
function* undone(space: Space, equality: Equality, value: string, e: Expression): Generator<Undone> {
  for (const [b, binary] of space.binary.entries()) {
    for (const { x, y } of match(template(binary), e, equality.commute)) {
      if (!x) continue;
      for (const left of undoUnary(space, x)) {
        for (const right of y ? undoUnary(space, y) : [undefined]) {
          const needs = [left, right].flatMap((side) =>
            side ? [[equality.identity(side.operand), side.operand] as const] : [],
          );
          const [leftId, rightId] = needs.map(([id]) => id) as [string, string | undefined];
          yield {
            step: { value, left: leftId, right: rightId, u1: left.token, u2: right?.token, b },
            needs,
          };
        }
      }
    }
  }
}

interface UnaryUndone {
  readonly token: number;
  readonly operand: Expression;
}

function undoUnary(space: Space, e: Expression): readonly UnaryUndone[] {
  return space.unary.flatMap((text, token) =>
    match(template(text), e, false).flatMap(({ x }) => (x ? [{ token, operand: x }] : [])),
  );
}

/** The steps as tokens, with padding iterations where there are too few; undefined where the constraints forbid them. */
function assemble(
  space: Space,
  operands: ReadonlyMap<string, number>,
  steps: readonly Step[],
): number[] | undefined {
  const bank = new Map(operands);
  const tokens: number[] = [];
  const padding = space.iterations - steps.length;
  for (let k = 0; k < space.iterations; k++) {
    const step = steps[k - padding];
    const wanted = step ? tokensOf(step, bank) : {};
    if (!place(space, tokens, wanted)) return undefined;
    if (step && !bank.has(step.value)) bank.set(step.value, space.operands.length + k);
  }
  return tokens;
}

function tokensOf(step: Step, bank: ReadonlyMap<string, number>): Partial<IterationTokens> {
  return {
    op1: bank.get(step.left) as number,
    ...(step.right === undefined ? {} : { op2: bank.get(step.right) as number }),
    u1: step.u1,
    ...(step.u2 === undefined ? {} : { u2: step.u2 }),
    b: step.b,
  };
}

/** Appends one iteration: the wanted tokens, and the first allowed one where any will do. */
function place(space: Space, tokens: number[], wanted: Partial<IterationTokens>): boolean {
  for (const name of ['op1', 'op2', 'u1', 'u2', 'b'] as const) {
    const allowed = allowedTokens(space, tokens);
    const token = wanted[name] ?? allowed.indexOf(true);
    if (!allowed[token]) return false;
    tokens.push(token);
  }
  return true;
}
