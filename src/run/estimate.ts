import { parseProtocol, protocolSteps, type StepSizes } from '../evaluation/index.ts';
import type { RunConfig } from './config.ts';

/** The evaluations that a run makes at most: equal rules are one evaluation. */
export interface PlannedEvaluations {
  readonly proposals: number;
  readonly references: number;
  /** Evaluations with fresh seeds at the end. */
  readonly retests: number;
  readonly total: number;
}

export function plannedEvaluations({ samples, references, retest }: RunConfig): PlannedEvaluations {
  const retests = (retest.top + references.length) * retest.seeds;
  return {
    proposals: samples,
    references: references.length,
    retests,
    total: samples + references.length + retests,
  };
}

/** What a run costs at most. Rules that diverge stop early, so it is mostly less. */
export interface RunEstimate {
  readonly evaluations: PlannedEvaluations;
  /** NaN if the protocol trains on all examples and the task does not say how many it has; so are all sums of it. */
  readonly stepsPerEvaluation: number;
  /** Training steps in all. */
  readonly steps: number;
  readonly secondsPerStep: number;
  readonly workers: number;
  readonly coreHours: number;
  /** Duration from start to end. */
  readonly seconds: number;
}

/** @param secondsPerStep As `measureStep` of evaluate/ gives it; NaN if it is not known, and so are the times then. */
export function estimateRun(
  config: RunConfig,
  task: StepSizes,
  secondsPerStep: number,
  workers: number,
): RunEstimate {
  const evaluations = plannedEvaluations(config);
  const planned = protocolSteps(parseProtocol(config.protocol), task);
  const stepsPerEvaluation = Number.isFinite(planned) ? planned : Number.NaN;
  const steps = evaluations.total * stepsPerEvaluation;
  const coreSeconds = steps * secondsPerStep;
  return {
    evaluations,
    stepsPerEvaluation,
    steps,
    secondsPerStep,
    workers,
    coreHours: coreSeconds / 3600,
    seconds: coreSeconds / workers,
  };
}
