import * as z from 'zod';
import * as f from '../../fields.ts';

const trained = {
  count: f.count('number of evaluations'),
  seconds: f.figure('their seconds added up'),
};

export const reproduceDocument = z.strictObject({
  experiment: f.text('name of the experiment'),
  directory: f.text('path of the directory of the results'),
  files: f.files,
  command: f.text('the command that makes the results again'),
  trainedBy: f.text('the command that trained, if the data are of another experiment').exactOptional(),
  scale: f.number("size as a share of the paper's"),
  version: f.version,
  fingerprint: f.fingerprint,
  machine: f.text('processor and Node.js'),
  date: f.text('day on which it was made, ISO 8601'),
  seconds: f.figure('seconds that the command took'),
  trained: z.strictObject(trained).describe('evaluations, if networks are trained').exactOptional(),
  added: f
    .list(
      z.strictObject({
        date: f.text('day on which they were made, ISO 8601'),
        commands: f.texts('the commands that made them'),
        ...trained,
        note: f.text('what was different').exactOptional(),
      }),
      'evaluations that were added later',
    )
    .exactOptional(),
  findings: z
    .record(z.string(), z.unknown())
    .describe('what was found, as in `data.json` of the directory; its shape depends on the experiment'),
});

const condition = z.strictObject({
  landscape: f.text('name of the landscape'),
  noise: f.number('standard deviation of the noise in the rewards'),
});
const estimate = (what: string) =>
  z
    .strictObject({ mean: f.figure('mean over seeds'), interval: f.interval('95 % interval of the mean') })
    .describe(what);

export const benchStrategiesDocument = z.strictObject({
  conditions: f.list(condition, 'the landscapes with their noise'),
  entries: f.list(
    z.strictObject({
      name: f.text('name of the entry'),
      strategy: f.text('name of the strategy'),
      options: f.options,
    }),
    'the strategies that were compared',
  ),
  tuning: f.list(
    z.strictObject({
      name: f.text('name of the entry'),
      options: f.options,
      relativeRegret: f.figure('regret divided by that of random search on the tuning seeds'),
    }),
    'settings that were tried, with `--tune`',
  ),
  budget: f.count('rules proposed in a search'),
  repeats: f.count('searches per strategy and condition'),
  ranking: f.list(
    z.strictObject({
      entry: f.text('name of the entry'),
      relativeRegret: f.figure('regret divided by that of random search'),
    }),
    'the strategies, best first',
  ),
  curves: f.list(
    z.strictObject({
      entry: f.text('name of the entry'),
      condition: condition.describe('the landscape with its noise'),
      seeds: f.count('number of searches'),
      points: f.list(
        z.strictObject({
          samples: f.count('rules proposed so far'),
          regret: estimate('reward of the best rule of the landscape minus that of the best rule found'),
          proposalRegret: estimate('the same of the rules proposed lately'),
          distinctShare: f.number('distinct rules divided by proposals'),
        }),
        'course of the searches',
      ),
      reachedTop: f.count('searches that proposed a rule of the best hundredth'),
      samplesToTop: f.number('median number of proposals up to the first such rule').nullable(),
    }),
    'one curve per strategy and condition',
  ),
});

export const bleuDocument = z.strictObject({
  name: f.oneOf(['BLEU', 'tokenised BLEU'], 'name of the score; the two do not compare'),
  score: f.number('BLEU, from 0 to 100'),
  precisions: f.figures('precision of n-grams of 1 to 4 words, in per cent'),
  brevityPenalty: f.number('brevity penalty, at most 1'),
  hypothesisLength: f.count('words of the translations'),
  referenceLength: f.count('words of the closest references'),
  matches: f.figures('n-grams of 1 to 4 words that a reference has'),
  totals: f.figures('n-grams of 1 to 4 words of the translations'),
  signature: f.text("how it was computed, in SacreBLEU's notation"),
  sentences: f.count('number of sentences'),
  notes: f.texts('what SacreBLEU would read in another way'),
});
