import { csv } from '../csv.ts';
import { type Evaluation, evaluationFields } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import { taskTitle } from '../tasks/index.ts';
import type { TrainedOptimizer } from './trainings.ts';

/** Returns what `data.json` holds of an optimizer. Its evaluations are in the list of all evaluations. */
export const documentOf = <Row extends TrainedOptimizer>({ evaluations: _, ...row }: Row) => row;

/** An evaluation in `data.json`. Seconds are no part of a result, and an error may name places of the machine. */
export const trainingDocument = evaluationFields.omit({ seconds: true });

/** Returns evaluations as `data.json` holds them: fields in one order, and a task of the user's own by its file name alone. */
export const trainingsDocument = (evaluations: readonly Evaluation[]) =>
  evaluations.map((evaluation) =>
    trainingDocument.parse(JSON.parse(toJson({ ...evaluation, task: taskTitle(evaluation.task) }))),
  );

/** Writes one row per epoch of every training, with what the task measured. */
export function trainingsCsv(trained: readonly TrainedOptimizer[]): string {
  const all = trained.flatMap(({ evaluations }) => evaluations);
  const measures = [...new Set(all.flatMap(({ measureCurves = {} }) => Object.keys(measureCurves)))];
  const score = measures.length === 0 ? 'accuracy' : 'score';
  const rows = trained.flatMap(({ name, evaluations }) =>
    evaluations.flatMap(({ seed, learningRate, curve, testCurve = [], lossCurve = [], measureCurves = {} }) =>
      curve.map((validation, i) => ({
        ...{ optimizer: name, seed, learning_rate: learningRate, epoch: i + 1 },
        ...{
          [`validation_${score}`]: validation,
          [`test_${score}`]: testCurve[i],
          training_loss: lossCurve[i],
        },
        ...Object.fromEntries(
          measures.map((measure) => [`validation_${measure}`, measureCurves[measure]?.[i]]),
        ),
      })),
    ),
  );
  const columns = [
    ...[
      'optimizer',
      'seed',
      'learning_rate',
      'epoch',
      `validation_${score}`,
      `test_${score}`,
      'training_loss',
    ],
    ...measures.map((measure) => `validation_${measure}`),
  ];
  return `${csv(rows, columns)}\n`;
}
