// A synthetic landscape for controllers: the reward of a string is the fraction of its tokens that equal a hidden string's. Separable
// by token, so easy, and cheap: it shows whether a policy learns at all. Tests use it too.
import { stream } from '../dist/random/index.js';

/** Token strings of the paper's vocabularies (NOS §4.1), without constraints: a bank that grows by one per iteration. */
export function paperSpace(iterations) {
  const vocabularies = Array.from({ length: iterations }, (_, i) => [16 + i, 16 + i, 11, 11, 5]).flat();
  return { vocabularies, allowed: (prefix) => new Array(vocabularies[prefix.length]).fill(true) };
}

/** The reward of strings, for the hidden string of a seed. */
export function hiddenString(space, seed) {
  const hidden = hiddenTokens(space, seed);
  return (tokens) => tokens.filter((token, t) => token === hidden[t]).length / hidden.length;
}

function hiddenTokens(space, seed) {
  const random = stream(seed, 'hidden string');
  return space.vocabularies.map((size) => random.integer(size));
}

/**
 * Strings that share half of their tokens, rounded down, with the hidden string of a seed, each at places of its own:
 * known to be good, as the rules of a warm start are.
 */
export function relatives(space, seed, count) {
  const random = stream(seed, 'relatives');
  const hidden = hiddenTokens(space, seed);
  return Array.from({ length: count }, () => {
    const kept = new Set([...random.permutation(hidden.length)].slice(0, Math.floor(hidden.length / 2)));
    return hidden.map((token, t) => {
      const size = space.vocabularies[t];
      return kept.has(t) ? token : (token + 1 + random.integer(size - 1)) % size;
    });
  });
}
