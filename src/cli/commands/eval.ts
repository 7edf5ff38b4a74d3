import * as z from 'zod';
import { contestant, evaluateAll, seedsFrom } from '../../compare/index.ts';
import {
  type Evaluation,
  evaluationDocument,
  parseRegime,
  printRegime,
  regimeFields,
} from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import {
  allDivergedTexts,
  type Column,
  duration,
  learningRate,
  meanAndSpread,
  remarksOf,
  strong,
  table,
  unitsText,
} from '../../report/index.ts';
import { taskReference } from '../../tasks/index.ts';
import { defineCommand } from '../command.ts';
import { evaluating } from '../evaluators.ts';
import { evaluatingOptions, regimeOptions, seed, settings, task } from '../options.ts';
import { programOptions, withProgram } from '../programs.ts';

const document = z.strictObject({
  task: f.task,
  ...regimeFields,
  evaluations: f.list(evaluationDocument, 'one evaluation per rule and seed'),
  remarks: f.remarks,
});

export const command = defineCommand({
  documents: { eval: document },
  arguments: '<rule...>',
  options: {
    task,
    ...programOptions,
    ...regimeOptions,
    seeds: settings.seeds.default(1),
    seed,
    ...evaluatingOptions,
  },
  example: "nos eval adam 'exp(sign(g) * sign(m)) * g' --task digits-mlp --seeds 3",
  stopsGracefully: true,
  async run(given) {
    const context = await withProgram(given);
    const { arguments: texts, stdout, call } = context;
    const { seeds, seed, ...names } = context.settings;
    const regime = printRegime(parseRegime(names));
    const task = await taskReference(names.task);
    const rules = texts.map((text) => ({ text: text.trim(), ...contestant(text) }));
    const all = seedsFrom(seed, seeds);
    const wanted = [...new Map(rules.map((one) => [one.key, one])).values()].flatMap(({ rule, key }) =>
      all.map((one) => ({ rule, key, task, ...regime, seed: one })),
    );
    const work = {
      name: 'nos eval',
      rules: texts,
      tasks: [task],
      protocol: regime.protocol,
      total: wanted.length,
    };
    const found = await evaluating(context, work, (services) => evaluateAll(wanted, services));
    // Rows are named by the text that the user gave: the stored one may be another text of the same rule.
    const groups = rules.map(({ text, key: wantedKey }) =>
      found.filter(({ key }) => key === wantedKey).map((evaluation) => ({ ...evaluation, rule: text })),
    );
    const diverged = found.every(({ status }) => status === 'diverged')
      ? [{ what: 'rules', count: groups.length, task }]
      : [];
    const text = table(groups, columns(seeds, groups), stdout);
    const { score } = found[0] ?? {};
    const units = score ? unitsText(score) : [];
    return {
      document: {
        ...{ task, ...regime, evaluations: groups.flat() },
        ...remarksOf(diverged),
      },
      text: [[text, ...units.map(stdout.colours.dim)].join('\n'), ...allDivergedTexts(diverged, call)].join(
        '\n\n',
      ),
    };
  },
});

type Group = readonly Evaluation[];

function columns(seeds: number, groups: readonly Group[]): readonly Column<Group>[] {
  const first = (group: Group) => group[0] as Evaluation;
  const { score } = groups.flat()[0] ?? {};
  const named = score?.metric ?? 'reward';
  return [
    { title: 'rule', cell: (group) => first(group).rule, flexible: true, paint: strong },
    {
      title: seeds === 1 ? named : `${named}, ${seeds} seeds`,
      cell: (group) => meanAndSpread(group.map((one) => one.reward).filter(Number.isFinite), score),
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

/** A column for everything that the task measures in addition to the reward. */
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
