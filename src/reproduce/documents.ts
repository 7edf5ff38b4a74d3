import { csv } from '../csv.ts';
import { type Evaluation, evaluationFields } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import { taskTitle } from '../tasks/index.ts';
import type { Trained } from './trainings.ts';

/** What `data.json` holds of an optimizer: its row. Its evaluations stand among all. */
export const documentOf = <Row extends Trained>({ evaluations: _, ...row }: Row) => row;

/** An evaluation in `data.json`: seconds are no part of a result, and an error may name places of the machine. */
export const trainingDocument = evaluationFields.omit({ seconds: true });

/** Evaluations as `data.json` holds them, their fields always in one order; a task of the user's own has its file name alone. */
export const trainingsDocument = (evaluations: readonly Evaluation[]) =>
  evaluations.map((evaluation) =>
    trainingDocument.parse(JSON.parse(toJson({ ...evaluation, task: taskTitle(evaluation.task) }))),
  );

/** Every epoch of every training, a row each, with what the task measured. */
export function trainingsCsv(trained: readonly Trained[]): string {
  const all = trained.flatMap(({ evaluations }) => evaluations);
  const measures = [...new Set(all.flatMap(({ measureCurves = {} }) => Object.keys(measureCurves)))];
  const score = measures.length === 0 ? 'accuracy' : 'score';
  const rows = trained.flatMap(({ name, evaluations }) =>
    evaluations.flatMap(({ seed, learningRate, curve, testCurve = [], lossCurve = [], measureCurves = {} }) =>
      curve.map((validation, i): Readonly<Record<string, unknown>> => {
        const measured = measures.map((measure) => [`validation_${measure}`, measureCurves[measure]?.[i]]);
        return {
          optimizer: name,
          seed,
          learning_rate: learningRate,
          epoch: i + 1,
          [`validation_${score}`]: validation,
          [`test_${score}`]: testCurve[i],
          training_loss: lossCurve[i],
          ...Object.fromEntries(measured),
        };
      }),
    ),
  );
  const columns = [
    'optimizer',
    'seed',
    'learning_rate',
    'epoch',
    `validation_${score}`,
    `test_${score}`,
    'training_loss',
    ...measures.map((measure) => `validation_${measure}`),
  ];
  return `${csv(rows, columns)}\n`;
}
