import * as z from 'zod';
import type { Comparison, FunnelResult, RuleDescription } from '../../compare/index.ts';
import { evaluationFields } from '../../evaluation/index.ts';
import * as f from './fields.ts';

/** What each field of an evaluation holds. The compiler asks for a description of a field that is new. */
const about: Readonly<Record<keyof typeof evaluationFields.shape, string>> = {
  rule: 'the rule as text',
  task: 'name of the task, or path of its module with a hash of its text',
  protocol: 'name of the protocol',
  seed: 'seed',
  environment: 'name of the environment; `none` for the usual one',
  key: 'key of the rule: a hash of its canonical text',
  learningRate: 'learning rate that the sweep chose; NaN if all diverged',
  edgeOfGrid: 'whether that is the first or last of the grid, so that a better one may lie outside',
  sweep: 'trials of the learning rates; empty if there was nothing to choose',
  reward:
    'validation accuracy after the final training, from 0 to 1; an estimate of it if stopped early; that of guessing if diverged or rejected',
  curve: 'validation accuracy after each epoch of the final training',
  testCurve: 'test accuracy after each epoch, if the protocol keeps curves',
  lossCurve: 'mean training loss of each epoch, if the protocol keeps curves',
  measures: 'further measures of the task on the validation examples, by name',
  measureCurves: 'the same measures after each epoch, by name, if the protocol keeps curves',
  testMeasures: 'the same measures on the test examples, by name, if the protocol keeps curves',
  status: f.STATUS,
  steps: 'training steps of sweep and final training together',
  seconds: 'wall-clock seconds',
  fingerprint: 'fingerprint of the machine that computed',
  version: 'version of this package',
};

/** An evaluation of any ending. */
export const evaluation = z
  .strictObject({
    ...f.described(evaluationFields.shape, about),
    // Documents always name it.
    ...f.regime,
    sweep: f.list(
      z.strictObject({
        learningRate: f.figure('learning rate that was tried'),
        accuracy: f.figure('validation accuracy; NaN if the training diverged'),
      }),
      about.sweep,
    ),
    reason: f
      .text('why it was stopped early or rejected, for status `stopped` or `rejected`')
      .exactOptional(),
    error: f.text('why it failed, for status `failed`').exactOptional(),
  })
  .meta({ id: 'Evaluation', description: 'an evaluation' });

const rule = {
  name: f.text('the rule as the user named it'),
  rule: f.text('canonical text'),
  key: f.key,
  names: f.names,
  slots: f.count('state tensors per weight'),
  flopsPerWeight: f.number('floating-point operations per weight and step, approximately'),
};

const test = (what: string) =>
  z
    .strictObject({
      p: f.figure('p-value of this test alone'),
      adjusted: f.figure("p-value corrected by Holm's method for all tests of the command"),
    })
    .nullable()
    .describe(`${what}; null for the reference and if nothing can be tested`);

const row = z.strictObject({
  name: rule.name,
  rule: rule.rule,
  key: f.key,
  rank: f.number('rank on this task by the mean, 1 for the best'),
  rewards: f.figures('reward per seed; NaN for a failed evaluation'),
  mean: f.figure('mean of the rewards that did not fail'),
  interval: f.interval('95 % interval of the mean; null for fewer than three rewards'),
  difference: z
    .strictObject({
      pairs: f.count('pairs of equal seeds'),
      mean: f.figure('mean of the differences'),
      interval: f.interval('95 % interval of the mean difference'),
    })
    .nullable()
    .describe('this rule minus the reference over pairs of equal seeds; null for the reference'),
  superiority: f
    .figure('probability that a reward of this rule is above one of the reference, a tie counting half')
    .nullable(),
  learningRates: f.figures('learning rate that was chosen, per seed'),
  range: z
    .strictObject({
      best: f.figure('best learning rate of the mean sweep'),
      low: f.figure('smallest learning rate within 1 % of the best accuracy'),
      high: f.figure('largest learning rate within 1 % of the best accuracy'),
      decades: f.figure('log₁₀ of high/low'),
      open: f.flag('whether the range ends with the grid, so that it may be wider'),
    })
    .nullable()
    .describe('learning rates that do about as well as the best; null if all diverged'),
  edgeOfGrid: f.count('evaluations whose learning rate is at the edge of the grid'),
  diverged: f.count('evaluations that diverged'),
  failed: f.count('evaluations that failed'),
  millisecondsPerStep: f.figure('median time of a training step in milliseconds'),
  permutation: test('paired permutation test of the mean difference, which gives the verdict'),
  wilcoxon: test("Wilcoxon's signed-rank test of the same pairs"),
  verdict: f.oneOf(
    ['better', 'worse', 'not told apart', 'not tested', 'reference'],
    'what the permutation test says at `level`',
  ),
});

