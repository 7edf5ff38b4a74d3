import { restoreStream, stream } from 'neural-optimizer-search/random';
import { allowedTokens, decode, positions, printRule } from 'neural-optimizer-search/rules';
import { parseOptions } from 'neural-optimizer-search/search';
import * as z from 'zod';

/** Hill climbing: keep the best string so far, and propose it with some of its tokens drawn again. */
export const strategy = {
  name: 'hill-climbing',
  description: 'the best string so far, with some of its tokens drawn again',
  async create({ space, seed, options }, past) {
    const { changes } = parseOptions(
      "strategy 'hill-climbing'",
      { changes: z.int().positive().default(1) },
      options,
    );
    const saved = past === undefined ? undefined : JSON.parse(past.state);
    const random = saved ? restoreStream(saved.random) : stream(seed, 'hill climbing');
    let best = saved?.best ?? { tokens: [], reward: -1 };

    /** A string that keeps the best one's tokens, except at `changes` places and if the constraints forbid them. */
    function neighbour() {
      const length = positions(space).length;
      const changed = new Set([...random.permutation(length)].slice(0, changes));
      const tokens = [];
      while (tokens.length < length) {
        const allowed = allowedTokens(space, tokens);
        const choices = allowed.flatMap((yes, token) => (yes ? [token] : []));
        const kept = best.tokens[tokens.length];
        const keep = kept !== undefined && allowed[kept] && !changed.has(tokens.length);
        tokens.push(keep ? kept : choices[random.integer(choices.length)]);
      }
      return { tokens, rule: printRule(decode(space, tokens)) };
    }

    return {
      ask: async (count) => Array.from({ length: count }, neighbour),
      async tell(batch) {
        for (const { proposal, reward } of batch) {
          if (reward > best.reward) best = { tokens: proposal.tokens, reward };
        }
        return { best: best.reward };
      },
      checkpoint: async () => ({ state: JSON.stringify({ random: random.state(), best }), appended: '' }),
      close: async () => {},
    };
  },
};
