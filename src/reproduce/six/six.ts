import { seedsFrom } from '../../compare/index.ts';
import type { Evaluation } from '../../evaluation/index.ts';
import { taskTitle } from '../../tasks/index.ts';
import { type CurvePicture, curvePicture, curveSubtitle } from '../curve-picture.ts';
import { documentOf, trainingsCsv, trainingsDocument } from '../documents.ts';
import type { Findings } from '../experiment.ts';
import { type Beside, besideAll, type Estimate, estimate } from '../scores.ts';
import { bestTest, byOptimizer, finalTest, type NamedRule, seedsOf, type Trained } from '../trainings.ts';

/** The four known optimizers of Figures 5 and 7, in the order of their legends. */
const KNOWN: readonly NamedRule[] = [
  { name: 'Adam', rule: 'adam' },
  { name: 'Momentum', rule: 'momentum' },
  { name: 'RMSProp', rule: 'rmsprop' },
  { name: 'SGD', rule: 'sgd' },
];
/** The two found ones, each beside these. */
const FOUND: readonly NamedRule[] = [
  { name: 'Optimizer 1', rule: 'optimizer1' },
  { name: 'Optimizer 2', rule: 'optimizer2' },
];
export const SIX = [...KNOWN, ...FOUND];

/** What is told of all six. */
export interface SixData {
  readonly task: string;
  readonly protocol: string;
  readonly epochs: number;
  readonly seeds: readonly number[];
  readonly optimizers: readonly (Trained & {
    readonly finalTest: Estimate;
    readonly bestTest: Estimate;
    readonly finalLoss: Estimate;
  })[];
  /** The found ones beside the known ones, by final test accuracy. */
  readonly beside: readonly Beside[];
}

/** A figure of theirs. */
export interface SixFigure {
  readonly name: string;
  readonly epochs: number;
  readonly page: (data: SixData) => string;
  /** What a seed decides. */
  readonly seeded: string;
}

export function sixFindings(figure: SixFigure, evaluations: readonly Evaluation[]): Findings {
  const [{ task: reference, protocol }] = evaluations as [Evaluation];
  const task = taskTitle(reference);
  const trained = byOptimizer(SIX, evaluations);
  const [known, found] = [trained.slice(0, KNOWN.length), trained.slice(KNOWN.length)];
  const seeds = seedsFrom(1, seedsOf(evaluations).length);
  const data: SixData = {
    task,
    protocol,
    epochs: figure.epochs,
    seeds,
    optimizers: trained.map((one) => ({
      ...one,
      finalTest: estimate(one.evaluations.map(finalTest)),
      bestTest: estimate(one.evaluations.map(bestTest)),
      finalLoss: estimate(one.evaluations.map(({ lossCurve = [] }) => lossCurve.at(-1) ?? Number.NaN)),
    })),
    beside: besideAll(found, known, finalTest),
  };
  const subtitle = curveSubtitle(seeds.length);
  const picture = (file: string, what: Omit<CurvePicture, 'subtitle'>) =>
    curvePicture(file, { ...what, subtitle }, known, found);
  return {
    files: {
      ...picture(`${figure.name}.svg`, {
        title: `Test accuracy on ${task}`,
        y: { label: 'test accuracy' },
        curveOf: ({ testCurve = [] }) => testCurve,
      }),
      ...picture('loss.svg', {
        title: `Training loss on ${task}`,
        y: { label: 'loss', scale: 'log' },
        curveOf: ({ lossCurve = [] }) => lossCurve,
      }),
      'curves.csv': trainingsCsv(trained),
    },
    page: figure.page(data),
    seeds: `${seeds.join(', ')}: ${figure.seeded}; the same for every optimizer`,
    data: {
      ...data,
      optimizers: data.optimizers.map(documentOf),
      evaluations: trainingsDocument(evaluations),
    },
  };
}
