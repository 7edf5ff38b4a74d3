/** Stages know only scores that grow: what they are given is turned where less is better, and what they find out is turned back. */
import { type Metric, ownScore, worth } from '../evaluation/index.ts';
import type { ProtocolVerdict } from './stage.ts';
import type { OpenTraining, Trained } from './trainer.ts';

/** What a training has come to, its scores as what they are worth. */
export function rising<T extends Trained>(trained: T, { goal }: Metric): T {
  if (goal === 'maximise') return trained;
  const turned = (curve: readonly number[]) => curve.map((score) => worth(score, goal));
  return { ...trained, curve: turned(trained.curve), testCurve: turned(trained.testCurve) };
}

/** The same of a training that goes on. */
export function risingTraining(training: OpenTraining, { goal }: Metric): OpenTraining {
  if (goal === 'maximise') return training;
  return {
    losses: training.losses,
    advance: (steps) => training.advance(steps),
    score: async (examples) => {
      const score = await training.score(examples);
      return score === undefined ? undefined : worth(score, goal);
    },
    measures: () => training.measures(),
  };
}

/** What was found out, in the task's own units but for the reward, which is what ranks. */
export function inUnits(verdict: ProtocolVerdict, metric: Metric): ProtocolVerdict {
  const { goal } = metric;
  const scored = { ...verdict, ...ownScore(verdict, metric) };
  if (goal === 'maximise') return scored;
  const { curve, sweep, testCurve } = verdict;
  const turned = (scores: readonly number[]) => scores.map((score) => worth(score, goal));
  return {
    ...scored,
    sweep: sweep.map((point) => ({ ...point, accuracy: worth(point.accuracy, goal) })),
    curve: turned(curve),
    ...(testCurve && { testCurve: turned(testCurve) }),
  };
}
