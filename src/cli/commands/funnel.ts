import type { FunnelResult } from '../../compare/index.ts';
import {
  accuracy,
  type Column,
  comparisonText,
  conditionsText,
  plural,
  shortRules,
  table,
  withinText,
} from '../../report/index.ts';
import type { Command, Context } from '../command.ts';
import { EVALUATING, evaluating } from '../evaluating.ts';
import { logDefaults } from '../presets.ts';
import { withStore } from '../store.ts';
import { SEEDS, tasksOf } from './compare.ts';

const RULES = 27;
const ETA = 3;
const FINALISTS = 3;

export const funnelCommand: Command = {
  name: 'funnel',
  summary: 'train the best rules of a run longer and longer, and keep the best of them: successive halving',
  arguments: '<run>',
  options: [
    'number',
    'task',
    'protocol',
    'environment',
    'eta',
    'finalists',
    'seeds',
    'seed',
    'against',
    ...EVALUATING,
  ],
  defaults: { ...logDefaults, number: RULES, seed: 1, seeds: SEEDS },
  example: 'nos funnel quick-1\nnos funnel quick-1 -n 12 --protocol quick@10 --task digits-mlp --seeds 6',
  stopsGracefully: true,
  async run(context) {
    const { planFunnel, plannedFunnel, runFunnel } = await import('../../compare/index.ts');
    const { taskTitle } = await import('../../tasks/index.ts');
    const [run = ''] = context.arguments;
    const plan = await planFunnel(await inputOf(context, run));
    const total = plannedFunnel(plan);
    const result = await evaluating(
      context,
      { name: `nos funnel ${run}`, tasks: plan.tasks, total },
      (services) =>
        runFunnel(plan, services, ({ protocol, rules, seeds }, index) =>
          services.note(
            `rung ${index + 1} of ${plan.rungs.length}: ${plural(rules, 'rule')} and ${plan.references.length} references, ${conditionsText({ ...plan, protocol })}, ${plural(seeds.length, 'seed')}`,
          ),
        ),
    );
    return {
      document: { run, ...result },
      text: `${rungsText(result, context.stdout)}\n\n${comparisonText(result.comparison, context.stdout, taskTitle)}`,
    };
  },
};

/** The settings, else what the run itself had, with the first rung η times as long. */
async function inputOf({ settings, places, stderr }: Context, run: string) {
  const { parseRunConfig, readLeaderboard } = await import('../../run/index.ts');
  const { lengthen, parseProtocol, printProtocol } = await import('../../evaluation/index.ts');
  const { record, leaderboard } = await withStore(places, async (store) => ({
    record: await store.run(run),
    leaderboard: await readLeaderboard(store, run),
  }));
  if (record.status !== 'finished') {
    stderr.note(`run ${run} is not finished: what enters the funnel may change until it is`);
  }
  const config = parseRunConfig(record.config);
  const { eta = ETA, finalists = FINALISTS, seed = 1, seeds = SEEDS, number: rules = RULES } = settings;
  return {
    leaderboard: leaderboard.filter(({ reference }) => !reference),
    rules,
    references: config.references,
    against: settings.against ?? 'adam',
    tasks: settings.task === undefined ? [config.task] : tasksOf(settings.task),
    protocol: settings.protocol ?? printProtocol(lengthen(parseProtocol(config.protocol), eta)),
    environment: settings.environment ?? config.environment,
    eta,
    finalists,
    seed,
    seeds,
    nameOf: await shortRules(),
  };
}

function rungsText({ rungs, comparison }: FunnelResult, { colours, columns }: Context['stdout']): string {
  const rows = rungs.slice(0, -1).flatMap(({ protocol, seeds, rows: all }, i) => [
    {
      title: `rung ${i + 1}: ${withinText(protocol, comparison.environment)}, ${plural(seeds.length, 'seed')}`,
      rows: all,
    },
  ]);
  return rows
    .map(({ title, rows: all }) => `${colours.bold(title)}\n${table(all, COLUMNS, columns)}`)
    .join('\n\n');
}

type Row = FunnelResult['rungs'][number]['rows'][number];

const COLUMNS: readonly Column<Row>[] = [
  { title: '#', cell: ({ rank }) => String(rank), align: 'right' },
  { title: '  rule', cell: ({ name, reference }) => `${reference ? '◆' : ' '} ${name}`, flexible: true },
  { title: 'mean', cell: ({ means }) => means.map(accuracy).join('  '), align: 'right' },
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
