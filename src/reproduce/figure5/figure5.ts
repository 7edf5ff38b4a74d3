import { seedsFrom } from '../../compare/index.ts';
import type { Evaluation } from '../../evaluate/index.ts';
import { taskTitle } from '../../tasks/index.ts';
import { curvePicture, curveSubtitle } from '../curve-picture.ts';
import { documentOf, trainingsCsv, trainingsDocument } from '../documents.ts';
import type { Findings, Size, Trainings } from '../experiment.ts';
import { type Beside, besideAll, type Estimate, estimate } from '../scores.ts';
import {
  bestTest,
  byOptimizer,
  epochsAt,
  finalTest,
  type NamedRule,
  type Trained,
  wantedTrainings,
} from '../trainings.ts';
import { figure5Page } from './page.ts';

const EPOCHS = 300;
const TASK = 'cifar10-convnet';

/** In the order of the figure's legends. */
const KNOWN: readonly NamedRule[] = [
  { name: 'Adam', rule: 'adam' },
  { name: 'Momentum', rule: 'momentum' },
  { name: 'RMSProp', rule: 'rmsprop' },
  { name: 'SGD', rule: 'sgd' },
];
const FOUND: readonly NamedRule[] = [
  { name: 'Optimizer 1', rule: 'optimizer1' },
  { name: 'Optimizer 2', rule: 'optimizer2' },
];
const OPTIMIZERS = [...KNOWN, ...FOUND];

/** NOS §4.3, Figure 5. */
export const figure5: Trainings = {
  kind: 'trainings',
  name: 'figure5',
  title: 'Figure 5: two found optimizers on the small ConvNet',
  seeds: 2,
  optimizers: OPTIMIZERS,
  plan: ({ scale, seeds, task = TASK }) =>
    wantedTrainings(OPTIMIZERS, { task, protocol: `curves@${epochsAt(EPOCHS, scale)}`, seeds }),
  findings,
};

/** What is told of all six. */
export interface Figure5Data {
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

function findings({ scale, seeds: count }: Size, evaluations: readonly Evaluation[]): Findings {
  const [{ task: reference, protocol }] = evaluations as [Evaluation];
  const task = taskTitle(reference);
  const trained = byOptimizer(OPTIMIZERS, evaluations);
  const [known, found] = [trained.slice(0, KNOWN.length), trained.slice(KNOWN.length)];
  const seeds = seedsFrom(1, count);
  const data: Figure5Data = {
    task,
    protocol,
    epochs: epochsAt(EPOCHS, scale),
    seeds,
    optimizers: trained.map((one) => ({
      ...one,
      finalTest: estimate(one.evaluations.map(finalTest)),
      bestTest: estimate(one.evaluations.map(bestTest)),
      finalLoss: estimate(one.evaluations.map(({ lossCurve = [] }) => lossCurve.at(-1) ?? Number.NaN)),
    })),
    beside: besideAll(found, known, finalTest),
  };
  const document = {
    ...data,
    optimizers: data.optimizers.map(documentOf),
    evaluations: trainingsDocument(evaluations),
  };
  const subtitle = curveSubtitle(count);
  const accuracy = { title: `Test accuracy on ${task}`, subtitle, y: { label: 'test accuracy' } };
  const loss = { title: `Training loss on ${task}`, subtitle, y: { label: 'loss', scale: 'log' } } as const;
  return {
    files: {
      ...curvePicture(
        'figure5.svg',
        { ...accuracy, curveOf: ({ testCurve = [] }) => testCurve },
        known,
        found,
      ),
      ...curvePicture('loss.svg', { ...loss, curveOf: ({ lossCurve = [] }) => lossCurve }, known, found),
      'curves.csv': trainingsCsv(trained),
    },
    page: figure5Page(data),
    seeds: `${seeds.join(', ')}: of initial weights, order of examples and the rules' own draws; the same for every optimizer`,
    data: document,
  };
}
