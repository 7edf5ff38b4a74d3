import { seedsFrom } from '../../compare/index.ts';
import { type Evaluation, parseProtocol } from '../../evaluation/index.ts';
import { inTurn } from '../../in-turn.ts';
import { mean } from '../../statistics/index.ts';
import { curvePictures } from '../curve-picture.ts';
import { trainingsCsv, trainingsDocument } from '../documents.ts';
import type { ExperimentFindings, Size, Trainings } from '../experiment.ts';
import { comparePair, corrected, estimate, type PairedComparison, type SeedMean } from '../scores.ts';
import {
  byOptimizer,
  epochsAt,
  factsOf,
  type NamedRule,
  seedsOf,
  type TrainedOptimizer,
  wantedTrainings,
} from '../trainings.ts';
import { table2Page } from './page.ts';

/** Ten epochs of WMT 2014's 4.5 million pairs. This is our choice: the paper does not say how long it trains. */
const EPOCHS = 10;
const PAIRS = EPOCHS * 4_500_000;
/** Sentence pairs of Multi30k. */
const SMALL_PAIRS = 29_000;

/** A row of Table 2 of the paper. */
interface PaperRow extends NamedRule {
  readonly trainPerplexity: number;
  readonly testBleu: number;
  /** Learning rates below full size: three, half a decade apart, chosen by hand around the best of earlier trainings. */
  readonly rates: readonly number[];
}

const ADAM: PaperRow = {
  name: 'Adam',
  rule: 'adam',
  trainPerplexity: 1.49,
  testBleu: 24.5,
  rates: [1e-3, 3e-3, 1e-2],
};

const FOUND: PaperRow = {
  name: 'g·e^(sign(g)·sign(m))',
  rule: 'powersign',
  trainPerplexity: 1.39,
  testBleu: 25.0,
  rates: [1, 3, 10],
};

const OPTIMIZERS = [ADAM, FOUND];

/** "The averaged improvement of 5 points near the peak values" (NOS §5.3), read as the five highest epochs. */
export const PEAK = 5;

/** Scores that are compared; NaN if the training diverged or failed, or if its task has no such measure. */
export const scores = {
  /** Perplexity of the batches of the last epoch as training saw them, with dropout. */
  trainPerplexity: ({ status, lossCurve = [] }: Evaluation): number =>
    status === 'ok' ? Math.exp(lossCurve.at(-1) ?? Number.NaN) : Number.NaN,
  testBleu: ({ testMeasures }: Evaluation): number => testMeasures?.bleu ?? Number.NaN,
  peakBleu: ({ measureCurves }: Evaluation): number => {
    const highest = [...(measureCurves?.bleu ?? [])].sort((a, b) => b - a).slice(0, PEAK);
    return highest.length === 0 ? Number.NaN : mean(highest);
  },
  testPerplexity: ({ testMeasures }: Evaluation): number => testMeasures?.perplexity ?? Number.NaN,
} as const satisfies Record<string, (evaluation: Evaluation) => number>;

type ScoreName = keyof typeof scores;

/** NOS §5.3, Table 2. */
export const table2: Trainings = {
  kind: 'trainings',
  name: 'table2',
  title: 'Table 2: a found optimizer and Adam on a translation network',
  seeds: 2,
  optimizers: OPTIMIZERS,
  plan: async ({ scale, seeds, task = networkAt(scale) }) => {
    const columns = await inTurn(columnsAt(scale), ({ optimizer, rate }) =>
      wantedTrainings([optimizer], { task, protocol: `${protocolAt(scale)}=${rate}`, seeds }),
    );
    // Ordered by seed, so that the first trainings already say something of both.
    return seedsFrom(1, seeds).flatMap((_, i) => columns.flatMap((column) => column[i] ?? []));
  },
  findings,
};

/** Returns the trainings per seed: each optimizer trains to the end at each of its learning rates. */
function columnsAt(scale: number): readonly { readonly optimizer: PaperRow; readonly rate: number }[] {
  const { learningRates } = parseProtocol('paper');
  return OPTIMIZERS.flatMap((optimizer) =>
    (scale >= 1 ? learningRates : optimizer.rates).map((rate) => ({ optimizer, rate })),
  );
}

const protocolAt = (scale: number): string => `curves@${epochsOf(scale)}:cosine`;

/** Keeps an optimizer's training at its best learning rate, per seed. */
function chosenOf({ evaluations, ...optimizer }: TrainedOptimizer): TrainedOptimizer {
  const ofSeed = (seed: number) => evaluations.filter((one) => one.seed === seed);
  return { ...optimizer, evaluations: seedsOf(evaluations).map((seed) => best(ofSeed(seed))) };
}