const compared = {
  protocol: f.protocol,
  ...f.unusualRegime,
  seeds: z.array(f.seed).describe('seeds that every rule was trained with'),
  reference: f.text('name of the rule that the others are compared with'),
  fingerprint: f.fingerprint,
  version: f.version,
  level: f.number('largest corrected p that counts as told apart'),
  power: z
    .strictObject({
      tests: f.count('tests that the correction is over'),
      smallest: f.figure('smallest p that one test can give with these seeds'),
      smallestAdjusted: f.figure('the same after the correction'),
      seedsNeeded: f.count('fewest seeds with which one of the tests can reach `level`'),
    })
    .describe('what this number of seeds can show'),
  rules: f.list(z.strictObject(rule), 'the rules that were compared'),
  tasks: f.list(
    z.strictObject({ task: f.task, rows: f.list(row, 'one row per rule, best mean first') }),
    'one table per task',
  ),
  ranking: f.list(
    z.strictObject({
      rank: f.number('rank over all tasks, 1 for the best'),
      name: rule.name,
      meanRank: f.number('mean of the ranks on the tasks'),
    }),
    'ranking over all tasks, best first',
  ),
};

const comparison = z
  .strictObject(compared)
  .meta({ id: 'Comparison', description: 'a comparison' }) satisfies z.ZodType<Comparison>;

const described = z.strictObject({
  ...rule,
  text: f.text('the rule as it was written, or as the catalogue writes it'),
  latex: f.text('the rule as LaTeX'),
  parts: f.list(
    z.strictObject({ name: f.text('symbol or name'), summary: f.text('what it computes') }),
    'operations that the rule consists of',
  ),
}) satisfies z.ZodType<RuleDescription>;

export const evalDocument = z.strictObject({
  task: f.task,
  ...f.regime,
  evaluations: f.list(evaluation, 'one evaluation per rule and seed'),
  remarks: f.remarks,
});

export const compareDocument = z.strictObject({
  ...compared,
  remarks: f.remarks,
  file: f.text('path of the picture, with `-o`').exactOptional(),
});

export const cardDocument = z.strictObject({
  directory: f.text('path of the directory of the card'),
  files: f.files,
  rule: described.describe('the rule'),
  comparison: comparison.describe('the comparison of the first environment'),
  otherEnvironments: f.list(comparison, 'the comparisons of further environments').exactOptional(),
  remarks: f.remarks,
});

const rungRow = z.strictObject({
  rank: f.number('rank in the rung, 1 for the best'),
  name: rule.name,
  key: f.key,
  reference: f.flag('whether it is a reference rule'),
  means: f.figures('mean reward per task; NaN if all evaluations failed'),
  diverged: f.count('evaluations that diverged'),
  failed: f.count('evaluations that failed'),
  survived: f.flag('whether it is trained in the next rung, or is a finalist'),
});

export const funnelDocument = z.strictObject({
  run: f.run,
  tasks: f.texts('the tasks that the rules were trained on'),
  rungs: f.list(
    z.strictObject({
      protocol: f.protocol,
      rules: f.count('found rules in the rung; the references come on top'),
      seeds: z.array(f.seed).describe('seeds of the rung'),
      rows: f.list(rungRow, 'one row per rule, best first'),
    }),
    'the rungs, each trained longer than the one before',
  ),
  comparison: comparison.describe('the last rung; its environment is that of all rungs'),
}) satisfies z.ZodType<FunnelResult>;
