import type { Evaluation } from '../../evaluation/index.ts';
import { documentOf, trainingsCsv, trainingsDocument } from '../documents.ts';
import type { ExperimentFindings, Size, Trainings } from '../experiment.ts';
import { compareAll, estimate } from '../scores.ts';
import {
  bestTest,
  bestValidation,
  byOptimizer,
  epochsAt,
  factsOf,
  finalTest,
  finalValidation,
  type TrainedOptimizer,
  wantedTrainings,
} from '../trainings.ts';
import { FOUND, KNOWN, type TableRow } from './optimizers.ts';
import { table1Page } from './page.ts';
import { table1Picture } from './picture.ts';

/** Epochs of Table 1, and of Figures 5 and 7. */
export const EPOCHS = 300;

/** Returns the network of Table 1 and Figure 7 at a scale: it is smaller below 1, and at 1 the published one. */
export function networkAt(scale: number): string {
  if (scale >= 1) return 'cifar10-wide-resnet';
  return `cifar10-wide-resnet(depth=${scale >= 0.1 ? '16,widening=4' : '10,widening=1'})`;
}

const OPTIMIZERS = [...KNOWN, ...FOUND];

/** NOS §5.2, Table 1. */
export const table1: Trainings = {
  kind: 'trainings',
  name: 'table1',
  title: 'Table 1: twenty optimizers on a Wide ResNet',
  seeds: 2,
  optimizers: OPTIMIZERS,
  plan: ({ scale, seeds, task = networkAt(scale) }) =>
    wantedTrainings(OPTIMIZERS, { task, protocol: `curves@${epochsAt(EPOCHS, scale)}`, seeds }),
  findings,
};

/** An optimizer with its scores and those of the paper. */
export type Table1Row = ReturnType<typeof rowOf>;
export type Table1Data = ReturnType<typeof dataOf>;

function dataOf(scale: number, evaluations: readonly Evaluation[]) {
  const { task, protocol, seeds, steps } = factsOf(evaluations);
  const rows = byOptimizer(OPTIMIZERS, evaluations).map((trained, i) => rowOf(trained, OPTIMIZERS[i]!));
  const [known, found] = [rows.slice(0, KNOWN.length), rows.slice(KNOWN.length)];
  // Each found optimizer with each known one.
  const beside = compareAll(found, known, finalTest);
  return { task, protocol, epochs: epochsAt(EPOCHS, scale), seeds, steps, known, found, beside };
}

function findings({ scale }: Size, evaluations: readonly Evaluation[]): ExperimentFindings {
  const data = dataOf(scale, evaluations);
  const { seeds, known, found } = data;
  const document = {
    ...data,
    known: known.map(documentOf),
    found: found.map(documentOf),
    evaluations: trainingsDocument(evaluations),
  };
  return {
    files: {
      'table1.svg': table1Picture(data),
      'curves.csv': trainingsCsv([...known, ...found]),
    },
    page: table1Page(data),
    seeds: `${seeds.join(', ')}: of initial weights, order and augmentation of examples and the rules' own draws; the same for every optimizer`,
    data: document,
  };
}

function rowOf(trained: TrainedOptimizer, { name, rule, ...paper }: TableRow) {
  const { evaluations } = trained;
  return {
    name,
    rule,
    evaluations,
    paper,
    finalValidation: estimate(evaluations.map(finalValidation)),
    finalTest: estimate(evaluations.map(finalTest)),
    bestValidation: estimate(evaluations.map(bestValidation)),
    bestTest: estimate(evaluations.map(bestTest)),
  };
}
