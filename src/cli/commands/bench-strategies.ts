import { join } from 'node:path';
import type { BakeoffPlan, BakeoffResult, Curve, Ranked, RunTrials } from '../../bakeoff/index.ts';
import * as bakeoff from '../../bakeoff/index.ts';
import { fingerprint } from '../../evaluate/index.ts';
import { taskTitle } from '../../evaluation/index.ts';
import { toJson } from '../../json.ts';
import { type Column, pairs, strong, table, thousands } from '../../report/index.ts';
import { packageVersion } from '../../version.ts';
import { type Context, defineCommand } from '../command.ts';
import { workerCount } from '../evaluators.ts';
import { makeFolder, writeFiles, wroteText } from '../files.ts';
import { openCounter } from '../live/progress-bar.ts';
import { names } from '../names.ts';
import { flag, integer, list, type SettingsOf, text } from '../option.ts';
import { outputPath, settings } from '../options.ts';
import { prepareOnnxruntime } from '../prepare.ts';

const options = {
  strategies: list('strategies and algorithms to compare with random', {
    ...{ source: 'flag', names: names.entrants, otherwise: 'all' },
  }).optional(),
  landscapes: list('where they search', {
    source: 'flag',
    names: names.landscapes,
    otherwise: 'all',
  }).optional(),
  landscape: text('a table of evaluations that `nos table` wrote, to search in its rewards', {
    ...{ value: 'FILE', source: 'flag', path: true },
  }).optional(),
  budget: integer('rules proposed in a search', { minimum: 10, source: 'flag' }).default(3_000),
  repeats: integer('searches of each strategy on each landscape and noise', {
    ...{ minimum: 2, source: 'flag' },
  }).default(20),
  tune: flag("choose every strategy's settings from its grid first"),
  workers: settings.workers.optional(),
  output: outputPath('the folder to write').default('bake-off'),
};

type Settings = SettingsOf<typeof options>;

export const command = defineCommand({
  documents: { 'bench strategies': bakeoff.bakeoffSchema },
  options,
  example:
    'nos bench strategies --strategies random,evolution --budget 300 --repeats 5\nnos bench strategies --tune -o results',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout } = context;
    const folder = settings.output;
    const plan = planOf(settings, await tableOf(settings));
    await makeFolder(folder);
    const result = await bakeoff.runBakeoff(plan, await trialRunner(context, plan, folder));
    const curves = bakeoff.summarize(result);
    const budgets = bakeoff.budgetsWithin(plan.samples);
    const ranking = bakeoff.rank(result.results, budgets);
    const document = { ...withoutTrials(result), budget: plan.samples, repeats: plan.seeds, ranking, curves };
    const files = {
      'bake-off.json': `${toJson(document, 2)}\n`,
      'regret.svg': bakeoff.bakeoffPicture(curves, 'regret'),
      'proposals.svg': bakeoff.bakeoffPicture(curves, 'proposalRegret'),
    };
    await writeFiles(folder, files);
    const wrote = stdout.colours.dim(wroteText(files, folder));
    return { document, text: `${report(result, curves, ranking, budgets, stdout)}\n\n${wrote}` };
  },
});

/** The reference of the table that the searches are to be in; its rewards are read once before many processes do. */
async function tableOf({ landscape }: Settings): Promise<string | undefined> {
  if (landscape === undefined) return undefined;
  const reference = await bakeoff.tableReference(landscape);
  await bakeoff.findLandscape(reference).open(1);
  return reference;
}

function planOf(
  { strategies, landscapes, budget, repeats, tune }: Settings,
  table: string | undefined,
): BakeoffPlan {
  const { entrants, YARDSTICK } = bakeoff;
  const named = landscapes ?? (table === undefined ? undefined : []);
  return {
    entrants: strategies ? [...new Set([YARDSTICK, ...strategies])].map(entrants.find) : entrants.entries,
    landscapes: [
      ...(named ? [...new Set(named)].map(bakeoff.landscapes.find) : bakeoff.landscapes.entries),
      ...(table === undefined ? [] : [bakeoff.findLandscape(table)]),
    ],
    samples: budget,
    seeds: repeats,
    tune,
  };
}

