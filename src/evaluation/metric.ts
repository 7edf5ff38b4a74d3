import * as z from 'zod';
import * as f from '../fields.ts';
import { shown } from '../shown.ts';

export const goals = ['maximise', 'minimise'] as const;

/** Which scores are better: the higher or the lower ones. */
export type Goal = (typeof goals)[number];

/** What a task's score is called, and which way it gets better. */
export interface Metric {
  /** Its name for people, such as `accuracy` or `val_loss`. */
  readonly metric: string;
  readonly goal: Goal;
}

/** A metric, as documents hold it. */
export const metricSchema = z.strictObject({
  metric: f.text('what it is called'),
  goal: f.oneOf(goals, 'which scores are better'),
});

/** The score of a task that declares no other: a share from 0 to 1, more being better. */
export const ACCURACY: Metric = { metric: 'accuracy', goal: 'maximise' };

/** What a task, a trainer or a run declares of its score. */
export interface Declared extends Partial<Metric> {
  /** What an untrained model scores, in the score's own units. */
  readonly chance?: number | undefined;
}

const got = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) => `expected ${what}, got ${shown(input)}`,
});
const NAME = got('a name of at most 40 letters, digits and _ . - / @ %, a letter first');

/** The fields of a declaration, as somebody writes it; {@link contradictionIn} says what of them does not fit together. */
export const declaredShape = {
  goal: z.enum(goals, got("'maximise' or 'minimise'")).optional(),
  metric: z
    .string(NAME)
    .regex(/^[A-Za-z][\w./@%-]{0,39}$/, NAME)
    .optional(),
  chance: z.number(got('a finite number')).optional(),
};

/**
 * Says what a declaration says against itself, and of which field; nothing if it makes sense.
 *
 * @example contradictionIn({ metric: 'accuracy', goal: 'minimise' })?.field // 'metric'
 */
export function contradictionIn(
  declared: Declared,
): { readonly field: keyof Declared; readonly problem: string } | undefined {
  const metric = metricOf(declared);
  if (metric.metric === ACCURACY.metric && metric.goal === 'minimise') {
    return {
      field: 'metric',
      problem: "an accuracy is never minimised: expected another name, such as 'error'",
    };
  }
  const { chance } = declared;
  if (isShare(metric) && chance !== undefined && !(chance >= 0 && chance < 1)) {
    const problem = `expected a score from 0 to 1, got ${shown(chance)}: name its 'metric' if it is no accuracy`;
    return { field: 'chance', problem };
  }
  return undefined;
}

/**
 * What is declared, with defaults filled in: more is better unless said otherwise, and the name is `accuracy`, or `loss` where less
 * is better.
 *
 * @example metricOf({ goal: 'minimise', metric: 'mse' }) // { metric: 'mse', goal: 'minimise' }
 */
export function metricOf({ goal = ACCURACY.goal, metric }: Partial<Metric>): Metric {
  return { metric: metric ?? (goal === 'minimise' ? 'loss' : ACCURACY.metric), goal };
}

/**
 * Writes a metric for people.
 *
 * @example metricText({ metric: 'mse', goal: 'minimise' }) // 'mse, lower is better'
 */
export const metricText = ({ metric, goal }: Metric): string =>
  `${metric}, ${goal === 'minimise' ? 'lower' : 'higher'} is better`;

/** Whether the score is a share from 0 to 1 that grows, as rewards always are which have no units of their own. */
export function isShare({ metric, goal }: Metric): boolean {
  return metric === ACCURACY.metric && goal === ACCURACY.goal;
}

/**
 * What a score is worth where trainings are ranked, more being better: the score, or minus the score if less is better. It is its own
 * inverse, so that it also turns what ranks into the units of the task.
 *
 * @example worth(0.25, 'minimise') // -0.25
 */
export function worth(score: number, goal: Goal): number {
  return goal === 'minimise' ? 0 - score : score; // 0 − 0 is 0, where −0 would come back from a store as 0
}

/**
 * The reward of a training that came to nothing: it diverged, was rejected, or failed. In units of its own any score may be one that a finished
 * training has, so nothing but minus infinity is worse than all of them; of a share it is chance.
 */
export function lostReward(declared: Declared): number {
  return isShare(metricOf(declared)) ? (declared.chance ?? 0) : Number.NEGATIVE_INFINITY;
}

/** A score in units of its own, as an evaluation holds it. */
export interface OwnScore extends Metric {
  /** NaN if the training came to nothing. */
  readonly value: number;
}

/** The part of an evaluation that says how well it went. */
interface Evaluated {
  readonly status: string;
  readonly reward: number;
  readonly score?: OwnScore;
}

/** The score that an evaluation with this reward has in units of its own; nothing if it is a share, which the reward is. */
export function ownScore(
  { reward }: Pick<Evaluated, 'reward'>,
  metric: Metric,
): { readonly score?: OwnScore } {
  if (isShare(metric)) return {};
  const { metric: name, goal } = metric;
  return {
    score: { metric: name, goal, value: Number.isFinite(reward) ? worth(reward, goal) : Number.NaN },
  };
}

/**
 * Says what is wrong with the reward and the score of an evaluation that somebody else made of a task with this metric; nothing if they
 * are what the task's evaluations have.
 */
export function misfit({ status, reward, score }: Evaluated, metric: Metric): string | undefined {
  if (isShare(metric)) {
    if (score !== undefined) return 'a score that the task does not declare';
    return reward >= 0 && reward <= 1 ? undefined : 'a reward that is not from 0 to 1';
  }
  if (score?.metric !== metric.metric || score.goal !== metric.goal)
    return `no score called ${metric.metric}`;
  if (status !== 'ok' && status !== 'stopped') {
    const lost = reward === Number.NEGATIVE_INFINITY && Number.isNaN(score.value);
    return lost ? undefined : 'a score of a training that came to nothing';
  }
  const sound = Number.isFinite(score.value) && worth(score.value, metric.goal) === reward;
  return sound ? undefined : 'a score that its reward does not follow from';
}
