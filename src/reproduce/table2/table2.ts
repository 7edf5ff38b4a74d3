import { seedsFrom } from '../../compare/index.ts';
import { type Evaluation, findProtocol } from '../../evaluate/index.ts';
import { toJson } from '../../json.ts';
import { taskTitle } from '../../tasks/index.ts';
import { type CurvePicture, curvePicture } from '../curve-picture.ts';
import { documentOf, trainingsCsv } from '../documents.ts';
import type { Findings, Size, Trainings } from '../experiment.ts';
import { type Beside, beside, correct, type Estimate, estimate } from '../scores.ts';
import { epochsAt, type Trained, wantedTrainings } from '../trainings.ts';
import { ADAM, FOUND, type TableRow } from './optimizers.ts';
import { table2Page } from './page.ts';
import { type ScoreName, scores } from './scores.ts';

/** Ten times through WMT 2014's 4.5 million pairs. Our reading: the paper does not say how long it trains. */
const EPOCHS = 10;
const PAIRS = EPOCHS * 4_500_000;
/** Of Multi30k. */
const SMALL_PAIRS = 29_000;

/** NOS §5.3, Table 2. */
export const table2: Trainings = {
  kind: 'trainings',
  name: 'table2',
  title: 'Table 2: a found optimizer and Adam on a translation network',
  seeds: 2,
  plan: async ({ scale, seeds, task = networkAt(scale) }) => {
    const columns = await Promise.all(
      columnsAt(scale).map(({ optimizer, rate }) =>
        wantedTrainings([optimizer], { task, protocol: `${protocolAt(scale)}=${rate}`, seeds }),
      ),
    );
    // Seed by seed, so that what is done early already says something of both.
    return seedsFrom(1, seeds).flatMap((_, i) => columns.flatMap((column) => column[i] ?? []));
  },
  findings,
};

/** What trains with a seed: each optimizer to the end at each of its learning rates. */
function columnsAt(scale: number): readonly { readonly optimizer: TableRow; readonly rate: number }[] {
  const { learningRates } = findProtocol('paper');
  return [ADAM, FOUND].flatMap((optimizer) =>
    (scale >= 1 ? learningRates : optimizer.rates).map((rate) => ({ optimizer, rate })),
  );
}

const protocolAt = (scale: number): string => `curves@${epochsOf(scale)}:cosine`;

/** All trainings of an optimizer, and for each seed the one of the highest score on validation sentences, the smaller rate of equals. */
function trainedBy(optimizer: TableRow, { scale, seeds }: Size, evaluations: readonly Evaluation[]) {
  const columns = columnsAt(scale);
  const own = evaluations.filter((_, i) => columns[i % columns.length]?.optimizer === optimizer);
  const chosen = seedsFrom(1, seeds).map((seed) =>
    own.filter((one) => one.seed === seed).reduce((best, one) => (worth(one) > worth(best) ? one : best)),
  );
  const { name, rule } = optimizer;
  return { all: { name, rule, evaluations: own }, chosen: { name, rule, evaluations: chosen } };
}

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
  const size = { scale, seeds: count };
  const [{ task: reference }] = evaluations as [Evaluation];
  const task = taskTitle(reference);
  const [byAdam, byFound] = [trainedBy(ADAM, size, evaluations), trainedBy(FOUND, size, evaluations)];
  const [adam, found] = [byAdam.chosen, byFound.chosen];
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
    trainings: byAdam.all.evaluations.length / count,
    steps: Math.max(...evaluations.map(({ steps }) => steps)),
    rows: [rowOf(adam, ADAM), rowOf(found, FOUND)],
    all: [byAdam.all, byFound.all],
    beside: { trainPerplexity, testBleu, peakBleu },
  };
  const document = {
    ...data,
    // Their trainings are among all.
    rows: data.rows.map(({ evaluations: chosen, ...row }) => ({
      ...row,
      learningRates: chosen.map(({ learningRate }) => learningRate),
    })),
    all: data.all.map(documentOf),
  };
  const subtitle =
    count === 1 ? 'One seed.' : `Lines: the mean of ${count} seeds. Bands: 95 % bootstrap intervals.`;
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
      'data.json': `${toJson(document)}\n`,
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
