import * as z from 'zod';
import { NosError } from '../errors.ts';
import {
  ACCURACY,
  goals,
  isShare,
  type Metric,
  metricOf,
  regimeFields,
  regimeShape,
} from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { deriveKey } from '../random/index.ts';
import { constraints } from '../rules/index.ts';

const count = (description: string) => z.int().positive().describe(description);
const name = (description: string) => z.string().min(1).describe(description);
const names = (description: string) => z.array(z.string().min(1)).describe(description);

/** All that the result of a run depends on, except for the machine's fingerprint and the version of this package. */
export const runConfigSchema = z
  .strictObject({
    task: f.task.min(1),
    space: z
      .strictObject({
        name: name('name of the space'),
        iterations: count('iterations, if they were chosen').optional(),
        constraints: z.array(z.enum(constraints)).describe('constraints, if they were chosen').optional(),
        operands: names('operands, if they were chosen').optional(),
        unary: names('unary functions, if they were chosen').optional(),
        binary: names('binary functions, if they were chosen').optional(),
      })
      .describe('space that is searched'),
    strategy: z
      .strictObject({
        name: name('name of the strategy'),
        options: f.options,
        warmStart: names('rules that are proposed first'),
      })
      .describe('strategy that proposes'),
    ...regimeFields,
    samples: count('proposals in all'),
    batch: count('proposals per batch'),
    pipeline: count('batches in flight'),
    seed: f.seed,
    references: names('reference rules'),
    retest: z
      .strictObject({
        top: f.count('number of found rules that are tested again'),
        seeds: f.count('fresh seeds of each test'),
        halving: f
          .flag('whether only the better half of the rules gets the second half of the seeds, and so on')
          .optional(),
      })
      .describe('tests with fresh seeds at the end'),
    score: z
      .strictObject({
        metric: name('what it is called'),
        goal: f.oneOf(goals, 'which scores are better'),
      })
      .describe('score of the task, unless it is an accuracy')
      .exactOptional(),
    pull: z
      .strictObject({
        metric: name('what the values are called'),
        goal: f.oneOf(goals, 'which values are better'),
        learningRates: f.figures('learning rates that a trial is to choose from'),
      })
      .describe('present if trials are asked for and told, by `nos ask` and `nos tell`')
      .exactOptional(),
  })
  .meta({ id: 'Configuration', description: 'all that the result of the run depends on' });

export type RunConfig = f.DataOf<typeof runConfigSchema>;

/** The rules that a run trains beside its own, unless it names others. */
export const USUAL_REFERENCES = ['sgd', 'momentum', 'adam', 'rmsprop', 'powersign'] as const;

const { strategy, pipeline, references, retest } = runConfigSchema.shape;

const inputSchema = runConfigSchema.extend({
  strategy: strategy.extend({
    options: strategy.shape.options.default({}),
    warmStart: strategy.shape.warmStart.default([]),
  }),
  ...regimeShape,
  pipeline: pipeline.default(2),
  references: references.default([...USUAL_REFERENCES]),
  retest: retest.default({ top: 5, seeds: 3 }),
});

/** What a caller must say of a run: fields that have defaults may be left out. */
export type RunConfigInput = f.Immutable<z.input<typeof inputSchema>>;

/**
 * The configuration with defaults filled in.
 *
 * @throws NosError `bad-option` that names the first field that is wrong, an unknown one included.
 */
export function parseRunConfig(input: unknown): RunConfig {
  const parsed = inputSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'configuration';
  throw new NosError(
    'bad-option',
    `${field}: ${issue?.message}`,
    'correct that field of the run’s configuration',
  );
}

/** All rules of a run, and the references beside them, are evaluated with one seed. */
export const evaluationSeedOf = (seed: number): number => deriveKey(seed, 'evaluation').k0;

/** The fresh seeds of a run, from the 0th, which its tests at the end begin with. */
export const freshSeedOf = (seed: number, j: number): number => deriveKey(seed, 'retest', j).k0;

/** What the scores of a run are called, and which way they get better. */
export function metricOfRun({ score, pull }: Pick<RunConfig, 'score' | 'pull'>): Metric {
  const { metric, goal } = score ?? pull ?? ACCURACY;
  return { metric, goal };
}

/**
 * The configuration with the score that its task declares now.
 *
 * @throws NosError `unknown-name`, `bad-option`, `task`, as `resolveTask` of tasks/ does.
 */
export async function withScore<Config extends Pick<RunConfig, 'task' | 'score'>>(
  config: Config,
): Promise<Config> {
  const { resolveTask } = await import('../tasks/index.ts');
  const metric = metricOf(await resolveTask(config.task));
  const { score: _, ...others } = config;
  return { ...others, ...(!isShare(metric) && { score: metric }) } as Config;
}
