import type { Evaluation } from '../evaluate/index.ts';
import type { Trained } from './trainings.ts';

/** What `data.json` holds of an optimizer's trainings. */
export function trainingsOf(evaluations: readonly Evaluation[]) {
  return evaluations.map(
    ({ seed, status, learningRate, edgeOfGrid, sweep, curve, testCurve, lossCurve, steps }) => ({
      seed,
      status,
      learningRate,
      edgeOfGrid,
      sweep,
      curve,
      testCurve,
      lossCurve,
      steps,
    }),
  );
}

/** Every epoch of every training, a row each; names that hold commas are quoted. */
export function trainingsCsv(trained: readonly Trained[]): string {
  const rows = trained.flatMap(({ name, evaluations }) =>
    evaluations.flatMap(({ seed, learningRate, curve, testCurve = [], lossCurve = [] }) =>
      curve.map((validation, i) =>
        [
          name.includes(',') ? `"${name}"` : name,
          seed,
          learningRate,
          i + 1,
          validation,
          testCurve[i],
          lossCurve[i],
        ].join(','),
      ),
    ),
  );
  const head = 'optimizer,seed,learning_rate,epoch,validation_accuracy,test_accuracy,training_loss';
  return `${[head, ...rows].join('\n')}\n`;
}
