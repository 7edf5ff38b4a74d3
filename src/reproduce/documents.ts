import { csv } from '../csv.ts';
import type { Evaluation } from '../evaluate/index.ts';
import type { Trained } from './trainings.ts';

/** What `data.json` holds of an optimizer: its row, and its trainings in the place of its evaluations. */
export function documentOf<Row extends Trained>({ evaluations, ...row }: Row) {
  return { ...row, trainings: trainingsOf(evaluations) };
}

function trainingsOf(evaluations: readonly Evaluation[]) {
  return evaluations.map(
    ({ seed, status, learningRate, edgeOfGrid, sweep, curve, testCurve, lossCurve, steps, ...measured }) => ({
      seed,
      status,
      learningRate,
      edgeOfGrid,
      sweep,
      curve,
      testCurve,
      lossCurve,
      ...(measured.measureCurves && { measureCurves: measured.measureCurves }),
      ...(measured.testMeasures && { testMeasures: measured.testMeasures }),
      steps,
    }),
  );
}

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
