import { ACCURACY, type EvaluationSummary, type Metric, worth } from '../evaluation/index.ts';
import { namesOf } from '../rules/index.ts';
import type { RunEvent } from '../run/index.ts';

/** A value of a series, for whoever draws it. */
export interface SeriesPoint {
  /** `reward/best`, or `val_loss/best` where scores have units of their own; `controller/entropy`, … */
  readonly series: string;
  /** Rules told so far; for `reward/proposal` the number of the rule, for references and retests their own order. */
  readonly step: number;
  readonly value: number;
}

/** What an event of a run adds to its chronicle. */
export interface ChronicleEntry {
  /** `earlier`: what a resumed run was told before, for whoever has not heard of it. */
  readonly begins?: { readonly resumedAt: number; readonly earlier: readonly SeriesPoint[] };
  readonly points: readonly SeriesPoint[];
  readonly ends?: { readonly how: 'finished' | 'stopped'; readonly best?: string };
}

/** What a chronicle remembers from event to event. */
export interface Chronicle {
  /** Rewards of proposals whose batch is not told yet, by index. */
  readonly scored: ReadonlyMap<number, number>;
  readonly told: number;
  readonly resumedAt: number;
  readonly retests: number;
}

export const emptyChronicle: Chronicle = {
  ...{ scored: new Map<number, number>(), told: 0, resumedAt: 0, retests: 0 },
};

/**
 * Takes a run's chronicle one event further. Rewards of proposals are written when their batch is told, so that steps grow, whatever
 * order evaluations settled in.
 *
 * @param hours Hours since this process began with the run; 0 if nobody knows.
 */
export function chronicle(
  state: Chronicle,
  event: RunEvent,
  hours: number,
): { readonly state: Chronicle; readonly entry: ChronicleEntry } {
  switch (event.type) {
    case 'started': {
      const { resumedAt, earlier } = event;
      const before = earlierPoints(earlier?.evaluations ?? []);
      const entry = { begins: { resumedAt, earlier: before }, points: [] };
      return { state: { ...state, told: resumedAt, resumedAt }, entry };
    }
    case 'reference': {
      const { key, rule } = event.evaluation;
      const series = `reference/${namesOf(key)[0] ?? rule}`;
      const points = finite([{ series, step: 0, value: scoreIn(event.evaluation) }]);
      return { state, entry: { points } };
    }
    case 'evaluated': {
      const scored = new Map(state.scored).set(event.index, scoreIn(event.evaluation));
      return { state: { ...state, scored }, entry: { points: [] } };
    }
    case 'batch':
      return batchTold(state, event, hours);
    case 'retest': {
      const { evaluation } = event;
      const series = `${groupOf(evaluation.score)}/retest`;
      const point = { series, step: state.retests, value: scoreIn(evaluation) };
      return { state: { ...state, retests: state.retests + 1 }, entry: { points: finite([point]) } };
    }
    case 'finished': {
      const best = event.leaderboard.find(({ reference }) => !reference);
      return { state, entry: { points: [], ends: { how: 'finished', ...(best && { best: best.rule }) } } };
    }
    case 'stopped':
      return { state, entry: { points: [], ends: { how: 'stopped' } } };
    case 'asked':
    case 'progress':
      return { state, entry: { points: [] } };
  }
}

function batchTold(
  state: Chronicle,
  { told, meanReward, best, metrics, metric }: Extract<RunEvent, { type: 'batch' }>,
  hours: number,
): { readonly state: Chronicle; readonly entry: ChronicleEntry } {
  const indices = [...state.scored.keys()].filter((index) => index < told).sort((a, b) => a - b);
  const scored = new Map([...state.scored].filter(([index]) => index >= told));
  const group = groupOf(metric);
  const points = finite([
    ...indices.map((index) => ({
      ...{ series: `${group}/proposal`, step: index + 1, value: state.scored.get(index)! },
    })),
    { series: `${group}/batch`, step: told, value: inUnits(meanReward, metric) },
    { series: `${group}/best`, step: told, value: inUnits(best.reward, metric) },
    ...Object.entries(metrics).map(([name, value]) => ({ series: `controller/${name}`, step: told, value })),
    ...(hours > 0
      ? [{ series: 'search/rules-per-hour', step: told, value: (told - state.resumedAt) / hours }]
      : []),
  ]);
  return { state: { ...state, scored, told }, entry: { points } };
}

function earlierPoints(evaluations: readonly EvaluationSummary[]): readonly SeriesPoint[] {
  let best = Number.NEGATIVE_INFINITY;
  return finite(
    evaluations.flatMap((evaluation, index) => {
      const { reward, score } = evaluation;
      best = Math.max(best, reward);
      const group = groupOf(score);
      const step = index + 1;
      return [
        { series: `${group}/proposal`, step, value: scoreIn(evaluation) },
        { series: `${group}/best`, step, value: inUnits(best, score) },
      ];
    }),
  );
}

/** What series of scores are named after: the metric, where scores have units of their own. */
const groupOf = (metric?: Metric): string => metric?.metric ?? 'reward';

const inUnits = (reward: number, metric: Metric = ACCURACY): number => worth(reward, metric.goal);

const scoreIn = ({ reward, score }: EvaluationSummary): number => score?.value ?? reward;

/** Pictures have no place for what is not finite. */
const finite = (points: readonly SeriesPoint[]): readonly SeriesPoint[] =>
  points.filter(({ value }) => Number.isFinite(value));
