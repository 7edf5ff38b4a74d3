import { canonicalize, normalize } from '../canonical/canonicalize.ts';
import { keyText } from '../canonical/key.ts';
import { type Normal, toExpression } from '../canonical/normal.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { lowered } from '../language/operations.ts';
import { printRule } from '../language/print.ts';
import { decode } from './decode.ts';
import { allowedTokens } from './masks.ts';
import type { Space } from './space.ts';
import { match, template } from './template.ts';

/**
 * A token string that decodes to a rule, or undefined if the space has none. The inverse of {@link decode}: the string
 * found decodes to the same expression, or, if the rule is written another way than the space composes it
 * (`g * exp(m)` for `exp(m) * g`), to one with the same key.
 *
 * Searches backwards from the last iteration: an iteration produces one of the values that later ones still want, by
 * undoing a binary and two unary functions; operands that the space does not list become wants of the iterations before.
 */
export function encode(space: Space, rule: Expression): number[] | undefined {
  const sameKey = byKey();
  return (
    encodeWith(space, rule, sameText) ??
    encodeWith(space, rule, sameKey) ??
    encodeWith(space, canonicalize(rule), sameKey)
  );
}

/** When two expressions count as one, and whether g² may be matched as g·g, and x + y and x·y with sides exchanged. */
interface Equality {
  readonly identity: (e: Expression) => string;
  readonly commute: boolean;
}

const sameText: Equality = { identity: printRule, commute: false };

/** Remembers the normal forms of what it has seen: a search undoes the same expressions again and again. */
function byKey(): Equality {
  const known = new Map<Expression, Normal>();
  return { identity: (e) => keyText(toExpression(normalize(e, known))), commute: true };
}

/** A value that an iteration computes, by its identity, and the operands' identities it is computed from. */
interface Step {
  readonly value: string;
  readonly left: string;
  readonly right: string | undefined;
  readonly u1: number;
  readonly u2: number | undefined;
  readonly b: number;
}

/** The operand tokens of every value, by its identity: listed by the space, computed, or both. */
type Bank = ReadonlyMap<string, readonly number[]>;

function encodeWith(space: Space, rule: Expression, equality: Equality): number[] | undefined {
  const operands = new Map<string, readonly number[]>();
  space.operands.forEach((text, token) => {
    const id = equality.identity(parseRule(text));
    operands.set(id, [...(operands.get(id) ?? []), token]);
  });
  const goal = equality.identity(rule);
  for (const steps of plans(space, equality, operands, new Map([[goal, rule]]), space.iterations)) {
    for (const layout of layouts(space, steps)) {
      const tokens = assemble(space, operands, layout);
      if (tokens && equality.identity(decode(space, tokens)) === goal) return tokens;
    }
  }
  return undefined;
}

type Wanted = ReadonlyMap<string, Expression>;

/** Every way to produce the wanted values in the iterations 1…`iteration`, as steps in order. */
function* plans(
  space: Space,
  equality: Equality,
  operands: Bank,
  wanted: Wanted,
  iteration: number,
): Generator<readonly Step[]> {
  if (wanted.size === 0) yield [];
  if (wanted.size > iteration) return;
  for (const [value, expression] of wanted) {
    const others = new Map(wanted);
    others.delete(value);
    for (const { step, needs } of undone(space, equality, value, expression)) {
      for (const next of demands(space, operands, others, needs)) {
        for (const earlier of plans(space, equality, operands, next, iteration - 1)) yield [...earlier, step];
      }
    }
  }
}

/**
 * What the iterations before must produce: the needs that the space does not list, and, where constraints may ask for a
 * computed value, as many of the listed ones on top.
 */
