import * as z from 'zod';
import type { Dispatcher } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import {
  type Evaluation,
  type EvaluationProgress,
  evaluationFields,
  type IdentifiedRequest,
  inFull,
  metricOf,
  parseProtocol,
  parseRegime,
  printRegime,
  protocolSteps,
  type RegimeInput,
  regimeFields,
  type StepSizes,
  worth,
} from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { plannedEvaluations, USUAL_REFERENCES, usualRetest } from '../run/index.ts';
import { deviationLimit, mean, pairsNeeded, sampleVariance } from '../statistics/index.ts';
import { taskReference } from '../tasks/index.ts';
import { contestant } from './contestant.ts';
import type { EvaluationEvent } from './evaluate-all.ts';
import { seedsFrom } from './plan.ts';

/** The rule that a task is checked with. */
const RULE = 'adam';
/** How sure {@link deviationLimit} is of its limit. */
const CONFIDENCE = 0.9;
/** Rows of the table of differences. */
const MOST_DIFFERENCES = 4;

const { seed, reward, score, learningRate, edgeOfGrid, status, steps, seconds } = evaluationFields.shape;
const trialSchema = z.strictObject({
  ...{ seed, reward, score, status, learningRate, edgeOfGrid, steps, seconds },
  error: f.text('why it failed').exactOptional(),
});

const repeatSchema = z.strictObject({
  seed: f.seed,
  equal: f.flag('whether both trainings are equal, to the bit: score, curve, learning rates'),
  difference: f.figure('score of the second training less that of the first, in its units'),
});

const spreadSchema = z.strictObject({
  seeds: f.count('seeds that it is measured with'),
  mean: f.number('mean score'),
  deviation: f.number('standard deviation of the scores'),
  atMost: f.number('what the true standard deviation is below, nine times in ten'),
});

const neededSchema = z.strictObject({
  difference: f.number('true difference of the mean scores'),
  seeds: f.count('seeds with which `nos compare` tells it four times in five'),
  atMost: f.count('the same if the deviation is `spread.atMost`'),
});

const searchSchema = z.strictObject({
  rules: f.count('rules to propose'),
  evaluations: f.count('evaluations at most, with reference rules and retests'),
  workers: f.count('worker processes'),
  coreHours: f.figure('core-hours at most'),
  seconds: f.figure('seconds from start to end, at most'),
});

export const taskCheckSchema = z
  .strictObject({
    task: f.task,
    ...regimeFields,
    rule: f.text('name of the rule that was trained'),
    passed: f.flag('whether every training came to its end and learnt something'),
    trials: f.list(trialSchema, 'the trainings: one per seed, and the first seed again'),
    repeat: repeatSchema.describe('the first and the last training, which have one seed'),
    spread: spreadSchema
      .nullable()
      .describe('spread over the seeds; null unless two of them came to their end'),
    trialSeconds: f.figure('mean seconds of a training'),
    search: searchSchema.describe('what a search would take'),
    needed: f.list(
      neededSchema,
      'how many seeds a verdict needs, for differences about the size of the spread',
    ),
    remarks: f.texts('what is odd, as sentences'),
  })
  .meta({ id: 'TaskCheck', description: 'what a task is like before a search' });

/** What a task is like before a search: plain data, all that `nos task check --json` prints. */
export type TaskCheck = f.DataOf<typeof taskCheckSchema>;
type Trial = TaskCheck['trials'][number];

export interface TaskCheckInput extends RegimeInput {
  /** The name of a task, or the path of a module that exports one. */
  readonly task: string;
  readonly seed: number;
  /** How many seeds, 2 or more. */
  readonly seeds: number;
}

/**
 * The trainings of a check: Adam with every seed, then with the first one again. The repetition comes last, so that it runs in another
 * process, or after other trainings: what a task keeps from one training to the next would show.
 *
 * @throws NosError `unknown-name`, `bad-option`, `task`.
 */
