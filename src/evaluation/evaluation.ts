import * as z from 'zod';
import * as f from '../fields.ts';
import { jsonNumber } from '../json.ts';
import { type ConditionInput, type ConditionNames, conditionShape, regimeFields } from './conditions.ts';
import { goals } from './metric.ts';

/** Everything that a reward depends on. Equal requests on equal fingerprints give equal evaluations, to the bit. */
export interface EvaluationRequest extends ConditionInput {
  /** Rule text or catalogue name. */
  readonly rule: string;
}

/** A request that is parsed: canonical text, the rule's key, and every condition by its one name. */
export type IdentifiedRequest = ConditionNames & { readonly rule: string; readonly key: string };

/** What was evaluated. Earlier versions also wrote catalogue names as rules. */
const requestShape = { rule: f.text('the rule as text'), ...conditionShape, key: f.key };

const byName = (description: string) => z.record(z.string(), jsonNumber).describe(description);

const resultShape = {
  // Ties go to the smaller.
  learningRate: f.figure('learning rate that the sweep chose; NaN if all diverged'),
  edgeOfGrid: f.flag('whether that is the first or last of the grid, so that a better one may lie outside'),
  sweep: f.list(
    z.strictObject({
      learningRate: f.figure('learning rate that was tried'),
      accuracy: f.figure(
        'validation accuracy, or score; NaN if the training diverged, or was judged by its loss',
      ),
      loss: f
        .figure('training loss at the end of a halving; Infinity if the training diverged')
        .exactOptional(),
      steps: f.count('steps that a halving trained this rate for').exactOptional(),
    }),
    'trials of the learning rates by sweep or halving, ascending; empty if there was nothing to choose',
  ),
  reward: f.figure(
    'what ranks, more being better: validation accuracy after the final training, from 0 to 1; an estimate of it if stopped early; that of guessing if diverged or rejected. Where the score has units of its own: the score, or minus the score if less is better; -Infinity if diverged, rejected or failed',
  ),
  score: z
    .strictObject({
      metric: f.text('what it is called'),
      goal: f.oneOf(goals, 'which scores are better'),
      value: f.figure('the score; NaN if the training diverged, was rejected, or failed'),
    })
    .describe(
      'the score in units of its own, unless it is an accuracy; `curve`, `sweep` and `testCurve` have the same units',
    )
    .exactOptional(),
  curve: f.figures('validation accuracy, or score, after each epoch of the final training'),
  testCurve: f
    .figures('test accuracy, or score, after each epoch, if the protocol keeps curves')
    .exactOptional(),
  lossCurve: f.figures('mean training loss of each epoch, if the protocol keeps curves').exactOptional(),
  measures: byName('further measures of the task on the validation examples, by name').exactOptional(),
  measureCurves: z
    .record(z.string(), z.array(jsonNumber))
    .describe('the same measures after each epoch, by name, if the protocol keeps curves')
    .exactOptional(),
  testMeasures: byName(
    'the same measures on the test examples, by name, if the protocol keeps curves',
  ).exactOptional(),
};

/** What it took, and who computed it. The seconds are no part of the result's identity. */
const makingShape = {
  steps: f.count('training steps of sweep and final training together'),
  seconds: f.figure('wall-clock seconds'),
  fingerprint: f.fingerprint,
  version: f.version,
  // It is so in this run only: no other finds it.
  reuses: z
    .strictObject({
      rule: f.text('that rule as text'),
      key: f.key,
      factor: f.figure('power of ten by which this rule’s updates are larger than its; 1 if they are equal'),
      near: z
        .literal(true)
        .describe('true if this rule is a near copy of it, and does not do the same')
        .exactOptional(),
    })
    .describe(
      'the rule of the run whose evaluation this is: both do the same, or nearly so, so only that one was trained',
    )
    .exactOptional(),
};

const reason = f
  .text('why it was stopped early or rejected, for status `stopped` or `rejected`')
  .exactOptional();
const error = f.text('why it failed, for status `failed`').exactOptional();

function ending<Status extends string, More extends z.core.$ZodLooseShape>(status: Status, more: More) {
  return z.strictObject({
    ...requestShape,
    ...resultShape,
    status: z.literal(status),
    ...makingShape,
    ...more,
  });
}

