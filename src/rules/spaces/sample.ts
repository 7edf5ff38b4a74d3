import type { Stream } from '../../random/index.ts';
import { isAllowed } from './masks.ts';
import { type Space, sizeAt, stringLength } from './space.ts';

/**
 * Draws a token string of the space, each equally likely, by rejection. Tokens are drawn uniformly from whole vocabularies, and
 * the first that its prefix forbids sends us back to the empty string. Accepted strings are then uniform whatever the
 * constraints are; drawing from the allowed tokens instead would favour strings with fewer choices after a prefix. With all
 * constraints of §4.1 at three iterations about one string in fifty is accepted, most others fail early.
 */
export function uniformTokens(space: Space, random: Stream): readonly number[] {
  const length = stringLength(space);
  for (;;) {
    const tokens = drawAllowed(space, length, random);
    if (tokens.length === length) return tokens;
  }
}

/** Draws tokens up to the first that is forbidden. */
function drawAllowed(space: Space, length: number, random: Stream): readonly number[] {
  const tokens: number[] = [];
  for (let place = 0; place < length; place++) {
    tokens.push(random.integer(sizeAt(space, place)));
    if (!isAllowed(space, tokens, place)) return tokens.slice(0, place);
  }
  return tokens;
}
