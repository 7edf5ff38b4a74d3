import * as z from 'zod';
import { evaluationFields, statusField } from '../evaluation/index.ts';
import * as f from '../fields.ts';

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
  status: statusField.description!,
  steps: 'training steps of sweep and final training together',
  seconds: 'wall-clock seconds',
  fingerprint: 'fingerprint of the machine that computed',
  version: 'version of this package',
};

/** An evaluation of any ending. */
export const evaluationSchema = z
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
