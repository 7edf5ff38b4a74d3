import type { Evaluation, EvaluationRequest, SweepPoint } from '../evaluation/index.ts';
import type { LossPlace } from './calibration.ts';
import type { Measures, OpenTraining, Trained, Trainer, Training } from './trainer.ts';

/** What an evaluation finds out about a rule. */
export type ProtocolVerdict = Omit<
  Extract<Evaluation, { readonly status: 'stopped' }>,
  keyof EvaluationRequest | 'key' | 'status' | 'seconds' | 'fingerprint' | 'version'
> & { readonly status: Evaluation['status']; readonly error?: string };

/** A training that a stage asks for; rule, seed and the other conditions are those of the evaluation. */
export interface TrainingRequest extends Pick<Training, 'learningRate' | 'budget' | 'detail'> {
  readonly phase: 'sweep' | 'final';
}

/** Where stages have a rule trained. */
export interface Trials {
  /** Trains from the initial weights to the end. */
  train(request: TrainingRequest): Promise<Trained>;
  /** Opens the final training at a learning rate. */
  open(learningRate: number): OpenTraining;
  /** The mean loss of the task's reference trainings under the same seed. */
  level(place: LossPlace): Promise<number>;
}

/** A training that is open, and may become the final one. */
export interface TriedRate {
  readonly learningRate: number;
  readonly training: OpenTraining;
  /** Whether it is still in: finite, and among the best of every rung so far. */
  readonly alive: boolean;
}

/** What the stages before have found out. */
export interface Findings {
  readonly sweep: readonly SweepPoint[];
  /** The learning rate of the final training; NaN until it is chosen. */
  readonly learningRate: number;
  /** Why the first training that failed did so, of those that only choose the learning rate. */
  readonly failure?: string;
  /** Steps of the trainings that are over. */
  readonly steps: number;
  /** Every training that was opened, by ascending learning rate. */
  readonly tried: readonly TriedRate[];
  /** Validation accuracy after each epoch of an open final training. */
  readonly curve: readonly number[];
}

/**
 * One stage of a protocol: from what is known of a rule it goes on to more, or to the verdict, which ends the evaluation. What it
 * gives is a function of what it is given and of what the trainings that it asks for come to.
 */
export type Stage = (
  findings: Findings,
  trials: Trials,
) => Promise<Findings | { readonly verdict: ProtocolVerdict }>;

/** What stages need to know of a task. */
export interface TaskSizes extends Pick<Trainer, 'batchSize' | 'trainExamples'> {
  /** The reward of a training that came to nothing: chance, or minus infinity where scores have units of their own. */
  readonly chance: number;
}

/** The verdict on a rule that did not come to the end of its final training. */
export function ended(
  status: 'stopped' | 'diverged' | 'rejected',
  { learningRate, sweep, tried, steps, curve }: Findings,
  reward: number,
  reason?: string,
): ProtocolVerdict {
  return {
    learningRate,
    edgeOfGrid: isEdge(learningRate, sweep),
    sweep,
    reward,
    curve,
    status,
    ...(reason !== undefined && { reason }),
    steps: steps + stepsOf(tried),
  };
}

/** The verdict on a rule that came to the end of a final training that was open. */
export function finished(
  findings: Findings,
  accuracy: number,
  measures: Measures | undefined,
): ProtocolVerdict {
  const { learningRate, sweep, tried, steps } = findings;
  return {
    learningRate,
    edgeOfGrid: isEdge(learningRate, sweep),
    sweep,
    reward: accuracy,
    curve: [...findings.curve, accuracy],
    ...(measures && { measures }),
    status: 'ok',
    steps: steps + stepsOf(tried),
  };
}

/** Whether a learning rate is the first or the last of those that were tried; nothing was chosen if none was. */
export const isEdge = (learningRate: number, sweep: readonly SweepPoint[]): boolean =>
  sweep.length > 0 && [sweep[0], sweep.at(-1)].some((point) => point?.learningRate === learningRate);

const stepsOf = (tried: readonly TriedRate[]): number =>
  tried.reduce((sum, { training }) => sum + training.losses.length, 0);
