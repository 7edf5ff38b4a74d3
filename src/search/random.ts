import * as z from 'zod';
import { parseOptions } from '../options.ts';
import { restoreStream, stream } from '../random/index.ts';
import { type Space, spaceSize, uniformTokens } from '../rules/index.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { rewardMetrics } from './metrics.ts';
import type { Proposal, StrategyDefinition } from './strategy.ts';
import { candidateMaker, streamSchema, tokensSchema } from './strings.ts';
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
  ordinal: true,
  description: 'random search: every token string of the space is equally likely',
  create: async (context, past) => {
    const { space, seed, options } = context;
    parseOptions("strategy 'random'", {}, options);
    const { first, ...state } =
      past === undefined
        ? { ...stream(seed, 'random search').state(), first: [...warmStartStrings(context)] }
        : parseCheckpoint('random', checkpointSchema(space), past.state);
    const draws = restoreStream(state);
    const candidateOf = candidateMaker(space);
    const logProbability = -Math.log(Number(spaceSize(space)));
    const propose = (): Proposal => {
      const given = first.shift();
      if (given) return candidateOf(given);
      return { ...candidateOf(uniformTokens(space, draws)), logProbability };
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
