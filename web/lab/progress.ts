import type { SweepRequest, TrainingEvent, TrainRequest } from './protocol.ts';

/** How a training has come along. */
export interface TrainingCurve {
  /** Loss of every step. */
  readonly losses: readonly number[];
  /** Accuracy on the validation examples, and mean loss of the steps, after every epoch. */
  readonly epochs: readonly { readonly accuracy: number; readonly loss: number }[];
  /** The step that diverged. */
  readonly diverged?: number;
}

/** Accuracy after one epoch at every learning rate that was tried; none if it diverged. */
export type SweepCurve = readonly { readonly learningRate: number; readonly accuracy?: number }[];

export const noCurves = ({ rules }: TrainRequest): readonly TrainingCurve[] =>
  rules.map(() => ({ losses: [], epochs: [] }));

export const noSweeps = ({ rules }: SweepRequest): readonly SweepCurve[] => rules.map(() => []);

/** The curves, one per rule of the request, after more events. */
export function withEvents(
  curves: readonly TrainingCurve[],
  events: readonly TrainingEvent[],
): readonly TrainingCurve[] {
  return curves.map((curve, rule) => {
    const own = events.filter((event) => event.rule === rule);
    if (own.length === 0) return curve;
    const diverged = own.find((event) => event.kind === 'diverged')?.step ?? curve.diverged;
    return {
      losses: [...curve.losses, ...own.flatMap((event) => (event.kind === 'loss' ? [event.loss] : []))],
      epochs: [
        ...curve.epochs,
        ...own.flatMap((event) =>
          event.kind === 'epoch' ? [{ accuracy: event.accuracy, loss: event.loss }] : [],
        ),
      ],
      ...(diverged !== undefined && { diverged }),
    };
  });
}

/** The sweeps, one per rule of the request, after more events. */
export function withSwept(
  sweeps: readonly SweepCurve[],
  events: readonly TrainingEvent[],
): readonly SweepCurve[] {
  return sweeps.map((sweep, rule) => [
    ...sweep,
    ...events.flatMap((event) =>
      event.kind === 'swept' && event.rule === rule
        ? [
            {
              learningRate: event.learningRate,
              ...(event.accuracy !== undefined && { accuracy: event.accuracy }),
            },
          ]
        : [],
    ),
  ]);
}

/** The learning rate of the highest accuracy, the smallest of equals; undefined if every one diverged. */
export function bestOf(sweep: SweepCurve): number | undefined {
  const accuracyOf = ({ accuracy = Number.NEGATIVE_INFINITY }: SweepCurve[number]): number => accuracy;
  const best = sweep.reduce<SweepCurve[number] | undefined>(
    (top, one) => (one.accuracy !== undefined && (!top || accuracyOf(one) > accuracyOf(top)) ? one : top),
    undefined,
  );
  return best?.learningRate;
}
