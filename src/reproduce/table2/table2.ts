import { seedsFrom } from '../../compare/index.ts';
import { type Evaluation, parseProtocol } from '../../evaluation/index.ts';
import { inTurn } from '../../in-turn.ts';
import { taskTitle } from '../../tasks/index.ts';
import { type CurvePicture, curvePicture, curveSubtitle } from '../curve-picture.ts';
import { trainingsCsv, trainingsDocument } from '../documents.ts';
import type { Findings, Size, Trainings } from '../experiment.ts';
import { type Beside, beside, correct, type Estimate, estimate } from '../scores.ts';
import { byOptimizer, epochsAt, seedsOf, type Trained, wantedTrainings } from '../trainings.ts';
import { ADAM, FOUND, type TableRow } from './optimizers.ts';
import { table2Page } from './page.ts';
import { type ScoreName, scores } from './scores.ts';

/** Ten times through WMT 2014's 4.5 million pairs. Our reading: the paper does not say how long it trains. */
const EPOCHS = 10;
const PAIRS = EPOCHS * 4_500_000;
/** Of Multi30k. */
const SMALL_PAIRS = 29_000;

const OPTIMIZERS = [ADAM, FOUND];

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
    // Seed by seed, so that what is done early already says something of both.
    return seedsFrom(1, seeds).flatMap((_, i) => columns.flatMap((column) => column[i] ?? []));
  },
  findings,
};

/** What trains with a seed: each optimizer to the end at each of its learning rates. */
function columnsAt(scale: number): readonly { readonly optimizer: TableRow; readonly rate: number }[] {
  const { learningRates } = parseProtocol('paper');
  return OPTIMIZERS.flatMap((optimizer) =>
    (scale >= 1 ? learningRates : optimizer.rates).map((rate) => ({ optimizer, rate })),
  );
}

const protocolAt = (scale: number): string => `curves@${epochsOf(scale)}:cosine`;

/** An optimizer's training of each seed at its best learning rate. */
function chosenOf({ evaluations, ...optimizer }: Trained): Trained {
  const ofSeed = (seed: number) => evaluations.filter((one) => one.seed === seed);
  return { ...optimizer, evaluations: seedsOf(evaluations).map((seed) => best(ofSeed(seed))) };
}

/**
 * The training, among those to the end that each had a learning rate of their own, of the highest score on validation sentences, the smallest rate of
 * equals: they are its sweep. So it has no learning rate where every one diverged, and is at the edge where a better one may lie
 * outside of those that did not fail.
 */
function best(trainings: readonly Evaluation[]): Evaluation {
  const ascending = [...trainings].sort((a, b) => rateOf(a) - rateOf(b));
  const chosen = ascending.reduce((so, one) => (worth(one) > worth(so) ? one : so));
  if (ascending.length === 1) return chosen;
  if (chosen.status !== 'ok') return { ...chosen, learningRate: Number.NaN, edgeOfGrid: false };
  const tried = ascending.filter(({ status }) => status !== 'failed');
  return { ...chosen, edgeOfGrid: chosen === tried[0] || chosen === tried.at(-1) };
}

/** The one of its protocol. */
const rateOf = ({ protocol }: Evaluation): number => parseProtocol(protocol).learningRates[0] as number;

/** One that failed for outside reasons is the last to be chosen, one that diverged the last but it. */
const worth = ({ status, reward }: Evaluation): number =>
  status === 'ok' ? reward : status === 'diverged' ? -1 : -2;

/** The network and its text shrink with the scale, and so do the batches: at 1 they are the paper's. A beam as Wu et al. decode. */
const networkAt = (scale: number): string =>
  scale >= 1 ? 'wmt14-gnmt(beam=4)' : 'multi30k-gnmt(batch=32,beam=4)';

const epochsOf = (scale: number): number => (scale >= 1 ? EPOCHS : epochsAt(PAIRS / SMALL_PAIRS, scale));

/** An optimizer with what came out, beside what the paper has. */
export interface Row extends Trained, Readonly<Record<ScoreName, Estimate>> {
  readonly paper: Omit<TableRow, 'name' | 'rule' | 'rates'>;
}

export interface Table2Data {
  readonly task: string;
  readonly protocol: string;
  readonly epochs: number;
  readonly seeds: readonly number[];
  /** Of an optimizer and a seed: one at each learning rate. */
  readonly trainings: number;
  /** Training steps of one, where nothing diverges. */
  readonly steps: number;
  /** Each seed's training at the best learning rate. */
  readonly rows: readonly Row[];
  /** Every training. */
  readonly all: readonly Trained[];
  /** The found one beside Adam, by each score that the paper names. */
  readonly beside: Readonly<Record<'trainPerplexity' | 'testBleu' | 'peakBleu', Beside>>;
}

function findings({ scale, seeds: count }: Size, evaluations: readonly Evaluation[]): Findings {
  const [{ task: reference }] = evaluations as [Evaluation];
  const task = taskTitle(reference);
  const all = byOptimizer(OPTIMIZERS, evaluations);
  const [adam, found] = all.map(chosenOf) as [Trained, Trained];
  const [trainPerplexity, testBleu, peakBleu] = correct([
    beside(found, adam, scores.trainPerplexity),
    beside(found, adam, scores.testBleu),
    beside(found, adam, scores.peakBleu),
  ]) as [Beside, Beside, Beside];
  const data: Table2Data = {
    task,
    protocol: protocolAt(scale),
    epochs: epochsOf(scale),
    seeds: seedsFrom(1, count),
    trainings: evaluations.length / OPTIMIZERS.length / count,
    steps: Math.max(...evaluations.map(({ steps }) => steps)),
    rows: [rowOf(adam, ADAM), rowOf(found, FOUND)],
    all,
    beside: { trainPerplexity, testBleu, peakBleu },
  };
  const { all: _, ...told } = data;
  const document = {
    ...told,
    rows: data.rows.map(({ evaluations: chosen, ...row }) => ({
      ...row,
      learningRates: chosen.map(({ learningRate }) => learningRate),
      edgesOfGrid: chosen.map(({ edgeOfGrid }) => edgeOfGrid),
    })),
    evaluations: trainingsDocument(evaluations),
  };
  const subtitle = curveSubtitle(count);
  const picture = (name: string, { title, y, curveOf }: Omit<CurvePicture, 'subtitle'>) =>
    curvePicture(name, { title, subtitle, y, curveOf }, [adam], [found]);
  return {
    files: {
      ...picture('table2.svg', {
        title: `BLEU on the validation sentences of ${task}`,
        y: { label: 'BLEU' },
        curveOf: ({ measureCurves }) => measureCurves?.bleu ?? [],
      }),
      ...picture('perplexity.svg', {
        title: `Training perplexity on ${task}`,
        y: { label: 'perplexity', scale: 'log' },
        curveOf: ({ lossCurve = [] }) => lossCurve.map(Math.exp),
      }),
      'curves.csv': trainingsCsv(data.all),
    },
    page: table2Page(data),
    seeds: `${data.seeds.join(', ')}: of initial weights, order of sentences, dropout and the rules' own draws; the same for both`,
    data: document,
  };
}

function rowOf(trained: Trained, { name, rule, rates, ...paper }: TableRow): Row {
  const estimateOf = (score: ScoreName) => estimate(trained.evaluations.map(scores[score]));
  return {
    ...trained,
    paper,
    trainPerplexity: estimateOf('trainPerplexity'),
    testBleu: estimateOf('testBleu'),
    peakBleu: estimateOf('peakBleu'),
    testPerplexity: estimateOf('testPerplexity'),
  };
}
