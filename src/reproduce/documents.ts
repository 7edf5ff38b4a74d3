import type { Evaluation } from '../evaluate/index.ts';
import type { Trained } from './trainings.ts';

/** What `data.json` holds of an optimizer's trainings. */
export function trainingsOf(evaluations: readonly Evaluation[]) {
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

/** Every epoch of every training, a row each, with what the task measured; names that hold commas are quoted. */
export function trainingsCsv(trained: readonly Trained[]): string {
  const all = trained.flatMap(({ evaluations }) => evaluations);
  const measures = [...new Set(all.flatMap(({ measureCurves = {} }) => Object.keys(measureCurves)))];
  const rows = trained.flatMap(({ name, evaluations }) =>
    evaluations.flatMap(({ seed, learningRate, curve, testCurve = [], lossCurve = [], measureCurves = {} }) =>
      curve.map((validation, i) =>
        [
          name.includes(',') ? `"${name}"` : name,
          seed,
          learningRate,
          i + 1,
          validation,
          testCurve[i],
          lossCurve[i],
          ...measures.map((measure) => measureCurves[measure]?.[i]),
        ].join(','),
      ),
    ),
  );
  const score = measures.length === 0 ? 'accuracy' : 'score';
  const head = [
    `optimizer,seed,learning_rate,epoch,validation_${score},test_${score},training_loss`,
    ...measures.map((measure) => `validation_${measure}`),
  ];
  return `${[head.join(','), ...rows].join('\n')}\n`;
}
