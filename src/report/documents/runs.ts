import * as z from 'zod';
import * as f from '../../fields.ts';
import {
  findings,
  leaderboardRowSchema,
  learningCurvesSchema,
  runConfigSchema,
  runEstimateSchema,
} from '../../run/index.ts';
import { batchSchema, removedSchema, runRecordSchema, scorePlace } from '../../store/index.ts';
import { evaluation } from './evaluations.ts';

const board = leaderboardRowSchema
  .extend({
    evaluations: f.count(
      "number of evaluations: the search's own, which equal proposals share, and the retests",
    ),
  })
  .meta({ id: 'LeaderboardRow', description: 'a row of the leaderboard' });

const side = z
  .strictObject({
    rule: f.text('canonical text'),
    key: f.key,
    names: f.names,
    index: f.number('index of its first proposal; −1 if it was not proposed'),
    mean: f.figure('mean reward over the fresh seeds'),
  })
  .exactOptional();

const verdict = z
  .strictObject({
    finding: f.oneOf(findings, 'what was found'),
    seeds: f.count('fresh seeds that each rule was to be tested with'),
    difference: f.figure('mean of the found rule minus that of the reference').exactOptional(),
    rules: f.count('found rules that were tested').exactOptional(),
    p: f.figure('p-value of the paired permutation test, corrected for all of them').exactOptional(),
    found: side.describe('best found rule'),
    reference: side.describe('best reference rule'),
    text: f.text('the same as a sentence'),
  })
  .meta({ id: 'Verdict', description: 'whether a found rule beats the reference rules' });

export const searchDocument = z.strictObject({
  run: f.run,
  status: f.oneOf(['finished', 'stopped'], 'whether the run is over'),
  stoppedBy: f.oneOf(['signal', 'timeout'], 'what stopped the run').exactOptional(),
  told: f.count('proposals whose rewards the strategy was told'),
  config: runConfigSchema,
  fingerprint: f.fingerprint,
  version: f.version,
  store: f.text('path of the store'),
  rules: f.list(board, 'the leaderboard, all of it; near copies of the first fifteen rules are folded'),
  verdict,
  remarks: f.remarks,
});

export const dryRunDocument = z.strictObject({
  config: runConfigSchema,
  ...runEstimateSchema.shape,
});

const record = runRecordSchema.extend({ config: runConfigSchema });

export const runsDocument = z.strictObject({
  runs: f.list(record, 'the runs, oldest first'),
});

export const noteDocument = z.strictObject({ run: f.run, note: f.text('the note; empty if it was removed') });

export const renameDocument = z.strictObject({
  run: f.text('new name of the run'),
  renamedFrom: f.text('old name of the run'),
});

const removed = z.strictObject({ run: f.run, ...removedSchema.shape });

export const rmDocument = z.strictObject({ removed: f.list(removed, 'the runs that were removed') });

export const topDocument = z.strictObject({
  run: f.run,
  ...f.unusualRegime,
  rules: f.list(board, 'the first rows of the leaderboard'),
  verdict,
});

export const showRunDocument = z.strictObject({
  run: record.describe('the run'),
  batches: f.list(batchSchema, 'the batches in order'),
});

export const showProposalDocument = z.strictObject({
  run: f.run,
  proposal: z
    .strictObject({
      index: f.count('index of the proposal, from 0'),
      batch: f.count('number of its batch'),
      rule: f.text('the rule as it was proposed'),
      canonical: f.text('canonical text'),
      key: f.key,
      names: f.names,
      tokens: z.array(f.count('token')).describe('tokens of the rule in its space'),
      logProbability: f.figure('logarithm of the probability that the controller gave it').exactOptional(),
      evaluation: evaluation.describe('its evaluation, once there is one').exactOptional(),
    })
    .describe('the proposal'),
});

const score = evaluation.extend(scorePlace).describe('an evaluation with its place in the run');

export const logDocument = z.strictObject({
  run: f.run,
  evaluations: f.list(score, 'the evaluations: references, proposals, retests'),
});

export const plotDocument = z.strictObject({
  file: f.text('path of the picture'),
  ...learningCurvesSchema.shape,
});
