import * as z from 'zod';
import type { Immutable } from '../fields.ts';
import { jsonNumber } from '../json.ts';
import { type ConditionInput, type ConditionNames, conditionShape } from './conditions.ts';

/** Everything that a reward depends on. Equal requests on equal fingerprints give equal evaluations, to the bit. */
export interface EvaluationRequest extends ConditionInput {
  /** Rule text or catalogue name. */
  readonly rule: string;
}

const curve = z.array(jsonNumber);

/** A request that is parsed: canonical text, the rule's key, and every condition by its one name. */
export type IdentifiedRequest = ConditionNames & { readonly rule: string; readonly key: string };

/** What was evaluated. */
const requestShape = {
  /** Canonical text; earlier versions also wrote catalogue names. */
  rule: z.string(),
  ...conditionShape,
  /** The rule's key: a hash of its canonical form. */
  key: z.string(),
};

const resultShape = {
  /** Learning rate that the sweep chose (ties go to the smaller); NaN if every one diverged. */
  learningRate: jsonNumber,
  /** Whether that learning rate is the smallest or the largest of the grid, so that a better one may lie outside. */
  edgeOfGrid: z.boolean(),
  /** Validation accuracy after the sweep at each learning rate; NaN if the training diverged. */
  sweep: z.array(z.strictObject({ learningRate: jsonNumber, accuracy: jsonNumber })),
  /** Final validation accuracy, an estimate of it, or chance. */
  reward: jsonNumber,
  /** Validation accuracy after each epoch of the final training. */
  curve,
  /** Test accuracy after each epoch of the final training, if the protocol keeps curves. */
  testCurve: curve.exactOptional(),
  /** Mean training loss of each epoch of the final training, if the protocol keeps curves. */
  lossCurve: curve.exactOptional(),
  /** Measures of the task's own, on the validation examples after the final training. */
  measures: z.record(z.string(), jsonNumber).exactOptional(),
  /** The task's own measures after each epoch of the final training, if the protocol keeps curves. */
  measureCurves: z.record(z.string(), curve).exactOptional(),
  /** The task's own measures on the test examples after the final training, if the protocol keeps curves. */
  testMeasures: z.record(z.string(), jsonNumber).exactOptional(),
};

/** What it took, and who computed it. */
const makingShape = {
  /** Training steps taken, sweep and final training together. */
  steps: z.int(),
  /** Wall-clock seconds: not part of the result's identity. */
  seconds: jsonNumber,
  fingerprint: z.string(),
  /** Version of this package. */
  version: z.string(),
};

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
  ending('stopped', { reason: z.string().exactOptional() }),
  /** The final training, or every one of the sweep, met a loss or a weight that is not finite; the reward is chance. */
  ending('diverged', {}),
  /** The rule cannot learn, for that `reason`, which was found without training; the reward is chance. */
  ending('rejected', { reason: z.string().exactOptional() }),
  /** Three tries ended for outside reasons (a crash, a hang), the last one for that `error`; the reward is chance. */
  ending('failed', { error: z.string().exactOptional() }),
] as const;

/**
 * The one schema of an evaluation as it is written down: in a store, in a message, in a document. Numbers that are not finite
 * are written by name. What it reads has its fields in this order.
 */
export const evaluationSchema = z.discriminatedUnion('status', endings);

export type Evaluation = Immutable<z.output<typeof evaluationSchema>>;
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
  evaluationFields.pick({ rule: true, learningRate: true, edgeOfGrid: true, reward: true, status: true })
    .shape,
);
export type EvaluationSummary = Readonly<z.output<typeof summarySchema>>;

/** A text that equal evaluations of one machine share, and no others. */
export function evaluationId(evaluation: ConditionNames & { readonly key: string }): string {
  return JSON.stringify([evaluation.key, ...conditionNames.map((name) => evaluation[name])]);
}
const conditionNames = Object.keys(conditionShape) as readonly (keyof ConditionNames)[];

/** What an evaluation reports while it runs, as messages hold it. */
export const progressSchema = z.strictObject({
  phase: z.enum(['sweep', 'final']),
  learningRate: jsonNumber,
  /** Share of the evaluation's steps that are done, 0…1. */
  done: z.number().min(0).max(1),
  /** The latest validation accuracy, if there is one. */
  accuracy: jsonNumber.exactOptional(),
});
export type EvaluationProgress = Readonly<z.output<typeof progressSchema>>;
