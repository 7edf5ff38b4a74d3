import type { Evaluation } from '../evaluation/index.ts';
import { plural } from '../report/index.ts';
import { curvePictures } from './curve-picture.ts';
import { documentOf, trainingsCsv, trainingsDocument } from './documents.ts';
import type { ExperimentFindings, Trainings } from './experiment.ts';
import { fillPage, markdownTable } from './page.ts';
import { compareAll, estimate, type PairedComparison } from './scores.ts';
import { FOUND as TABLE1_FOUND, KNOWN as TABLE1_KNOWN, type TableRow } from './table1/optimizers.ts';
import { EPOCHS, networkAt } from './table1/table1.ts';
import {
  adjustedText,
  alone,
  pageTexts,
  percent,
  points,
  ratesText,
  ruleText,
  statusText,
  sureText,
  trainingText,
} from './text.ts';
import {
  bestTest,
  byOptimizer,
  epochsAt,
  factsOf,
  finalTest,
  keyOf,
  type NamedRule,
  type TrainedOptimizer,
  wantedTrainings,
} from './trainings.ts';

/** Figures 5 and 7 train the same six optimizers on different networks. */

/** The four known optimizers, in the order of the legends. */
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
const SIX = [...KNOWN, ...FOUND];

/** What differs between the two figures. */
interface Figure {
  readonly name: string;
  readonly title: string;
  /** Task at a scale. */
  readonly taskAt: (scale: number) => string;
  /** What a seed decides. */
  readonly seeded: string;
  /** What the paper says about a comparison. */
  readonly claim: (row: PairedComparison) => string;
  /** Verdicts in words on the comparisons of one found optimizer. */
  readonly verdicts: (name: string, rows: readonly PairedComparison[]) => readonly string[];
}

/** How much the paper says that the found optimizers outperform each of the others in Figure 5. */
const MARGINS: Readonly<Record<string, string>> = {
  Momentum: 'slightly',
  SGD: 'slightly',
  RMSProp: 'greatly',
  Adam: 'greatly',
};

/** NOS §4.3, Figure 5. */
export const figure5 = experimentOf({
  name: 'figure5',
  title: 'Figure 5: two found optimizers on the small ConvNet',
  taskAt: () => 'cifar10-convnet',
  seeded: "of initial weights, order of examples and the rules' own draws",
  claim: ({ other }) => `${MARGINS[other]} higher`,
  verdicts: (name, all) =>
    ['slightly', 'greatly'].map((margin) => {
      const rows = all.filter(({ other }) => MARGINS[other] === margin);
      const others = rows.map(({ other }) => other).join(' and ');
      return `* **${name}, ${margin} above ${others}**: ${rows.map(verdictText).join('; ')}.`;
    }),
});

/** NOS §5.2, Figure 7. Its trainings are among Table 1's: the store shares them, and Table 1's data holds them. */
export const figure7 = experimentOf({
  name: 'figure7',
  title: 'Figure 7: two found optimizers on a Wide ResNet',
  taskAt: networkAt,
  seeded: "of initial weights, order and augmentation of examples and the rules' own draws",
  claim: ({ name, other }) => points(alone((inTable1(name).finalTest - inTable1(other).finalTest) / 100)),
  verdicts: (name, rows) => [
    `* **${name}, above all four: ${verdictOnAll(rows)}**: ${rows.map(verdictText).join('; ')}.`,
  ],
});

/** The row of Table 1 that trains the rule of one of the six. */
function inTable1(name: string): TableRow {
  const key = keyOf(SIX.find((one) => one.name === name)?.rule ?? '');
  return [...TABLE1_KNOWN, ...TABLE1_FOUND].find(({ rule }) => keyOf(rule) === key) as TableRow;
}

function experimentOf(figure: Figure): Trainings {
  const { name, title, taskAt } = figure;
  return {
    ...{ kind: 'trainings', name, title, seeds: 2, optimizers: SIX },
    plan: ({ scale, seeds, task = taskAt(scale) }) =>
      wantedTrainings(SIX, { task, protocol: `curves@${epochsAt(EPOCHS, scale)}`, seeds }),
    findings: ({ scale }, evaluations) => findings(figure, epochsAt(EPOCHS, scale), evaluations),
  };
}

type SixData = ReturnType<typeof dataOf>;

