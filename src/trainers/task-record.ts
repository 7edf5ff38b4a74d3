import * as z from 'zod';
import { bytesOf, secondsOf } from '../amounts.ts';
import { NosError } from '../errors.ts';
import { contradictionIn, type Metric } from '../evaluation/index.ts';
import { targets } from '../export/index.ts';
import { nearestName } from '../names.ts';
import { resolveRule } from '../rules/index.ts';
import { shown } from '../shown.ts';
import { checkMacros } from './arguments.ts';

/** Targets of `nos export` that a program can import a rule from: what has a class, or a function, that needs nothing but the learning rate. */
const FRAMEWORKS = targets.names.filter((name) => !['c', 'latex', 'markdown'].includes(name));

/** Most learning rates, and processes at a time, of one task. */
const MOST_RATES = 50;
const MOST_PROCESSES = 1_000;

const got = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) => `expected ${what}, got ${shown(input)}`,
});
const count = (what: string) => z.int(got(what)).positive(got(what));

/** A text such as `10m`, or a number of seconds, as seconds. */
const seconds = z
  .union([z.number(), z.string()], got('a duration such as "10m", or a number of seconds'))
  .transform((given) => (typeof given === 'number' ? given : (secondsOf(given) ?? Number.NaN)))
  .refine(
    (given) => given > 0 && given <= 2_000_000,
    'expected a duration such as "10m", or a number of seconds, of at most 23 days',
  );

/** A text such as `4GB`, or a number of bytes, as bytes. */
const bytes = z
  .union([z.number(), z.string()], got('a size such as "4GB", or a number of bytes'))
  .transform((given) => (typeof given === 'number' ? given : (bytesOf(given) ?? Number.NaN)))
  .refine(
    (given) => given >= 2 ** 20,
    'expected a size such as "4GB", or a number of bytes, of at least a megabyte',
  );

const NAME = 'expected letters, digits, hyphens and underscores, a letter first';
const METRIC = 'expected a name such as val_loss: at most 40 letters, digits and _ . - / @ %, a letter first';
const RATES = `expected 1 to ${MOST_RATES} learning rates, each a positive number`;

/** Says what is wrong with a rule, by its text or its name. */
function isRule({ value, issues }: z.core.ParsePayload<string>): void {
  try {
    resolveRule(value);
  } catch (error) {
    issues.push({ code: 'custom', input: value, message: (error as Error).message });
  }
}