export async function planTaskCheck(input: TaskCheckInput): Promise<readonly IdentifiedRequest[]> {
  if (input.seeds < 2) {
    throw new NosError('bad-option', `seeds ${input.seeds}: expected 2 or more`, 'one seed shows no spread');
  }
  const { rule, key } = contestant(RULE);
  const task = await taskReference(input.task);
  const shared = { rule, key, task, ...printRegime(parseRegime(input)) };
  const seeds = seedsFrom(input.seed, input.seeds);
  return [...seeds, input.seed].map((one) => ({ ...shared, seed: one }));
}

export interface TaskCheckServices {
  readonly dispatcher: Pick<Dispatcher, 'evaluate'>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EvaluationEvent) => void;
}

/**
 * Makes all of the trainings, whatever is stored: that equal ones are equal is the question. Nothing is stored.
 *
 * @returns them in the order of the requests.
 * @throws as `Dispatcher.evaluate`; nothing is on its way then.
 */
export async function trainTaskCheck(
  requests: readonly IdentifiedRequest[],
  { dispatcher, signal, onEvent = () => undefined }: TaskCheckServices,
): Promise<readonly Evaluation[]> {
  const failure = new AbortController();
  const stop = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  const calls = requests.map(async (request) => {
    const { key: _, ...asked } = request;
    const onProgress = (progress: EvaluationProgress): void =>
      onEvent({ type: 'progress', request, progress });
    const evaluation = await dispatcher.evaluate(asked, { signal: stop, onProgress });
    onEvent({ type: 'evaluated', request, evaluation });
    return evaluation;
  });
  for (const call of calls) call.catch((reason: unknown) => failure.abort(reason));
  try {
    return await Promise.all(calls);
  } finally {
    await Promise.allSettled(calls);
  }
}

/** What a check's figures depend on beside the trainings. */
export interface TaskCheckContext {
  /** Sizes of the task, and the score of a child that has learnt nothing. */
  readonly task: StepSizes & { readonly chance?: number };
  /** Rules of the search whose time is estimated. */
  readonly rules: number;
  readonly workers: number;
  /** Rules that the search trains beside its own; the usual ones unless given. */
  readonly references?: readonly string[] | undefined;
}

/** Says what the trainings show. Pure: `evaluations` are those of {@link planTaskCheck}, in its order. */
export function summarizeTaskCheck(
  evaluations: readonly Evaluation[],
  { task, rules, workers, references = USUAL_REFERENCES }: TaskCheckContext,
): TaskCheck {
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  if (first === undefined || last === undefined)
    throw new RangeError('a check: expected evaluations, got none');
  const { protocol, environment } = first;
  const seeds = evaluations.slice(0, -1).filter(({ status }) => status === 'ok');
  const spread = spreadOf(seeds.map(scoreIn));
  const trialSeconds = mean(evaluations.map((one) => one.seconds));
  const check = {
    task: first.task,
    ...{ protocol, environment, rule: RULE },
    trials: evaluations.map(trialOf),
    repeat: {
      seed: first.seed,
      equal: equalTrainings(first, last),
      difference: scoreIn(last) - scoreIn(first),
    },
    spread,
    trialSeconds,
    search: searchOf({ protocol, rules, workers, references, task, trialSeconds }),
    needed: spread === null ? [] : neededFor(spread),
  };
  const { goal } = metricOf(first.score ?? {});
  const { chance } = task;
  const learnt = spread === null || chance === undefined || worth(spread.mean, goal) > worth(chance, goal);
  const ended = evaluations.every(({ status }) => status === 'ok');
  return { ...check, passed: ended && learnt, remarks: remarksOn(check, learnt) };
}

/** The score in its own units. */
const scoreIn = ({ reward, score }: Evaluation): number => score?.value ?? reward;

function trialOf(evaluation: Evaluation): Trial {
  const { seed, reward, score, status, learningRate, edgeOfGrid, steps, seconds } = evaluation;
  const error = evaluation.status === 'failed' ? evaluation.error : undefined;
  return {
    ...{ seed, reward, status, learningRate, edgeOfGrid, steps, seconds },
    ...(score !== undefined && { score }),
    ...(error !== undefined && { error }),
  };
}

