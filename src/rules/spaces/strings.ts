import { allowedTokens } from './masks.ts';
import { positions, type Space } from './space.ts';

/**
 * Every token string that a space's constraints allow, once, in lexicographic order; {@link spaceSize} says how many.
 * Each is made when it is asked for, so that the first ones of a huge space cost nothing. The arrays are the caller's.
 *
 * @example for (const tokens of strings(findSpace('quick/1'))) printRule(decode(space, tokens));
 */
export function* strings(space: Space): Generator<number[], void> {
  const { length } = positions(space);
  const tokens: number[] = [];
  // What may stand at each place of the string in hand, and the token to try next there.
  const masks = [allowedTokens(space, tokens)];
  const next = [0];
  while (masks.length > 0) {
    const place = masks.length - 1;
    const token = (masks[place] as readonly boolean[]).indexOf(true, next[place]);
    if (token < 0) {
      masks.pop();
      continue;
    }
    next[place] = token + 1;
    tokens.length = place;
    tokens.push(token);
    if (tokens.length === length) {
      yield [...tokens];
    } else {
      masks.push(allowedTokens(space, tokens));
      next[place + 1] = 0;
    }
  }
}
