import * as z from 'zod';
import { parseOptions } from '../options.ts';
import { restoreStream, type Stream, stream } from '../random/index.ts';
import { allowedTokens, positions, type Space, spaceSize } from '../rules/index.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { rewardMetrics } from './metrics.ts';
import type { Proposal, StrategyDefinition } from './strategy.ts';
import { candidateOf, streamSchema, tokensSchema } from './strings.ts';
import { warmStartStrings } from './warm-start.ts';

const checkpointSchema = (space: Space) =>
  streamSchema.extend({
    /** Warm-start strings not yet proposed. */
    first: z.array(tokensSchema(space)).default([]),
  });

/**
 * Random search: every token string that the constraints allow is equally likely, exactly. (Strings, not rules: a rule
 * that many strings denote is so many times likelier.) It learns nothing.
 */
export const random: StrategyDefinition = {
  name: 'random',
  description: 'random search: every token string of the space is equally likely',
  create: async (context, past) => {
    const { space, seed, options } = context;
    parseOptions("strategy 'random'", {}, options);
    const { first, ...state } =
      past === undefined
        ? { ...stream(seed, 'random search').state(), first: [...warmStartStrings(context)] }
        : parseCheckpoint('random', checkpointSchema(space), past.state);
    const draws = restoreStream(state);
    const logProbability = -Math.log(Number(spaceSize(space)));
    const propose = (): Proposal => {
      const given = first.shift();
      if (given) return candidateOf(space, given);
      return { ...candidateOf(space, uniformTokens(space, draws)), logProbability };
    };
    return {
      name: 'random',
      ask: async (count) => Array.from({ length: count }, propose),
      tell: async (batch) => rewardMetrics(batch),
      checkpoint: async () => ({ state: JSON.stringify({ ...draws.state(), first }), appended: '' }),
      close: async () => undefined,
    };
  },
};

/**
 * A token string of the space, each equally likely: by rejection. Tokens are drawn uniformly from whole vocabularies, and
 * the first that its prefix forbids sends us back to the empty string. Accepted strings are then uniform whatever the
 * constraints are; drawing from the allowed tokens instead would favour strings with fewer choices after a prefix. With all
 * constraints of §4.1 at three iterations about one string in fifty is accepted, most others fail early.
 */
export function uniformTokens(space: Space, random: Stream): readonly number[] {
  const places = positions(space);
  for (;;) {
    const tokens: number[] = [];
    for (const { size } of places) {
      const token = random.integer(size);
      if (!allowedTokens(space, tokens)[token]) break;
      tokens.push(token);
    }
    if (tokens.length === places.length) return tokens;
  }
}
