import * as z from 'zod';
import type { Metric } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { lineChart } from '../../plot/index.ts';
import {
  type Column,
  fileName,
  type Terminal,
  table,
  thousands,
  unitsText,
  unitText,
} from '../../report/index.ts';
import {
  type Difference,
  type LearningCurve,
  type LearningCurves,
  learningCurveChart,
  learningCurvesSchema,
  readLearningCurves,
} from '../../run/index.ts';
import { defineCommand } from '../command.ts';
import { pictureFile, withStore } from '../files.ts';
import { pictureOptions, storeOption } from '../options.ts';

const document = z.strictObject({
  file: f.text('path of the picture'),
  ...learningCurvesSchema.shape,
});

export const command = defineCommand({
  documents: { plot: document },
  arguments: '<run...>',
  options: { ...pictureOptions('the names of the runs, as .svg'), ...storeOption },
  example: 'nos plot quick-1\nnos plot rl-1 random-1 -o figure4.svg\nnos plot quick-1 -o quick-1.png',
  async run(context) {
    const { arguments: runs, places, stdout } = context;
    const { file, write } = pictureFile(context, `${fileName(runs.join('-'))}.svg`);
    const curves = await withStore(places, (store) => readLearningCurves(store, runs));
    await write(lineChart(learningCurveChart(curves)));
    return { document: { file, ...curves }, text: textOf(file, curves, stdout) };
  },
});

function textOf(file: string, { curves, leads, score }: LearningCurves, stdout: Terminal): string {
  const ofLeads = leads.length === 0 ? [] : ['', table(leads, leadsOf(score), stdout)];
  const explained = [...(score ? unitsText(score) : []), ...notes(curves)];
  return [`wrote ${file}`, '', table(curves, columnsOf(score), stdout), ...ofLeads, '', ...explained].join(
    '\n',
  );
}

const columnsOf = (score?: Metric): readonly Column<LearningCurve>[] => [
  { title: 'run', cell: ({ run }) => run, flexible: true },
  {
    title: 'rules',
    cell: ({ rewards, samples }) => `${thousands(rewards.length)}/${thousands(samples)}`,
    align: 'right',
  },
  { title: 'distinct', cell: ({ distinct }) => `${(100 * distinct).toFixed(1)} %`, align: 'right' },
  { title: 'ends', cell: ({ compared }) => String(compared), align: 'right' },
  { title: 'first', cell: ({ first }) => unitText(first, score), align: 'right' },
  { title: 'last', cell: ({ last }) => unitText(last, score), align: 'right' },
  { title: 'last less first', cell: ({ gain }) => intervalText(gain, score) },
];

const leadsOf = (score?: Metric): readonly Column<LearningCurves['leads'][number]>[] => [
  { title: 'run', cell: ({ run }) => run },
  { title: 'over', cell: ({ over }) => over, flexible: true },
  { title: 'last less last', cell: (lead) => intervalText(lead, score) },
];

/** `+0.0311 [+0.0101, +0.0520]`. */
function intervalText({ difference, interval }: Difference, score?: Metric): string {
  const signed = (value: number) => (value < 0 ? '' : '+') + unitText(value, score);
  const ends = interval === null ? '' : ` [${signed(interval.low)}, ${signed(interval.high)}]`;
  return signed(difference) + ends;
}

function notes(curves: readonly LearningCurve[]): readonly string[] {
  const short = curves.filter(({ rewards }) => rewards.length < 200).map(({ run }) => run);
  const unfinished = curves.filter(({ rewards, samples }) => rewards.length < samples).map(({ run }) => run);
  return [
    'first, last: the mean of the rewards at either end of the run; ends: how many these are',
    ...(curves.some(({ gain }) => gain.interval !== null)
      ? ['[ ]: the 95 % interval by means of blocks of rewards; it speaks of these runs, not of other seeds']
      : ['no intervals: the ends of a run must have 30 rewards or more']),
    ...(short.length === 0
      ? []
      : [`fewer than 200 rules, so the ends are thirds of the run: ${short.join(', ')}`]),
    ...(unfinished.length === 0 ? [] : [`not finished: ${unfinished.join(', ')}`]),
  ];
}