/**
 * Returns the training of the highest score on validation sentences; of equal ones, that of the smallest learning rate. The trainings
 * are the sweep, so the result has no learning rate if all diverged, and is at the edge if a better one may lie outside those that did
 * not fail.
 */
function best(trainings: readonly Evaluation[]): Evaluation {
  const ascending = [...trainings].sort((a, b) => rateOf(a) - rateOf(b));
  const chosen = ascending.reduce((so, one) => (worth(one) > worth(so) ? one : so));
  if (ascending.length === 1) return chosen;
  if (chosen.status !== 'ok') return { ...chosen, learningRate: Number.NaN, edgeOfGrid: false };
  const tried = ascending.filter(({ status }) => status !== 'failed');
  return { ...chosen, edgeOfGrid: chosen === tried[0] || chosen === tried.at(-1) };
}

/** Returns the one learning rate of a training's protocol. */
const rateOf = ({ protocol }: Evaluation): number => parseProtocol(protocol).learningRates[0] as number;

/** A training that failed for outside reasons is chosen last, and one that diverged just before it. */
const worth = ({ status, reward }: Evaluation): number =>
  status === 'ok' ? reward : status === 'diverged' ? -1 : -2;

/** Network, text and batches are smaller below scale 1, and the paper's at 1. Wu et al. decode with a beam, too. */
const networkAt = (scale: number): string =>
  scale >= 1 ? 'wmt14-gnmt(beam=4)' : 'multi30k-gnmt(batch=32,beam=4)';

const epochsOf = (scale: number): number => (scale >= 1 ? EPOCHS : epochsAt(PAIRS / SMALL_PAIRS, scale));

/** An optimizer with its scores and those of the paper. */
type Table2Row = ReturnType<typeof rowOf>;
export type Table2Data = ReturnType<typeof dataOf>;

function dataOf({ scale, seeds: count }: Size, evaluations: readonly Evaluation[]) {
  const { task, seeds, steps } = factsOf(evaluations);
  const all = byOptimizer(OPTIMIZERS, evaluations);
  const [adam, found] = all.map(chosenOf) as [TrainedOptimizer, TrainedOptimizer];
  const [trainPerplexity, testBleu, peakBleu] = corrected([
    comparePair(found, adam, scores.trainPerplexity),
    comparePair(found, adam, scores.testBleu),
    comparePair(found, adam, scores.peakBleu),
  ]) as [PairedComparison, PairedComparison, PairedComparison];
  return {
    task,
    protocol: protocolAt(scale),
    epochs: epochsOf(scale),
    seeds,
    /** Trainings per optimizer and seed, one at each learning rate. */
    trainings: evaluations.length / OPTIMIZERS.length / count,
    steps,
    /** The optimizers with each seed's training at the best learning rate. */
    rows: [rowOf(adam, ADAM), rowOf(found, FOUND)] as [Table2Row, Table2Row],
    /** The optimizers with all trainings. */
    all,
    /** Comparisons of the found optimizer with Adam by each score that the paper names. */
    beside: { trainPerplexity, testBleu, peakBleu },
  };
}

function findings(size: Size, evaluations: readonly Evaluation[]): ExperimentFindings {
  const data = dataOf(size, evaluations);
  const { task, rows } = data;
  const [adam, found] = rows;
  const { all: _, ...shown } = data;
  const document = {
    ...shown,
    rows: rows.map(({ evaluations: chosen, ...row }) => ({
      ...row,
      learningRates: chosen.map(({ learningRate }) => learningRate),
      edgesOfGrid: chosen.map(({ edgeOfGrid }) => edgeOfGrid),
    })),
    evaluations: trainingsDocument(evaluations),
  };
  const pictures = curvePictures([adam], [found], {
    'table2.svg': {
      title: `BLEU on the validation sentences of ${task}`,
      y: { label: 'BLEU' },
      curveOf: ({ measureCurves }) => measureCurves?.bleu ?? [],
    },
    'perplexity.svg': {
      title: `Training perplexity on ${task}`,
      y: { label: 'perplexity', scale: 'log' },
      curveOf: ({ lossCurve = [] }) => lossCurve.map(Math.exp),
    },
  });
  return {
    files: { ...pictures, 'curves.csv': trainingsCsv(data.all) },
    page: table2Page(data),
    seeds: `${data.seeds.join(', ')}: of initial weights, order of sentences, dropout and the rules' own draws; the same for both`,
    data: document,
  };
}

function rowOf(trained: TrainedOptimizer, { name, rule, rates, ...paper }: PaperRow) {
  const estimates = Object.entries(scores).map(([score, scoreOf]) => [
    score,
    estimate(trained.evaluations.map(scoreOf)),
  ]);
  return { ...trained, paper, ...(Object.fromEntries(estimates) as Record<ScoreName, SeedMean>) };
}
