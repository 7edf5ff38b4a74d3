import type { Stream } from '../random/index.ts';
import { type Position, positions, type Space } from '../rules/index.ts';
import { choicesAfter, pick, stringLike, type Tokens } from './strings.ts';

/** A string in the making: undefined where a token is to be drawn. */
type Wish = readonly (number | undefined)[];

/** A way to change a string. What it wishes may break constraints: {@link mutate} repairs that. */
interface Mutation {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  /** Undefined where it does not apply. */
  readonly wish: (space: Space, tokens: Tokens, random: Stream) => Wish | undefined;
}

/** The changes that evolution makes, of tokens and of the expression that they compose. */
export const mutations: readonly Mutation[] = [
  // b(u1(op1), u2(op2)) ⇒ one of the five, anywhere, becomes another of its kind.
  { name: 'change a token', weight: 6, wish: changeToken },
  // b(u1(op1), u2(op2)) ⇒ b(u2(op2), u1(op1)): x − y and x / y turn over, and `x` takes the other side.
  { name: 'swap the sides', weight: 1, wish: swapSides },
  // An operand of a later iteration becomes the value of an earlier one, which may have had no use so far.
  { name: 'use a computed value', weight: 2, wish: useComputed },
  // All five tokens of an iteration are drawn again.
  { name: 'reset an iteration', weight: 1, wish: resetIteration },
];

/** The string changed by one mutation, chosen by weight; tokens that the change makes forbidden are drawn again. */
export function mutate(space: Space, tokens: Tokens, random: Stream): Tokens {
  const weighted = mutations.flatMap((mutation) => Array<Mutation>(mutation.weight).fill(mutation));
  for (;;) {
    const wish = pick(weighted, random).wish(space, tokens, random);
    if (wish) return stringLike(space, wish, (choices) => pick(choices, random));
  }
}

function changeToken(space: Space, tokens: Tokens, random: Stream): Wish {
  for (const place of random.permutation(tokens.length)) {
    const others = choicesAfter(space, tokens.slice(0, place)).filter((choice) => choice !== tokens[place]);
    if (others.length > 0) return tokens.with(place, pick(others, random));
  }
  return tokens;
}

function swapSides(space: Space, tokens: Tokens, random: Stream): Wish {
  const first = 5 * random.integer(space.iterations);
  const [op1, op2, u1, u2] = tokens.slice(first, first + 4) as [number, number, number, number];
  return tokens.toSpliced(first, 4, op2, op1, u2, u1);
}

function useComputed(space: Space, tokens: Tokens, random: Stream): Wish | undefined {
  const isLater = ({ kind, iteration }: Position): boolean => kind === 'operand' && iteration > 1;
  const places = positions(space).flatMap((position, place) => (isLater(position) ? [place] : []));
  if (places.length === 0) return undefined;
  const place = pick(places, random);
  const earlier = random.integer(Math.floor(place / 5));
  return tokens.with(place, space.operands.length + earlier);
}

function resetIteration(space: Space, tokens: Tokens, random: Stream): Wish {
  const reset = random.integer(space.iterations);
  return tokens.map((token, i) => (Math.floor(i / 5) === reset ? undefined : token));
}
