import * as z from 'zod';
import { type Evaluation, evaluationFields, statuses } from '../../evaluation/index.ts';
import { jsonNumber } from '../../json.ts';

const status = evaluationFields.shape.status;

/** A training of a stage after the search, as far as the page needs it. */
const trial = z.strictObject({
  key: z.string(),
  seed: z.int(),
  protocol: z.string(),
  status,
  /** Learning rate that was chosen, or given. */
  rate: jsonNumber,
  /** Reward on the validation examples. */
  reward: jsonNumber,
  /** The same score on the test examples, where the protocol looks at them. */
  test: jsonNumber.exactOptional(),
  /** BLEU on the test examples, of a translation. */
  bleu: jsonNumber.exactOptional(),
});
export type KeptTraining = Readonly<z.output<typeof trial>>;

const optimizer = z.strictObject({ name: z.string(), rule: z.string(), key: z.string() });

/** An optimizer that takes part in a stage: its name, canonical text and key. */
export type KeyedRule = Readonly<z.output<typeof optimizer>>;

/** A search, column by column. */
const search = z.strictObject({
  label: z.string(),
  run: z.string(),
  task: z.string(),
  protocol: z.string(),
  space: z.string(),
  strategy: z.string(),
  seed: z.int(),
  /** Proposals that were planned; there are fewer of a search that is not complete. */
  samples: z.int(),
  /** Place in the table of rules of what was proposed. */
  rules: z.array(z.int()),
  rewards: z.array(jsonNumber),
  /** Place in the list of ways to end. */
  endings: z.array(z.int()),
  /** Proposals that have the evaluation of another rule, which does the same. */
  reused: z.array(z.int()),
});
export type SearchTable = z.output<typeof search>;

const retest = z.strictObject({
  protocol: z.string(),
  rounds: z.array(z.strictObject({ seeds: z.array(z.int()), rules: z.array(optimizer) })),
  trials: z.array(trial),
});
export type RetestTable = z.output<typeof retest>;

const contest = z.strictObject({
  task: z.string(),
  score: z.enum(['accuracy', 'perplexity', 'bleu']),
  epochs: z.int(),
  tuningEpochs: z.int(),
  tuningSeeds: z.array(z.int()),
  seeds: z.array(z.int()),
  optimizers: z.array(
    optimizer.extend({
      found: z.boolean(),
      /** Learning rate that all its trainings have; NaN if it diverged at each that was tried. */
      rate: jsonNumber,
      /** Number of learning rates that were tried. */
      tried: z.int(),
      /** Whether the best is still the first or the last of those that were tried. */
      edge: z.boolean(),
    }),
  ),
  tuning: z.array(trial),
  trials: z.array(trial),
});
export type ContestTable = z.output<typeof contest>;

const costs = z.strictObject({
  stages: z.array(z.strictObject({ stage: z.string(), evaluations: z.int(), seconds: jsonNumber })),
  /** Seconds of all evaluations of a search up to each that was better than all before, and that reward. */
  rises: z.array(z.array(z.tuple([jsonNumber, jsonNumber]))),
});
export type Costs = z.output<typeof costs>;

/** All that the page is made of. Costs are what was measured; everything else is the same wherever it is made. */
export const discoveryData = z.object({
  /** What was planned and is not there yet, in words. */
  missing: z.array(z.string()),
  /** Every rule that was proposed, as text. */
  rules: z.array(z.string()),
  searches: z.array(search),
  retest: retest.exactOptional(),
  final: contest.exactOptional(),
  transfer: z.array(contest),
  costs,
});
export type DiscoveryData = z.output<typeof discoveryData>;

export function trialOf(evaluation: Evaluation): KeptTraining {
  const { key, seed, protocol, status, learningRate: rate, reward, testCurve, testMeasures } = evaluation;
  const [test, bleu] = [testCurve?.at(-1), testMeasures?.bleu];
  return {
    ...{ key, seed, protocol, status, rate, reward },
    ...(test !== undefined && { test }),
    ...(bleu !== undefined && { bleu }),
  };
}

/** The way to end that stands at a place of a search's column. */
export const endingAt = (place: number) => statuses[place]!;
export const placeOfEnding = (ending: Evaluation['status']): number => statuses.indexOf(ending);
