import type { DispatchEvent } from '../../dispatch/index.ts';
import type { Evaluation, EvaluationRequest } from '../../evaluate/index.ts';
import type { Command, Terminal } from '../command.ts';
import { withWorkers } from '../evaluators.ts';
import { openMeter } from '../live/meter.ts';
import { dispatchLine } from '../log/dispatch-lines.ts';
import { prepareTask } from '../prepare.ts';
import { noteRemarks } from '../remarks.ts';
import { allDivergedText, remarksOf } from '../text/all-diverged.ts';
import { duration, learningRate, meanAndSpread } from '../text/format.ts';
import { type Column, table } from '../text/table.ts';

export const evalCommand: Command = {
  name: 'eval',
  summary: 'score rules, given as text or catalogue name',
  arguments: '<rule...>',
  options: [
    'task',
    'protocol',
    'environment',
    'seeds',
    'seed',
    'workers',
    'redis',
    'log',
    'logLevel',
    'data',
  ],
  example: "nos eval adam 'exp(sign(g) * sign(m)) * g' --task digits-mlp --seeds 3",
  stopsGracefully: true,
  async run(context) {
    const { settings, places, stdout, stderr, signal, log, underWay, call } = context;
    const { findEnvironment, findProtocol } = await import('../../evaluate/index.ts');
    const { task = '', seeds = 1, seed = 1 } = settings;
    const protocol = findProtocol(settings.protocol ?? '').name;
    const environment = findEnvironment(settings.environment ?? '').name;
    await noteRemarks(context.arguments, context);
    await prepareTask(context, task, protocol);
    const requests = context.arguments.flatMap((rule) =>
      Array.from(
        { length: seeds },
        (_, i): EvaluationRequest => ({ rule, task, protocol, environment, seed: seed + i }),
      ),
    );
    const meter = await openMeter(requests.length, stderr);
    try {
      const onEvent = (event: DispatchEvent): void => log.write(dispatchLine(event));
      const work = { run: 'nos eval', useful: requests.length, onEvent };
      const evaluations = await withWorkers(settings, places, work, (dispatcher) =>
        underWay(() => Promise.all(requests.map((request) => meter.follow(request, dispatcher, signal)))),
      );
      const groups = context.arguments.map((_, i) => evaluations.slice(i * seeds, (i + 1) * seeds));
      const diverged = evaluations.every(({ status }) => status === 'diverged')
        ? [{ what: 'rules', count: groups.length, task }]
        : [];
      const text = table(groups, columns(stdout, seeds, groups), stdout.columns);
      return {
        document: { task, protocol, environment, evaluations, ...remarksOf(diverged) },
        text: [text, ...(diverged.length === 0 ? [] : [allDivergedText(diverged, call)])].join('\n\n'),
      };
    } finally {
      meter.close();
    }
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