function demands(space: Space, operands: Bank, wanted: Wanted, needs: Wanted): readonly Wanted[] {
  const unlisted = [...needs].filter(([id]) => !operands.has(id));
  let all: Wanted[] = [new Map([...wanted, ...unlisted])];
  if (space.constraints.length === 0) return all;
  for (const [id, need] of needs) {
    if (operands.has(id)) all = [...all, ...all.map((some) => new Map([...some, [id, need]]))];
  }
  return all;
}

interface Undone {
  readonly step: Step;
  readonly needs: Wanted;
}

/** Every way in which a binary and two unary functions compose an expression. */
function* undone(
  space: Space,
  { identity, commute }: Equality,
  value: string,
  e: Expression,
): Generator<Undone> {
  for (const [b, binary] of space.binary.entries()) {
    const forms = commute && lowered(e) !== e ? [e, lowered(e)] : [e];
    for (const { x, y } of forms.flatMap((form) => match(template(binary), form, commute))) {
      for (const left of x ? undoUnary(space, x) : []) {
        const leftId = identity(left.operand);
        for (const right of y ? undoUnary(space, y) : [undefined]) {
          const rightId = right && identity(right.operand);
          const step = { value, left: leftId, right: rightId, u1: left.token, u2: right?.token, b };
          const needs = new Map([[leftId, left.operand]]);
          if (right) needs.set(identity(right.operand), right.operand);
          yield { step, needs };
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

/** What the iterations compute: a step, or undefined if any value will do. */
type Layout = readonly (Step | undefined)[];

/**
 * The ways to spread steps over the iterations of a space, the last step in the last one. If constraints may ask for
 * it, a spare iteration stands anywhere, or repeats an earlier step, whose value then has two tokens.
 */
function layouts({ iterations, constraints }: Space, steps: readonly Step[]): readonly Layout[] {
  const spare = iterations - steps.length;
  const before = steps.slice(0, -1);
  const spread = constraints.length === 0 ? [[...Array(spare), ...before]] : spreads(before, iterations - 1);
  return spread.map((layout) => [...layout, steps.at(-1)]);
}

function spreads(steps: readonly Step[], places: number, earlier: readonly Step[] = []): readonly Layout[] {
  if (places === 0) return [[]];
  const spares = steps.length < places ? [undefined, ...earlier] : [];
  const all = spares.flatMap((now) => spreads(steps, places - 1, earlier).map((rest) => [now, ...rest]));
  const [step, ...later] = steps;
  if (step === undefined) return all;
  return [...all, ...spreads(later, places - 1, [...earlier, step]).map((rest) => [step, ...rest])];
}

/** A layout as tokens; undefined if the constraints forbid it. */
function assemble(space: Space, operands: Bank, layout: Layout): number[] | undefined {
  const bank = new Map(operands);
  let tokens: readonly number[] = [];
  for (const [k, step] of layout.entries()) {
    const longer = place(space, tokens, choices(step, bank));
    if (!longer) return undefined;
    tokens = longer;
    if (step) bank.set(step.value, [...(bank.get(step.value) ?? []), space.operands.length + k]);
  }
  return [...tokens];
}

/** The tokens that will do at each of the five positions of an iteration; undefined where any will. */
type Choices = readonly (readonly number[] | undefined)[];

function choices(step: Step | undefined, bank: Bank): Choices {
  if (!step) return [undefined, undefined, undefined, undefined, undefined];
  return [
    bank.get(step.left),
    step.right === undefined ? undefined : bank.get(step.right),
    [step.u1],
    step.u2 === undefined ? undefined : [step.u2],
    [step.b],
  ];
}

/** The tokens with one more iteration: the first of the choices that the constraints allow, or undefined. */
function place(space: Space, tokens: readonly number[], wanted: Choices): readonly number[] | undefined {
  const [now, ...later] = wanted;
  if (wanted.length === 0) return tokens;
  const allowed = allowedTokens(space, tokens);
  for (const token of now ?? allowed.keys()) {
    const done = allowed[token] ? place(space, [...tokens, token], later) : undefined;
    if (done) return done;
  }
  return undefined;
}
