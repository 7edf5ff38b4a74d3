import * as z from 'zod';
import { NosError } from '../errors.ts';
import { calibrationFor, measureStep, stepsPerProposal } from '../evaluate/index.ts';
import { parseConditions, regimeOf, regimeText, withoutHash } from '../evaluation/index.ts';
import type { DataOf } from '../fields.ts';
import { duration, pairs, plural, thousands } from '../report/index.ts';
import { findSpace, spaceSize } from '../rules/index.ts';
import {
  estimateRun,
  type RunConfig,
  type RunEstimate,
  runConfigSchema,
  runEstimateSchema,
  withScore,
} from '../run/index.ts';
import { shellWord } from '../shell.ts';
import { resolveTask, type Task } from '../tasks/index.ts';
import type { Context, Result } from './command.ts';
import { type EvaluatingSettings, workerCount } from './evaluators.ts';
import { prepareEngine } from './prepare.ts';
import { usualWorkers } from './programs.ts';

export const dryRunDocument = z.strictObject({
  config: runConfigSchema,
  ...runEstimateSchema.shape,
});

/** Estimates what a search would cost, from a few seconds of real training if the data are here. Nothing is stored. */
export async function dryRun(
  context: Context<EvaluatingSettings>,
  given: RunConfig,
): Promise<Result<DataOf<typeof dryRunDocument>>> {
  const config = await withScore(given);
  const task = await resolveTask(config.task);
  const workers = workerCount(
    { workers: context.settings.workers ?? (await usualWorkers([config.task])) },
    config.batch * config.pipeline,
  );
  if (!task.program) await prepareEngine(context, { tasks: [task] });
  const conditions = parseConditions({ task: config.task, seed: config.seed, ...regimeOf(config) });
  const calibration = calibrationFor(conditions);
  const perProposal = calibration && stepsPerProposal(calibration, config.strategy.name);
  // A program says itself what it is trained with, and how many of its trainings are one and the same.
  const sizes = task.program ? { batchSize: 1 } : task;
  const estimate = estimateRun(
    ...([config, sizes, await secondsPerStep(context, config, task), workers, perProposal] as const),
  );
  const rows = rowsOf(config, estimate);
  const text = [pairs(rows, context.stdout.columns), ...notesOn(estimate, task, config, context)].join('\n');
  return { document: { config, ...estimate }, text };
}

/**
 * Measures a step; NaN if the data set is not on this machine, the task does not say how many examples it has, or it is a program, which
 * nobody may run before a search.
 */
async function secondsPerStep({ places, signal }: Context, config: RunConfig, task: Task): Promise<number> {
  if (task.program) return Number.NaN;
  const clock = () => performance.now() / 1000;
  const options = { task, ...regimeOf(config), directory: places.data, clock, signal };
  return measureStep(options).catch((error: unknown) => {
    if (error instanceof NosError && error.code === 'data-missing') return Number.NaN;
    throw error;
  });
}

function rowsOf(config: RunConfig, estimate: RunEstimate): readonly (readonly [string, string])[] {
  const { evaluations, stepsPerEvaluation, steps, secondsPerStep, workers, likely } = estimate;
  const { proposals, references, retests, total } = evaluations;
  const { name, ...choices } = config.space;
  const space = findSpace(name, choices);
  const parts = `${thousands(proposals)} proposals, ${references} references, ${retests} retests`;
  const each = `${thousands(stepsPerEvaluation)} per evaluation`;
  const measured = Number.isFinite(secondsPerStep);
  const hours = (value: number) => (value < 10 ? value.toFixed(2) : thousands(Math.round(value)));
  const about = (text: (of: { coreHours: number; seconds: number }) => string) =>
    `at most ${text(estimate)}${likely ? `, likely ${text(likely)}` : ''}`;
  return [
    ['search', `${config.strategy.name} in ${space.name}, ${thousands(spaceSize(space))} token strings`],
    ['scored by', `${config.task}, ${regimeText(config)}`],
    ['evaluations', `at most ${thousands(total)}: ${parts}`],
    ['steps', Number.isNaN(steps) ? 'not known' : `${each}, ${thousands(steps)} in all`],
    ['step', measured ? `${(secondsPerStep * 1000).toFixed(1)} ms, measured on one core` : 'not measured'],
    ['cost', measured ? `${about(({ coreHours }) => hours(coreHours))} core-hours` : '—'],
    ['time', measured ? `${about(({ seconds }) => duration(seconds))} on ${plural(workers, 'worker')}` : '—'],
  ];
}

function notesOn(
  { steps, secondsPerStep, evaluations }: RunEstimate,
  { dataSet, program }: Task,
  config: RunConfig,
  { call }: Context,
): readonly string[] {
  if (program) {
    const check = call(`nos task check --task ${shellWord(withoutHash(config.task))}`);
    return [`what a step takes shows when it is run: ${check} --rules ${evaluations.proposals}`];
  }
  if (Number.isNaN(steps)) {
    return [
      'the task does not say how many training examples it has (trainExamples, docs/tasks.md): estimate a protocol that takes fewer, such as paper',
    ];
  }
  return [
    'equal rules are trained once, and rules that diverge stop early, so it is usually less',
    ...(Number.isFinite(secondsPerStep)
      ? []
      : [`to measure a step: ${call(`nos data fetch ${dataSet ?? 'NAME'}`)}`]),
  ];
}
