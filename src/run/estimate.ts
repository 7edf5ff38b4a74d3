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

export function plannedEvaluations({
  samples,
  references,
  retest,
}: Pick<RunConfig, 'samples' | 'references' | 'retest'>): PlannedEvaluations {
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
  likely: z
    .strictObject({
      stepsPerProposal: f.figure('training steps of a proposal, as measured for the task'),
      coreHours: f.figure('core-hours in all'),
      seconds: f.figure('seconds from start to end'),
    })
    .describe('the same if proposals end early as often as measured, if that was measured')
    .exactOptional(),
});

/** What a run costs at most. Rules that diverge stop early, so it is mostly less. */
export type RunEstimate = f.DataOf<typeof runEstimateSchema>;

/** Tests with fresh seeds have no shortcuts. */
const retestSteps = ({ retests }: PlannedEvaluations, protocol: Protocol, task: StepSizes): number =>
  retests === 0 ? 0 : retests * knownSteps(inFull(protocol), task);

function knownSteps(protocol: Protocol, task: StepSizes): number {
  const steps = protocolSteps(protocol, task);
  return Number.isFinite(steps) ? steps : Number.NaN;
}

/**
 * @param secondsPerStep As `measureStep` of evaluate/ gives it; NaN if it is not known, and so are the times then.
 * @param stepsPerProposal What a proposal was measured to take, if it was.
 */
export function estimateRun(
  config: RunConfig,
  task: StepSizes,
  secondsPerStep: number,
  workers: number,
  stepsPerProposal?: number,
): RunEstimate {
  const evaluations = plannedEvaluations(config);
  const protocol = parseProtocol(config.protocol);
  const stepsPerEvaluation = knownSteps(protocol, task);
  const others = evaluations.references * stepsPerEvaluation + retestSteps(evaluations, protocol, task);
  const stepsIf = (perProposal: number): number => evaluations.proposals * perProposal + others;
  const timesOf = (steps: number) => {
    const coreSeconds = steps * secondsPerStep;
    return { coreHours: coreSeconds / 3600, seconds: coreSeconds / workers };
  };
  const steps = stepsIf(stepsPerEvaluation);
  return {
    evaluations,
    stepsPerEvaluation,
    steps,
    secondsPerStep,
    workers,
    ...timesOf(steps),
    ...(stepsPerProposal !== undefined && {
      likely: { stepsPerProposal, ...timesOf(stepsIf(stepsPerProposal)) },
    }),
  };
}
