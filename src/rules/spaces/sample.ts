import type { Stream } from '../../random/index.ts';
import { isAllowed } from './masks.ts';
import { type Position, positions, type Space } from './space.ts';

/**
 * Draws a token string of the space, each equally likely, by rejection. Tokens are drawn uniformly from whole vocabularies, and
 * the first that its prefix forbids sends us back to the empty string. Accepted strings are then uniform whatever the
 * constraints are; drawing from the allowed tokens instead would favour strings with fewer choices after a prefix. With all
 * constraints of §4.1 at three iterations about one string in fifty is accepted, most others fail early.
 */
export function uniformTokens(space: Space, random: Stream): readonly number[] {
  const places = positions(space);
  for (;;) {
    const tokens = drawAllowed(space, places, random);
    if (tokens.length === places.length) return tokens;
  }
}

/** Draws tokens up to the first that is forbidden. */
function drawAllowed(space: Space, places: readonly Position[], random: Stream): readonly number[] {
  const tokens: number[] = [];
  for (const [place, { size }] of places.entries()) {
    tokens.push(random.integer(size));
    if (!isAllowed(space, tokens, place)) return tokens.slice(0, place);
  }
  return tokens;
}