function dataOf(epochs: number, evaluations: readonly Evaluation[], trained: readonly TrainedOptimizer[]) {
  const { task, protocol, seeds } = factsOf(evaluations);
  return {
    ...{ task, protocol, epochs, seeds },
    optimizers: trained.map((one) => ({
      ...one,
      finalTest: estimate(one.evaluations.map(finalTest)),
      bestTest: estimate(one.evaluations.map(bestTest)),
      finalLoss: estimate(one.evaluations.map(({ lossCurve = [] }) => lossCurve.at(-1) ?? Number.NaN)),
    })),
    // Each found optimizer with each known one.
    beside: compareAll(trained.slice(KNOWN.length), trained.slice(0, KNOWN.length), finalTest),
  };
}

function findings(figure: Figure, epochs: number, evaluations: readonly Evaluation[]): ExperimentFindings {
  const trained = byOptimizer(SIX, evaluations);
  const [known, found] = [trained.slice(0, KNOWN.length), trained.slice(KNOWN.length)];
  const data = dataOf(epochs, evaluations, trained);
  const { task } = data;
  const pictures = curvePictures(known, found, {
    [`${figure.name}.svg`]: {
      title: `Test accuracy on ${task}`,
      y: { label: 'test accuracy' },
      curveOf: ({ testCurve = [] }) => testCurve,
    },
    'loss.svg': {
      title: `Training loss on ${task}`,
      y: { label: 'loss', scale: 'log' },
      curveOf: ({ lossCurve = [] }) => lossCurve,
    },
  });
  return {
    files: { ...pictures, 'curves.csv': trainingsCsv(trained) },
    page: pageOf(figure, data),
    seeds: `${data.seeds.join(', ')}: ${figure.seeded}; the same for every optimizer`,
    data: {
      ...data,
      optimizers: data.optimizers.map(documentOf),
      evaluations: trainingsDocument(evaluations),
    },
  };
}

function pageOf(figure: Figure, data: SixData): string {
  const { task, protocol, epochs, optimizers, beside } = data;
  const comparisons = beside.map((row) => [
    `${row.name} against ${row.other}`,
    figure.claim(row),
    points(row.difference),
    `${row.higher} of ${row.pairs}`,
    adjustedText(row),
  ]);
  const rows = optimizers.map(({ name, rule, evaluations, finalTest: final, bestTest: best, finalLoss }) => [
    name,
    `\`${ruleText(rule)}\``,
    ratesText(evaluations),
    percent(final),
    percent(best),
    Number.isNaN(finalLoss.mean) ? '—' : finalLoss.mean.toFixed(3),
    statusText(evaluations),
  ]);
  return fillPage(figure.name, {
    task,
    ...pageTexts(data, beside, 'rows'),
    comparisons: markdownTable(
      ['', 'the paper', 'points here', 'higher with seeds', 'p, corrected'],
      comparisons,
    ),
    verdicts: FOUND.flatMap(({ name }) =>
      figure.verdicts(
        name,
        beside.filter((row) => row.name === name),
      ),
    ).join('\n'),
    training: trainingText(protocol, plural(epochs, 'epoch')),
    optimizers: markdownTable(
      ['', 'rule', 'learning rates, by seed', 'test accuracy, %', 'best, %', 'training loss', ''],
      rows,
    ),
  });
}

/** Says whether one optimizer is above another: `over Adam holds on the mean (+0.60 points, …)`. */
function verdictText(row: PairedComparison): string {
  const { other, difference, higher, pairs } = row;
  const by = `${points(alone(difference.mean))} points`;
  if (Number.isNaN(difference.mean)) return `over ${other} cannot be said`;
  if (!(difference.mean > 0)) return `over ${other} does not hold (${by})`;
  const seeds = higher === pairs ? 'with every seed' : `with ${higher} of ${pairs} seeds`;
  return `over ${other} holds on the mean (${by}, ${seeds}, ${sureText(row)})`;
}

/** A row counts if both optimizers were trained with a seed and did not fail for outside reasons. */
function verdictOnAll(rows: readonly PairedComparison[]): string {
  const known = rows.filter(({ difference }) => !Number.isNaN(difference.mean));
  const above = known.filter(({ difference }) => difference.mean > 0).length;
  if (above < known.length) return 'does not hold';
  return known.length < rows.length ? 'cannot be said' : 'holds on the means';
}