/** How an evaluation can end, each with what it has of its own; better ones stand above worse ones. */
const endings = [
  /** The training came to its end. */
  ending('ok', {}),
  /** The protocol stopped early, for that `reason`; the reward is an estimate of what the training would have come to. */
  ending('stopped', { reason }),
  /** The final training, or every one of the sweep, met a loss or a weight that is not finite; the reward is `lostReward`. */
  ending('diverged', {}),
  /** The rule cannot learn, for that `reason`, which was found without training; the reward is `lostReward`. */
  ending('rejected', { reason }),
  /** Three tries ended for outside reasons (a crash, a hang), the last one for that `error`; the reward is `lostReward`. */
  ending('failed', { error }),
] as const;

/**
 * The one schema of an evaluation as it is written down: in a store, in a message, in a document. Numbers that are not finite
 * are written by name. What it reads has its fields in this order.
 */
export const evaluationSchema = z.discriminatedUnion('status', endings);

export type Evaluation = f.DataOf<typeof evaluationSchema>;
export type EvaluationStatus = Evaluation['status'];
export type SweepPoint = Evaluation['sweep'][number];

/** Every way to end, the best one first. */
export const statuses = endings.map(({ shape }) => shape.status.value) as readonly EvaluationStatus[];

const meanings: Readonly<Record<EvaluationStatus, string>> = {
  ok: '`ok`',
  stopped: '`stopped`: the protocol stopped early, and the reward is an estimate',
  diverged: '`diverged`: the training met a number that is not finite',
  rejected: '`rejected`: the rule cannot learn, which was found without training',
  failed: '`failed`: three tries ended in a crash or a hang',
};

/** A status, as documents describe it. */
export const statusField = z.enum(statuses).describe(statuses.map((one) => meanings[one]).join('; '));

/** The fields that evaluations of every ending have, to pick from. */
export const evaluationFields = z.object({
  ...requestShape,
  ...resultShape,
  status: statusField,
  ...makingShape,
});

/** An evaluation of any ending, as documents hold it: they always name every condition. */
export const evaluationDocument = z
  .strictObject({ ...evaluationFields.shape, ...regimeFields, reason, error })
  .meta({ id: 'Evaluation', description: 'an evaluation' });

/** What says which evaluation it is: the rule's key, its conditions, and who computed it. */
const identitySchema = z.object({
  key: requestShape.key,
  ...conditionShape,
  fingerprint: makingShape.fingerprint,
  version: makingShape.version,
});
export type EvaluationIdentity = Readonly<z.output<typeof identitySchema>>;

/** Names of the fields of an {@link EvaluationIdentity}. */
export const identityFields = Object.keys(identitySchema.shape) as readonly (keyof EvaluationIdentity)[];

/** The part of an evaluation that rankings look at, as little as is quick to read. */
export const summarySchema = identitySchema.extend(
  evaluationFields.pick({
    ...{
      rule: true,
      learningRate: true,
      edgeOfGrid: true,
      reward: true,
      score: true,
      status: true,
      reuses: true,
    },
  }).shape,
);
export type EvaluationSummary = Readonly<z.output<typeof summarySchema>>;

/** A text that equal evaluations of one machine share, and no others. */
export function evaluationId(evaluation: ConditionNames & { readonly key: string }): string {
  return JSON.stringify([evaluation.key, ...conditionNames.map((name) => evaluation[name])]);
}
const conditionNames = Object.keys(conditionShape) as readonly (keyof ConditionNames)[];

/** What an evaluation reports while it runs, as messages hold it. */
export const progressSchema = z.strictObject({
  phase: f.oneOf(['sweep', 'final'], 'whether a learning rate is tried or the final training is under way'),
  learningRate: f.figure('learning rate of the training under way'),
  done: z.number().min(0).max(1).describe('share of the evaluation that is done, from 0 to 1'),
  accuracy: f.figure('newest validation accuracy, or score').exactOptional(),
});
export type EvaluationProgress = Readonly<z.output<typeof progressSchema>>;
