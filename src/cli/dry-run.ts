import { NosError } from '../errors.ts';
import { conditionsText, duration, pairs, thousands } from '../report/index.ts';
import type { RunConfig, RunEstimate } from '../run/index.ts';
import type { Context, Result } from './command.ts';
import { prepareEngine } from './engine.ts';
import { workerCount } from './evaluators.ts';

/** What a search would cost, from a few seconds of real training where the data are here. Nothing is stored. */
export async function dryRun(context: Context, config: RunConfig): Promise<Result> {
  const { findSpace, spaceSize } = await import('../rules/index.ts');
  const { resolveTask } = await import('../tasks/index.ts');
  const { estimateRun } = await import('../run/index.ts');
  const task = await resolveTask(config.task);
  const workers = workerCount(context.settings, config.batch * config.pipeline);
  const estimate = estimateRun(config, task, await secondsPerStep(context, config), workers);
  const document = { config, ...estimate };
  const space = findSpace(config.space.name, config.space);
  const size = thousands(spaceSize(space));
  const text = [
    plan(document, `${space.name}, ${size} token strings`, context),
    ...notes(document, task.dataSet, context),
  ].join('\n');
  return { document, text };
}

/** Measured; NaN where the data set is not on this machine, or the task does not say how many examples it has. */
async function secondsPerStep(context: Context, config: RunConfig): Promise<number> {
  const { places, signal } = context;
  await prepareEngine(context);
  const { protocol, environment } = config;
  const { measureStep } = await import('../evaluate/index.ts');
  const { resolveTask } = await import('../tasks/index.ts');
  const clock = () => performance.now() / 1000;
  const task = await resolveTask(config.task);
  const options = { task, protocol, environment, directory: places.data, clock, signal };
  return measureStep(options).catch((error: unknown) => {
    if (error instanceof NosError && error.code === 'data-missing') return Number.NaN;
    throw error;
  });
}

interface Plan extends RunEstimate {
  readonly config: RunConfig;
}

function plan(document: Plan, space: string, { stdout }: Context): string {
  const { config, evaluations, stepsPerEvaluation, steps, secondsPerStep, workers, coreHours, seconds } =
    document;
  const { proposals, references, retests, total } = evaluations;
  const measured = Number.isFinite(secondsPerStep);
  return pairs(
    [
      ['search', `${config.strategy.name} in ${space}`],
      ['scored by', `${config.task}, ${conditionsText(config)}`],
      [
        'evaluations',
        `at most ${thousands(total)}: ${thousands(proposals)} proposals, ${references} references, ${retests} retests`,
      ],
      [
        'steps',
        Number.isNaN(steps)
          ? 'not known'
          : `${thousands(stepsPerEvaluation)} an evaluation, ${thousands(steps)} in all`,
      ],
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

function notes(
  { steps, secondsPerStep }: Plan,
  dataSet: string | undefined,
  { call }: Context,
): readonly string[] {
  if (Number.isNaN(steps)) {
    return [
      'the task does not say how many training examples it has (trainExamples, docs/tasks.md): estimate a protocol that takes fewer, such as paper',
    ];
  }
  const lines = ['equal rules are trained once, and rules that diverge stop early: it is mostly less'];
  if (!Number.isFinite(secondsPerStep))
    lines.push(`to measure a step: ${call(`nos data fetch ${dataSet ?? 'NAME'}`)}`);
  return lines;
}