/** Whether two trainings of equal conditions came out equal, the time aside. */
function equalTrainings(a: Evaluation, b: Evaluation): boolean {
  const [one, other] = [a, b].map(({ seconds: _, ...result }) => JSON.stringify(result, numbersByName));
  return one === other;
}

/** JSON has no NaN: two of them are equal, and no null. */
const numbersByName = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

function spreadOf(scores: readonly number[]): TaskCheck['spread'] {
  if (scores.length < 2) return null;
  // Equal scores have no spread, and no rounding of their mean either.
  const equal = scores.every((score) => score === scores[0]);
  const deviation = equal ? 0 : Math.sqrt(sampleVariance(scores));
  const atMost = deviationLimit(deviation, scores.length - 1, CONFIDENCE);
  return { seeds: scores.length, mean: mean(scores), deviation, atMost };
}

/**
 * Differences of one significant digit, 1, 2 or 5, from half a deviation up, each with the seeds that it takes. A pair's difference
 * spreads by √2 deviations, if the scores of the pair have no more in common than those of two seeds; mostly they have, and it is less.
 */
function neededFor({ deviation, atMost }: NonNullable<TaskCheck['spread']>): TaskCheck['needed'] {
  if (deviation === 0) return [];
  const needed: TaskCheck['needed'][number][] = [];
  for (const difference of roundNumbersFrom(deviation / 2)) {
    const seedsFor = (spread: number): number => pairsNeeded(difference, Math.SQRT2 * spread);
    needed.push({ difference, seeds: seedsFor(deviation), atMost: seedsFor(atMost) });
    if (needed.length === MOST_DIFFERENCES) break;
  }
  return needed;
}

/** 0.01, 0.02, 0.05, 0.1, …, from the first that is `least` or more. */
function* roundNumbersFrom(least: number): Generator<number, never> {
  for (let exponent = Math.floor(Math.log10(least)); ; exponent++) {
    for (const digit of [1, 2, 5]) {
      const value = Number(`${digit}e${exponent}`);
      if (value >= least) yield value;
    }
  }
}

/** The cost of a search with its references and the usual retests, which are trained without shortcuts. */
function searchOf({
  protocol,
  rules,
  workers,
  references: names,
  task,
  trialSeconds,
}: TaskCheckContext & {
  readonly protocol: string;
  readonly references: readonly string[];
  readonly trialSeconds: number;
}): TaskCheck['search'] {
  const parsed = parseProtocol(protocol);
  const { references, retests, total } = plannedEvaluations({
    samples: rules,
    references: names,
    retest: usualRetest(parsed, rules),
  });
  const longer = protocolSteps(inFull(parsed), task) / protocolSteps(parsed, task);
  const perRetest = trialSeconds * (Number.isFinite(longer) ? longer : 1);
  const coreSeconds = (rules + references) * trialSeconds + retests * perRetest;
  return {
    ...{ rules, workers, evaluations: total },
    coreHours: coreSeconds / 3600,
    seconds: coreSeconds / workers,
  };
}

type Checked = Omit<TaskCheck, 'passed' | 'remarks'>;

function remarksOn(check: Checked, learnt: boolean): readonly string[] {
  const { trials, repeat, spread } = check;
  const ended = trials.filter(({ status }) => status === 'ok');
  const remarks = trials
    .filter(({ status }) => status !== 'ok')
    .map(({ seed, status, error }) => `seed ${seed}: ${status}${error === undefined ? '' : `: ${error}`}`);
  if (!learnt) remarks.push(`${RULE} learns nothing: its mean score is no better than that of guessing`);
  if (!repeat.equal && ended.length === trials.length) {
    remarks.push(
      `two trainings with seed ${repeat.seed} differ: their results are draws, and a run that is made again is another one; take all random numbers from the seed, or let more seeds decide`,
    );
  }
  if (repeat.equal && spread?.deviation === 0) {
    remarks.push(`${spread.seeds} seeds gave one and the same score: does the training use its seed?`);
  }
  if (ended.some(({ edgeOfGrid }) => edgeOfGrid)) {
    remarks.push('the best learning rate lies at the edge of the grid: a better one may lie outside');
  }
  return remarks;
}