/** Runs the trials that an earlier call has not left in the folder, and shows how far they are. */
async function trialRunner(
  context: Context<Settings>,
  plan: BakeoffPlan,
  folder: string,
): Promise<RunTrials> {
  const { settings, signal, stderr, underWay } = context;
  await prepareOnnxruntime(context);
  const path = join(folder, 'trials.jsonl');
  const run = bakeoff.resumableTrials({
    path,
    version: `${packageVersion} ${await fingerprint('onnxruntime')}`,
    workers: workerCount(settings, Number.POSITIVE_INFINITY),
    signal,
    onProposed: (count, known) => (known ? counter.resume(count) : counter.add(count)),
  });
  const counter = await openCounter(bakeoff.plannedProposals(plan), 'rules proposed', stderr);
  return async (trials) => {
    try {
      return await underWay(() => run(trials)).finally(counter.close);
    } catch (error) {
      if (signal.aborted) stderr.note(`what is done is in ${path}: the same command goes on from there`);
      throw error;
    }
  };
}

const withoutTrials = ({ conditions, entries, tuning }: BakeoffResult) => ({ conditions, entries, tuning });

function report(
  { conditions, entries, tuning }: BakeoffResult,
  curves: readonly Curve[],
  ranking: readonly Ranked[],
  budgets: readonly number[],
  stdout: Context['stdout'],
): string {
  const { colours } = stdout;
  const settings = entries.map(({ name, options }) => {
    const regret = tuning.find((tuned) => tuned.name === name)?.relativeRegret;
    return { name, options, regret };
  });
  const chosen = table(
    settings,
    [
      { title: 'strategy', cell: (row) => row.name, paint: strong },
      { title: 'options', cell: (row) => optionsText(row.options), flexible: true },
      { title: 'regret ÷ random’s', cell: (row) => row.regret?.toFixed(3) ?? '', align: 'right' },
    ],
    stdout,
  );
  const tables = conditions.map((condition) => {
    const own = curves.filter((curve) => JSON.stringify(curve.condition) === JSON.stringify(condition));
    const title = colours.bold(`${taskTitle(condition.landscape)}, noise ${condition.noise}`);
    return `${title}\n${curveTable(own, budgets, stdout)}`;
  });
  const overall = table(
    ranking,
    [
      { title: 'strategy', cell: (row) => row.entry, paint: strong },
      { title: 'regret ÷ random’s', cell: (row) => row.relativeRegret.toFixed(3), align: 'right' },
    ],
    stdout,
  );
  const legend = colours.dim(pairs(legendOf(budgets), stdout.columns));
  return [...(tuning.length > 0 ? [chosen] : []), ...tables, legend, overall].join('\n\n');
}

/** Options as `--option` takes them: `population=50 tournament=25`. */
function optionsText(options: Readonly<Record<string, number | string>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function legendOf(budgets: readonly number[]): readonly (readonly [string, string])[] {
  const ends = [...new Set([budgets[0], budgets.at(-1)])].map((budget) => thousands(budget as number));
  return [
    [
      ends.join(' … '),
      'regret after this number of proposals: optimum − reward of the best rule found; mean [95 % interval]',
    ],
    ['to best 1 %', 'proposals up to the first rule of the best hundredth: median (searches that met one)'],
    ['new', 'distinct rules ÷ proposals'],
  ];
}

/** The table with as many intervals as there is room for: of every budget, of the last one, or of none. */
function curveTable(curves: readonly Curve[], budgets: readonly number[], stdout: Context['stdout']): string {
  const tables = [budgets.length, 1, 0].map((count) => table(curves, curveColumns(budgets, count), stdout));
  const fits = (text: string) => Math.max(...text.split('\n').map((line) => line.length)) <= stdout.columns;
  return tables.find(fits) ?? (tables.at(-1) as string);
}

/** @param intervals How many of the budgets, the last ones, show their intervals. */
function curveColumns(budgets: readonly number[], intervals: number): readonly Column<Curve>[] {
  const end = budgets.at(-1) as number;
  return [
    { title: 'strategy', cell: ({ entry }) => entry },
    ...budgets.map((budget, i) => ({
      title: thousands(budget),
      cell: ({ points }: Curve) => {
        const { regret } = points.find(({ samples }) => samples === budget) as Curve['points'][number];
        const { mean, interval } = regret;
        const whole = i >= budgets.length - intervals;
        const ends = interval === null ? '' : ` [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`;
        return mean.toFixed(3) + (whole ? ends : '');
      },
    })),
    {
      title: 'to best 1 %',
      cell: ({ samplesToTop, reachedTop, seeds }) =>
        `${thousands(samplesToTop ?? end)}${samplesToTop === null ? '+' : ''} (${reachedTop}/${seeds})`,
    },
    {
      title: 'new',
      cell: ({ points }) => `${Math.round(100 * (points.at(-1)?.distinctShare ?? 0))} %`,
      align: 'right',
    },
  ];
}