/** The one schema of a program as a task: of the file `nos.task.json`, and of the options that stand for it. */
export const taskRecordSchema = z
  .strictObject({
    name: z
      .string(NAME)
      .regex(/^[A-Za-z][\w-]{0,60}$/, NAME)
      .describe('what lists and messages call the task; the name of its folder unless given')
      .exactOptional(),
    command: z
      .string('expected a command as text')
      .refine((text) => text.trim() !== '', 'expected a command as text')
      .describe('what a shell runs for every trial, in the folder of the task file: python train.py ${args}'),
    directory: z
      .string()
      .min(1)
      .describe('the folder that the command runs in; that of the task file unless given')
      .exactOptional(),
    framework: z
      .enum(FRAMEWORKS, { error: ({ input }) => unknownFramework(input) })
      .describe(`the framework that rules are written for: ${FRAMEWORKS.join(', ')}`)
      .default('pytorch'),
    metric: z
      .string(METRIC)
      .regex(/^[A-Za-z][\w./@%-]{0,39}$/, METRIC)
      .describe('the name of the result; needed unless the program gives one number')
      .exactOptional(),
    goal: z
      .enum(['minimise', 'maximise'], got("'minimise' or 'maximise'"))
      .describe('which results are better; maximise unless given')
      .exactOptional(),
    steps: count('a positive integer')
      .describe('training steps of a trial, as the program is told')
      .default(1000),
    sweepSteps: count('a positive integer')
      .describe(
        'training steps of a trial that only chooses the learning rate; those of a trial unless given',
      )
      .exactOptional(),
    learningRates: z
      .array(z.number(got(RATES)).positive(RATES), got(RATES))
      .min(1, RATES)
      .max(MOST_RATES, RATES)
      .transform((rates) => [...new Set(rates)].sort((a, b) => a - b))
      .describe('learning rates that every rule is trained with; the best one counts')
      .default([1e-4, 1e-3, 1e-2, 1e-1, 1]),
    timeout: seconds.describe('a trial that takes longer is ended').default(3_600),
    memory: bytes.describe('a trial whose processes take more memory together is ended').exactOptional(),
    concurrency: count('a positive integer')
      .max(MOST_PROCESSES)
      .describe('trials at a time on one machine; one per core, or per GPU named, unless given')
      .exactOptional(),
    gpus: z
      .array(z.union([z.int().nonnegative(), z.string().regex(/^[\w:/.-]+$/)]), got('a list such as [0, 1]'))
      .min(1, 'expected a list such as [0, 1]')
      .describe('values of CUDA_VISIBLE_DEVICES, one per trial at a time')
      .exactOptional(),
    files: z
      .array(z.string().min(1), got('a list of files and folders'))
      .describe(
        'files and folders that the result depends on; the scripts that the command names unless given',
      )
      .exactOptional(),
    chance: z
      .number(got('a number'))
      .describe('the result of a model that has learnt nothing')
      .exactOptional(),
    references: z
      .array(z.string(got('a rule')).check(isRule), got('a list of rules'))
      .describe('rules that a search trains beside its own; the usual ones unless given')
      .exactOptional(),
    version: z
      .string('expected a text such as "torch 2.5.1"')
      .describe('what the result depends on beside the files, such as versions of libraries')
      .exactOptional(),
  })
  .superRefine((record, context) => {
    const { command, metric, goal, steps, sweepSteps } = record;
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const problem = checkMacros(command);
    if (problem !== undefined) refuse('command', problem);
    const odd = contradictionIn(declared(record));
    if (odd !== undefined) refuse(odd.field, odd.problem);
    if (goal === undefined && metric !== undefined && LESS_IS_BETTER.test(metric)) {
      refuse('goal', `say which values of '${metric}' are better: minimise or maximise`);
    }
    if (sweepSteps !== undefined && sweepSteps > steps)
      refuse('sweepSteps', `more than the ${steps} steps of a trial`);
  });

/** Names of results of which less is mostly better: nobody who forgets to say so shall search for the worst. */
const LESS_IS_BETTER = /loss|err(or)?(?![a-z])|perplexity|ppl|mse|mae|nll|wer$/i;

/** A program of the user's own as a task, every default filled in. */
export type TaskRecord = Readonly<z.output<typeof taskRecordSchema>>;
/** The same as somebody writes it. */
export type TaskRecordInput = Readonly<z.input<typeof taskRecordSchema>>;

/** What a record declares of its result. One that has no name is no accuracy, and may be any number. */
export function declared({
  metric,
  goal,
  chance,
}: Partial<Pick<TaskRecord, 'metric' | 'goal' | 'chance'>>): Metric & { readonly chance?: number } {
  const unnamed = goal === 'minimise' ? 'loss' : 'score';
  return { metric: metric ?? unnamed, goal: goal ?? 'maximise', ...(chance !== undefined && { chance }) };
}

function unknownFramework(name: unknown): string {
  const nearest = typeof name === 'string' ? nearestName(name, FRAMEWORKS) : undefined;
  const guess = nearest === undefined ? '' : `did you mean '${nearest}'? `;
  return `unknown framework ${shown(name)}; ${guess}known: ${FRAMEWORKS.join(', ')}`;
}

/**
 * Checks a record and fills its defaults in.
 *
 * @param where What messages call it: `nos.task.json`, `--task-command`.
 * @throws NosError `bad-option` that names the first field that is wrong.
 * @example parseTaskRecord({ command: 'python train.py', metric: 'val_loss', goal: 'minimise' }, 'nos.task.json')
 */
export function parseTaskRecord(input: unknown, where: string): TaskRecord {
  const parsed = taskRecordSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.');
  throw new NosError(
    'bad-option',
    `${where}: ${field ? `${field}: ` : ''}${issue?.message}`,
    'docs/task-command.md says what each field means',
  );
}
