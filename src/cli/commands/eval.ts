import type { Evaluation } from '../../evaluation/index.ts';
import {
  allDivergedText,
  type Column,
  duration,
  learningRate,
  meanAndSpread,
  remarksOf,
  type Terminal,
  table,
} from '../../report/index.ts';
import type { Command } from '../command.ts';
import { EVALUATING, evaluating } from '../evaluating.ts';
import { noteRemarks } from '../remarks.ts';

export const evalCommand: Command = {
  name: 'eval',
  summary: 'score rules, given as text or catalogue name; what is stored is not trained again',
  arguments: '<rule...>',
  options: ['task', 'protocol', 'environment', 'seeds', 'seed', ...EVALUATING],
  example: "nos eval adam 'exp(sign(g) * sign(m)) * g' --task digits-mlp --seeds 3",
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout, call } = context;
    const { parseRegime, printRegime } = await import('../../evaluation/index.ts');
    const { task = '', seeds = 1, seed = 1 } = settings;
    const { protocol, environment } = printRegime(
      parseRegime({ protocol: settings.protocol ?? '', environment: settings.environment }),
    );
    await noteRemarks(context.arguments, context);
    const { contestant, evaluateAll, seedsFrom } = await import('../../compare/index.ts');
    const { taskReference } = await import('../../tasks/index.ts');
    const reference = await taskReference(task);
    const rules = context.arguments.map((text) => ({ text: text.trim(), ...contestant(text) }));
    const all = seedsFrom(seed, seeds);
    const wanted = [...new Map(rules.map((one) => [one.key, one])).values()].flatMap(({ rule, key }) =>
      all.map((one) => ({ rule, key, task: reference, protocol, environment, seed: one })),
    );
    const work = { name: 'nos eval', tasks: [reference], protocol, total: wanted.length };
    const found = await evaluating(context, work, (services) => evaluateAll(wanted, services));
    // Rows are named by the text that the user gave: the stored one may be another text of the same rule.
    const groups = rules.map(({ text, key: wantedKey }) =>
      found.filter(({ key }) => key === wantedKey).map((evaluation) => ({ ...evaluation, rule: text })),
    );
    const diverged = found.every(({ status }) => status === 'diverged')
      ? [{ what: 'rules', count: groups.length, task: reference }]
      : [];
    const text = table(groups, columns(stdout, seeds, groups), stdout.columns);
    return {
      document: {
        ...{ task: reference, protocol, environment, evaluations: groups.flat() },
        ...remarksOf(diverged),
      },
      text: [text, ...(diverged.length === 0 ? [] : [allDivergedText(diverged, call)])].join('\n\n'),
    };
  },
};

type Group = readonly Evaluation[];

function columns({ colours }: Terminal, seeds: number, groups: readonly Group[]): readonly Column<Group>[] {
  const first = (group: Group) => group[0] as Evaluation;
  return [
    { title: 'rule', cell: (group) => first(group).rule, flexible: true, paint: colours.bold },
    {
      title: seeds === 1 ? 'reward' : `reward, ${seeds} seeds`,
      cell: (group) => meanAndSpread(group.map((one) => one.reward)),
      align: 'right',
    },
    ...measureColumns(groups),
    { title: 'status', cell: (group) => statuses(group) },
    { title: 'rate', cell: (group) => rates(group) },
    {
      title: 'time',
      cell: (group) => duration(group.reduce((sum, one) => sum + one.seconds, 0)),
      align: 'right',
    },
  ];
}

/** One for everything that the task measures besides the reward. */
function measureColumns(groups: readonly Group[]): readonly Column<Group>[] {
  const names = new Set(groups.flat().flatMap(({ measures = {} }) => Object.keys(measures)));
  return [...names].map((name) => ({
    title: name,
    cell: (group) => meanAndSpread(group.flatMap(({ measures }) => measures?.[name] ?? [])),
    align: 'right',
  }));
}

/** `ok`, or how many ended otherwise: `1 diverged`. */
function statuses(group: Group): string {
  const others = group.filter((one) => one.status !== 'ok');
  if (others.length === 0) return 'ok';
  const kinds = [...new Set(others.map((one) => one.status))];
  return kinds.map((kind) => `${others.filter((one) => one.status === kind).length} ${kind}`).join(', ');
}

/** The learning rates that the sweeps chose, each once. */
function rates(group: Group): string {
  return [...new Set(group.map((one) => learningRate(one.learningRate, one.edgeOfGrid)))].join(' ');
}
