import type { RunConfig } from '../run/index.ts';
import type { Context, Result } from './command.ts';
import { workerCount } from './evaluators.ts';
import { measureStep } from './measure-step.ts';
import { otherEvaluations } from './run-config.ts';
import { duration, thousands } from './text/format.ts';
import { pairs } from './text/table.ts';

/** What a search would cost, from a few seconds of real training where the data are here. Nothing is stored. */
export async function dryRun(context: Context, config: RunConfig): Promise<Result> {
  const { findProtocol, protocolSteps } = await import('../evaluate/index.ts');
  const { findSpace, spaceSize } = await import('../rules/index.ts');
  const { resolveTask } = await import('../tasks/index.ts');
  const task = await resolveTask(config.task);
  const { references, retests } = otherEvaluations(config);
  const evaluations = config.samples + references + retests;
  const stepsPerEvaluation = protocolSteps(findProtocol(config.protocol), task);
  const workers = workerCount(context.settings, config.batch * config.pipeline);
  const secondsPerStep = await measureStep(context, config);
  const coreSeconds = evaluations * stepsPerEvaluation * secondsPerStep;
  const size = spaceSize(findSpace(config.space.name, config.space));
  const document = {
    config,
    evaluations: { proposals: config.samples, references, retests, total: evaluations },
    stepsPerEvaluation,
    steps: evaluations * stepsPerEvaluation,
    secondsPerStep,
    workers,
    coreHours: coreSeconds / 3600,
    seconds: coreSeconds / workers,
  };
  const text = [plan(document, thousands(size), context), ...notes(document, task.dataSet)].join('\n');
  return { document, text };
}

interface Plan {
  readonly config: RunConfig;
  readonly evaluations: {
    readonly proposals: number;
    readonly references: number;
    readonly retests: number;
    readonly total: number;
  };
  readonly stepsPerEvaluation: number;
  readonly steps: number;
  /** NaN where nothing could be measured. */
  readonly secondsPerStep: number;
  readonly workers: number;
  readonly coreHours: number;
  readonly seconds: number;
}

function plan(document: Plan, size: string, { stdout }: Context): string {
  const { config, evaluations, stepsPerEvaluation, steps, secondsPerStep, workers, coreHours, seconds } =
    document;
  const { proposals, references, retests, total } = evaluations;
  const measured = Number.isFinite(secondsPerStep);
  return pairs(
    [
      ['search', `${config.strategy.name} in ${config.space.name}, ${size} token strings`],
      ['scored by', `${config.task}, protocol ${config.protocol}`],
      [
        'evaluations',
        `at most ${thousands(total)}: ${thousands(proposals)} proposals, ${references} references, ${retests} retests`,
      ],
      ['steps', `${thousands(stepsPerEvaluation)} an evaluation, ${thousands(steps)} in all`],
      ['step', measured ? `${(secondsPerStep * 1000).toFixed(1)} ms, measured on one core` : 'not measured'],
      ['cost', measured ? `at most ${hours(coreHours)} core-hours` : '—'],
      [
        'time',
        measured ? `at most ${duration(seconds)} on ${workers} worker${workers === 1 ? '' : 's'}` : '—',
      ],
    ],
    stdout.columns,
  );
}

const hours = (value: number): string => (value < 10 ? value.toFixed(2) : thousands(Math.round(value)));

function notes({ secondsPerStep }: Plan, dataSet: string | undefined): readonly string[] {
  const lines = ['equal rules are trained once, and rules that diverge stop early: it is mostly less'];
  if (!Number.isFinite(secondsPerStep)) lines.push(`to measure a step: nos data fetch ${dataSet ?? 'NAME'}`);
  return lines;
}
