import * as z from 'zod';
import {
  type FunnelResult,
  funnelSchema,
  planFunnel,
  plannedFunnel,
  runFunnel,
} from '../../compare/index.ts';
import {
  inFull,
  lengthen,
  parseProtocol,
  printProtocol,
  regimeOf,
  regimeText,
  taskTitle,
} from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import {
  type Column,
  comparisonText,
  plural,
  shortRules,
  table,
  unitText,
  withinText,
} from '../../report/index.ts';
import { readLeaderboard, readRun } from '../../run/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { evaluating } from '../evaluators.ts';
import { withStore } from '../files.ts';
import { described, integer, type SettingsOf } from '../option.ts';
import {
  against,
  comparedSeeds,
  conditionsOfRun,
  evaluatingOptions,
  seed,
  settings,
  tasks,
} from '../options.ts';

const options = {
  number: integer('how many rules enter', { minimum: 1, short: 'n', source: 'flag' }).default(27),
  task: described(tasks, { otherwise: "the run's" }).optional(),
  protocol: described(settings.protocol, {
    otherwise: "the run's, with final trainings eta times as long",
  }).optional(),
  ...conditionsOfRun,
  eta: integer('each rung keeps one rule of N, and trains N times as long', {
    minimum: 2,
    source: 'flag',
  }).default(3),
  finalists: integer('rules that reach the last rung', { minimum: 1, source: 'flag' }).default(3),
  seeds: comparedSeeds,
  seed,
  against,
  ...evaluatingOptions,
};

const document = z.strictObject({ run: f.run, ...funnelSchema.shape });

export const command = defineCommand({
  documents: { funnel: document },
  arguments: '<run>',
  options,
  example: 'nos funnel quick-1\nnos funnel quick-1 -n 12 --protocol quick@10 --task digits-mlp --seeds 6',
  stopsGracefully: true,
  async run(context) {
    const { stdout } = context;
    const [run = ''] = context.arguments;
    const plan = await planFunnel(await inputOf(context, run));
    const { references, rungs, tasks } = plan;
    const work = { name: `nos funnel ${run}`, tasks, total: plannedFunnel(plan) };
    const result = await evaluating(context, work, (services) =>
      runFunnel(plan, services, ({ protocol, rules, seeds }, index) => {
        const entering = `${plural(rules, 'rule')} and ${references.length} references`;
        const conditions = `${regimeText({ ...plan.regime, protocol })}, ${plural(seeds.length, 'seed')}`;
        services.note(`rung ${index + 1} of ${rungs.length}: ${entering}, ${conditions}`);
      }),
    );
    return {
      document: { run, ...result },
      text: `${rungsText(result, stdout)}\n\n${comparisonText(result.comparison, stdout, taskTitle)}`,
    };
  },
});

/** What the settings say, otherwise what the run itself had, with the first rung η times as long. */
async function inputOf({ settings, places, stderr }: Context<SettingsOf<typeof options>>, run: string) {
  const { record, leaderboard } = await withStore(places, async (store) => ({
    record: await readRun(store, run),
    leaderboard: await readLeaderboard(store, run),
  }));
  if (record.status !== 'finished') {
    stderr.note(`run ${run} is not finished: what enters the funnel may change until it is`);
  }
  const { config } = record;
  const protocol = printProtocol(lengthen(inFull(parseProtocol(config.protocol)), settings.eta));
  const longer = { ...regimeOf(config), protocol };
  const { number: rules, task: tasks = [config.task], against, eta, finalists, seed, seeds } = settings;
  return {
    ...{ rules, tasks, against, eta, finalists, seed, seeds },
    leaderboard: leaderboard.filter(({ reference }) => !reference),
    references: config.references,
    ...regimeOf(settings, longer),
    nameOf: await shortRules(),
  };
}

function rungsText({ rungs, comparison }: FunnelResult, stdout: Context['stdout']): string {
  const rows = rungs.slice(0, -1).flatMap(({ protocol, seeds, rows: all }, i) => [
    {
      title: `rung ${i + 1}: ${withinText(protocol, comparison)}, ${plural(seeds.length, 'seed')}`,
      rows: all,
    },
  ]);
  return rows
    .map(
      ({ title, rows: all }) => `${stdout.colours.bold(title)}\n${table(all, columnsOf(comparison), stdout)}`,
    )
    .join('\n\n');
}

type Row = FunnelResult['rungs'][number]['rows'][number];

const columnsOf = ({ tasks }: FunnelResult['comparison']): readonly Column<Row>[] => [
  { title: '#', cell: ({ rank }) => String(rank), align: 'right' },
  { title: '  rule', cell: ({ name, reference }) => `${reference ? '◆' : ' '} ${name}`, flexible: true },
  {
    title: 'mean',
    cell: ({ means }) => means.map((mean, t) => unitText(mean, tasks[t]?.score)).join('  '),
    align: 'right',
  },
  {
    title: '',
    cell: ({ reference, survived, diverged, failed }) =>
      [
        reference ? '' : survived ? 'goes on' : '',
        diverged > 0 ? `${diverged} diverged` : '',
        failed > 0 ? `${failed} failed` : '',
      ]
        .filter((text) => text !== '')
        .join(', '),
  },
];
