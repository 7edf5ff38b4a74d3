import * as z from 'zod';
import { identityOfCanonical, type RuleIdentity } from '../evaluation/index.ts';
import type { Stream } from '../random/index.ts';
import { allowedTokens, decoder, printRule, type Space, stringLength } from '../rules/index.ts';
import type { KnownKeys } from './known-keys.ts';

/** A token string. */
export type Tokens = readonly number[];

/** A string, the text of the rule that it denotes, and which rule that is, however it is written. */
export interface Candidate {
  readonly tokens: Tokens;
  readonly rule: string;
  readonly identity: RuleIdentity;
}

/** Makes the candidate that a string of one space denotes. */
export type CandidateMaker = (tokens: Tokens) => Candidate;

/** The maker of a space's candidates. A search keeps one, as it reads many strings much faster than a new one for each. */
export function candidateMaker(space: Space): CandidateMaker {
  const { rule, canonical } = decoder(space);
  return (tokens) => ({
    tokens,
    rule: printRule(rule(tokens)),
    identity: identityOfCanonical(canonical(tokens)),
  });
}

/** The tokens that may follow a prefix, ascending; none after a whole string. */
export function choicesAfter(space: Space, prefix: Tokens): Tokens {
  if (prefix.length === stringLength(space)) return [];
  const allowed = allowedTokens(space, prefix);
  return [...allowed.keys()].filter((token) => allowed[token]);
}

/**
 * A whole string of the space that keeps the wished tokens, position by position, as far as the constraints allow after
 * the tokens before; where they do not, and where nothing is wished, `draw` chooses among those allowed at that place.
 *
 * @example stringLike(space, prefix, (choices) => pick(choices, random)) // a random completion
 */
export function stringLike(
  space: Space,
  wish: readonly (number | undefined)[],
  draw: (choices: Tokens, place: number) => number,
): Tokens {
  const tokens: number[] = [];
  for (const length = stringLength(space); tokens.length < length; ) {
    const choices = choicesAfter(space, tokens);
    const wished = wish[tokens.length];
    const kept = wished !== undefined && choices.includes(wished);
    tokens.push(kept ? wished : draw(choices, tokens.length));
  }
  return tokens;
}

/** An element of a list, each equally likely. */
export function pick<T>(list: readonly T[], random: Stream): T {
  return list[random.integer(list.length)] as T;
}

/** What `draw` gives, drawn again up to `tries` times until it is a rule that is not known yet; else the last. */
export function preferNew(known: Pick<KnownKeys, 'has'>, tries: number, draw: () => Candidate): Candidate {
  let drawn = draw();
  for (let i = 1; i < tries && known.has(drawn.identity.key); i++) drawn = draw();
  return drawn;
}

/** A string of the space, as checkpoints hold it. */
export function tokensSchema(space: Space): z.ZodType<Tokens> {
  const isWhole = (tokens: Tokens): boolean => tokens.length === stringLength(space);
  const isAllowed = (tokens: Tokens): boolean =>
    tokens.every((token, i) => allowedTokens(space, tokens.slice(0, i))[token] === true);
  return z.array(z.int()).refine((tokens) => isWhole(tokens) && isAllowed(tokens));
}

/** A stream's state, as checkpoints hold it. */
export const streamSchema = z.strictObject({
  key: z.strictObject({ k0: z.int(), k1: z.int() }),
  drawn: z.int().min(0),
});
