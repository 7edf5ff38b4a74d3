import * as z from 'zod';
import * as f from '../../fields.ts';
import {
  decades,
  endingOf,
  type TestFunction,
  testFunctions,
  tuneTrajectory,
} from '../../functions/index.ts';
import { trajectoryChart } from '../../plot/index.ts';
import { type Column, learningRate, table } from '../../report/index.ts';
import { compileRule, resolveRule } from '../../rules/index.ts';
import { defineCommand } from '../command.ts';
import { pictureFile } from '../files.ts';
import { names } from '../names.ts';
import { integer, number, text } from '../option.ts';
import { pictureOptions, seed } from '../options.ts';

const points = (description: string) => z.array(f.figures('a point')).describe(description);

const rowSchema = z.strictObject({
  rule: f.text('the rule as the user named it'),
  learningRate: f.figure('best learning rate; NaN if all diverged'),
  edgeOfGrid: f.flag('whether that is the first or last of those tried'),
  sweep: f.list(
    z.strictObject({
      learningRate: f.figure('learning rate'),
      excess: f.figure('value above the least at the end'),
    }),
    'end of the trajectory at each learning rate',
  ),
  excess: f.figure('value above the least at the end; Infinity if it diverged'),
  distance: f.figure('distance to the nearest minimum at the end; Infinity if it diverged'),
  diverged: f.flag('whether it met a number that is not finite'),
  points: points('the start, and the point after each step'),
  values: f.figures('value at each point'),
});
type Row = f.DataOf<typeof rowSchema>;

const document = z.strictObject({
  file: f.text('path of the picture'),
  function: z
    .strictObject({
      name: f.text('name of the function'),
      title: f.text('title'),
      equation: f.text('equation'),
      source: f.text('where it comes from'),
      start: f.figures('start of every trajectory'),
      minima: points('points of the least value'),
      least: f.figure('least value'),
      noise: f.figures('standard deviation of the noise in each component of the gradient').exactOptional(),
    })
    .describe('the function'),
  steps: f.count('steps of every trajectory'),
  seed: f.seed,
  learningRates: f.figures('learning rates that were tried'),
  trajectories: f.list(rowSchema, 'one trajectory per rule'),
});

export const command = defineCommand({
  documents: { trajectory: document },
  arguments: '<rule...>',
  options: {
    function: text('function of the plane', { source: 'flag', names: names.functions }).default('rosenbrock'),
    learningRate: number('learning rate of every rule', {
      source: 'flag',
      otherwise: 'the best of 13 for each',
    }).optional(),
    steps: integer('how many steps', { minimum: 1, maximum: 100_000, source: 'flag' }).default(1_000),
    seed,
    ...pictureOptions("the function's name, as .svg"),
  },
  example:
    'nos trajectory adam momentum powersign --function rosenbrock\nnos trajectory sgd --function saddle --learning-rate 0.1 -o saddle.svg',
  stopsGracefully: true,
  async run(context) {
    const { arguments: rules, settings, signal, stdout } = context;
    const { seed, steps, learningRate } = settings;
    const testFunction = testFunctions.find(settings.function);
    const { file, write } = pictureFile(context, `${testFunction.name}.svg`);
    const learningRates = learningRate === undefined ? decades(-5, 1, 2) : [learningRate];
    const compiled = rules.map((rule) => ({ name: rule, rule: compileRule(resolveRule(rule)) }));
    const rows: Row[] = [];
    for (const { name, rule } of compiled) {
      const tuned = await tuneTrajectory({ testFunction, rule, learningRates, steps, seed, signal });
      const { best, edgeOfGrid, sweep } = tuned;
      rows.push({ rule: name, ...best, edgeOfGrid, sweep, ...endingOf(testFunction, best) });
    }
    const panels = rows.map((row) => ({ title: `${row.rule}, ${rateText(row)}`, trajectory: row }));
    const tuning = learningRate === undefined ? `the best of ${learningRates.length} learning rates` : '';
    const subtitle = `${steps} steps${tuning && ` at ${tuning}`}. Contours: the value above the minimum, two per factor of ten.`;
    const title = `${testFunction.title}: ${testFunction.equation}`;
    const picture = trajectoryChart(testFunction, panels, { title, subtitle });
    await write(picture);
    return {
      document: { file, function: factsOf(testFunction), steps, seed, learningRates, trajectories: rows },
      text: `wrote ${file}\n\n${table(rows, COLUMNS, stdout)}\n\n${NOTES}`,
    };
  },
});

const factsOf = ({ name, title, equation, source, start, minima, least, noise }: TestFunction) => ({
  name,
  title,
  equation,
  source,
  start,
  minima,
  least,
  ...(noise === undefined ? {} : { noise }),
});

const rateText = ({ learningRate, diverged }: Row): string =>
  Number.isNaN(learningRate)
    ? 'diverged at every λ'
    : `λ ${Number(learningRate.toPrecision(2))}${diverged ? ', diverged' : ''}`;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'rule', cell: ({ rule }) => rule, flexible: true },
  {
    title: 'rate',
    cell: (row) => learningRate(Number(row.learningRate.toPrecision(2)), row.edgeOfGrid),
  },
  { title: 'above the least', cell: ({ excess }) => endText(excess), align: 'right' },
  { title: 'distance', cell: ({ distance }) => endText(distance), align: 'right' },
];

const endText = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : 'diverged');

const NOTES = 'at the end: the value above the least, and the distance to the nearest minimum';
