import * as z from 'zod';
import { csv } from '../../csv.ts';
import { NosError } from '../../errors.ts';
import { evaluationDocument } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { toJson } from '../../json.ts';
import {
  type Column,
  duration,
  learningRate,
  type ShortRule,
  scoreText,
  shortRules,
  table,
} from '../../report/index.ts';
import { readRun, replayRun } from '../../run/index.ts';
import type { Score } from '../../store/index.ts';
import { scorePlace } from '../../store/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { flag } from '../option.ts';
import { outletOptions, storeOption } from '../options.ts';
import { type OutletSettings, openOutlets } from '../outlets.ts';

const score = evaluationDocument.extend(scorePlace).describe('an evaluation with its place in the run');

const document = z.strictObject({
  run: f.run,
  evaluations: f.list(score, 'the evaluations: references, proposals, retests'),
});

export const command = defineCommand({
  documents: { log: document },
  arguments: '<run>',
  options: {
    csv: flag('comma-separated values'),
    tidy: flag('comma-separated values in long form: a line for each point of a sweep or a curve'),
    jsonl: flag('one JSON document per line'),
    ...outletOptions,
    ...storeOption,
  },
  example: 'nos log quick-1 --csv > quick-1.csv\nnos log quick-1 --tidy > curves.csv',
  async run(context) {
    const {
      arguments: [run = ''],
      settings,
      json,
      places,
      stdout,
      sourceOf,
    } = context;
    const given = { ...settings, json };
    const asked = (['tidy', 'csv', 'jsonl', 'json'] as const).filter((form) => given[form]);
    const forms = settings.tidy ? asked.filter((form) => form !== 'csv') : asked;
    if (forms.length > 1) {
      throw new NosError('bad-option', `--${forms.join(' and --')}: expected one of them`);
    }
    const scores = await withStore(places, async (store) => {
      await store.run(run);
      return store.scores(run);
    });
    // MLflow's own variable is for searches: a log is sent by the flag alone.
    if (settings.tensorboard !== undefined || sourceOf('mlflow') === 'flag') {
      return { document: { run, evaluations: scores.map(flatten) }, text: await sendRun(run, context) };
    }
    const evaluations = scores.map(flatten);
    const document = { run, evaluations };
    if (forms[0] === 'csv') return { document, text: csv(evaluations.map(csvRow), csvColumns(scores)) };
    if (forms[0] === 'tidy') return { document, text: csv(scores.flatMap(tidyRows), TIDY_COLUMNS) };
    if (forms[0] === 'jsonl') return { document, text: evaluations.map((one) => toJson(one)).join('\n') };
    if (scores.length === 0) return { document, text: 'no evaluations yet' };
    return {
      document,
      text: table(
        scores,
        columns(await shortRules(), scores[0]?.evaluation.score?.metric ?? 'reward'),
        stdout,
      ),
    };
  },
});

/** Sends a stored run to where the options say. */
async function sendRun(run: string, context: Context<OutletSettings>): Promise<string> {
  const { config, events } = await withStore(context.places, async (store) => ({
    config: (await readRun(store, run)).config,
    events: await replayRun(store, run),
  }));
  const outlets = openOutlets(context, run, config);
  for (const event of events) outlets.onRun(event);
  if (!(await outlets.close()))
    throw new NosError('network', `run '${run}' was not sent whole`, 'try it again');
  return `sent run '${run}'`;
}

const flatten = ({ role, index, evaluation }: Score) => ({ role, index, ...evaluation });

const CSV_COLUMNS = [
  'role',
  'index',
  'rule',
  'key',
  'reward',
  'status',
  'learningRate',
  'edgeOfGrid',
  'seed',
  'task',
  'protocol',
  'environment',
  'steps',
  'seconds',
  'sweep',
  'curve',
  'fingerprint',
  'version',
] as const;

/** Where scores have units of their own, they follow what ranks. */
function csvColumns(scores: readonly Score[]): readonly ((typeof CSV_COLUMNS)[number] | 'score')[] {
  const own = scores.some(({ evaluation }) => evaluation.score !== undefined);
  return CSV_COLUMNS.flatMap((name) => (own && name === 'reward' ? [name, 'score'] : [name]));
}

/** Lists become words: a sweep `1e-5=0.1 1e-4=0.2`, a halving with losses and steps `1e-5=2.3/10 1e-4=1.7/40`, a curve `0.4 0.5`. */
function csvRow(evaluation: ReturnType<typeof flatten>) {
  const sweep = evaluation.sweep.map(({ learningRate, accuracy, loss, steps }) => {
    return `${learningRate.toExponential()}=${loss === undefined ? accuracy : `${loss}/${steps}`}`;
  });
  const { score, curve } = evaluation;
  return { ...evaluation, score: score?.value ?? '', sweep: sweep.join(' '), curve: curve.join(' ') };
}

const TIDY_COLUMNS = [
  'role',
  'index',
  'rule',
  'key',
  'seed',
  'status',
  'measure',
  'learningRate',
  'epoch',
  'value',
] as const;

/** A row for every figure of an evaluation: of the sweep by learning rate, of the final training by epoch. */
function tidyRows({ role, index, evaluation }: Score) {
  const { rule, key, seed, status, learningRate: chosen } = evaluation;
  const about = { role, index, rule, key, seed, status };
  const curves = Object.entries({
    curve: evaluation.curve,
    testCurve: evaluation.testCurve ?? [],
    lossCurve: evaluation.lossCurve ?? [],
    ...evaluation.measureCurves,
  });
  return [
    { ...about, measure: 'reward', learningRate: chosen, epoch: '', value: evaluation.reward },
    ...(evaluation.score === undefined
      ? []
      : [
          {
            ...about,
            measure: evaluation.score.metric,
            learningRate: chosen,
            epoch: '',
            value: evaluation.score.value,
          },
        ]),
    ...evaluation.sweep.map((point) => ({
      ...about,
      measure: point.loss === undefined ? 'sweep' : 'sweepLoss',
      learningRate: point.learningRate,
      epoch: '',
      value: point.loss ?? point.accuracy,
    })),
    ...curves.flatMap(([measure, values]) =>
      values.map((value, i) => ({ ...about, measure, learningRate: chosen, epoch: i + 1, value })),
    ),
  ];
}

const columns = (short: ShortRule, title: string): readonly Column<Score>[] => [
  { title: 'role', cell: (score) => score.role },
  { title: 'index', cell: (score) => String(score.index), align: 'right' },
  { title: 'rule', cell: (score) => short(score.evaluation.rule), flexible: true },
  { title, cell: ({ evaluation }) => scoreText(evaluation.reward, evaluation.score), align: 'right' },
  { title: 'status', cell: (score) => score.evaluation.status },
  { title: 'rate', cell: ({ evaluation }) => learningRate(evaluation.learningRate, evaluation.edgeOfGrid) },
  { title: 'time', cell: (score) => duration(score.evaluation.seconds), align: 'right' },
];
