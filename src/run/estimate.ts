import * as z from 'zod';
import { inFull, type Protocol, parseProtocol, protocolSteps, type StepSizes } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import type { RunConfig } from './config.ts';
import { plannedRetests } from './retest.ts';

const plannedSchema = z.strictObject({
  proposals: f.count('of proposals'),
  references: f.count('of reference rules'),
  retests: f.count('with fresh seeds'),
  total: f.count('in all'),
});

/** The evaluations that a run makes at most: equal rules are one evaluation. */
export type PlannedEvaluations = f.DataOf<typeof plannedSchema>;

export function plannedEvaluations({ samples, references, retest }: RunConfig): PlannedEvaluations {
  const retests = plannedRetests({ references, retest });
  return {
    proposals: samples,
    references: references.length,
    retests,
    total: samples + references.length + retests,
  };
}

export const runEstimateSchema = z.strictObject({
  evaluations: plannedSchema.describe('evaluations at most'),
  // NaN if the protocol trains on all examples and the task does not say how many it has.
  stepsPerEvaluation: f.figure('training steps of an evaluation; NaN if not known'),
  steps: f.figure('training steps in all'),
  secondsPerStep: f.figure('measured seconds of a training step; NaN if the data are not on this machine'),
  workers: f.count('worker processes'),
  coreHours: f.figure('core-hours in all'),
  seconds: f.figure('seconds from start to end'),
});

/** What a run costs at most. Rules that diverge stop early, so it is mostly less. */
export type RunEstimate = f.DataOf<typeof runEstimateSchema>;

function knownSteps(protocol: Protocol, task: StepSizes): number {
  const steps = protocolSteps(protocol, task);
  return Number.isFinite(steps) ? steps : Number.NaN;
}

/** @param secondsPerStep As `measureStep` of evaluate/ gives it; NaN if it is not known, and so are the times then. */
export function estimateRun(
  config: RunConfig,
  task: StepSizes,
  secondsPerStep: number,
  workers: number,
): RunEstimate {
  const evaluations = plannedEvaluations(config);
  const protocol = parseProtocol(config.protocol);
  const stepsPerEvaluation = knownSteps(protocol, task);
  const searched = (evaluations.proposals + evaluations.references) * stepsPerEvaluation;
  const steps = searched + evaluations.retests * knownSteps(inFull(protocol), task);
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
