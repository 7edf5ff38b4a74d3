import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ComparisonPlan } from '../../compare/index.ts';
import { inTurn } from '../../in-turn.ts';
import { makeDirectory } from '../../make-directory.ts';
import { allDivergedText, comparisonText, divergedTasks, fileName, remarksOf } from '../../report/index.ts';
import { shellWord } from '../../shell.ts';
import { cardPlaces } from '../card-places.ts';
import type { Command } from '../command.ts';
import { EVALUATING, evaluating } from '../evaluating.ts';
import type { Settings } from '../options.ts';
import { defaults, logDefaults } from '../presets.ts';
import { noteRemarks } from '../remarks.ts';
import { writable } from '../writable.ts';
import { SEEDS } from './compare.ts';

/** What a rule stands beside. */
const REFERENCES = ['sgd', 'momentum', 'adam', 'rmsprop', 'powersign'];

export const cardCommand: Command = {
  name: 'card',
  summary: 'write the transfer card of a rule: what it is, and what it does on tasks, with pictures',
  arguments: '<rule>',
  options: ['task', 'protocol', 'environment', 'seeds', 'seed', 'against', 'output', ...EVALUATING],
  defaults: { ...logDefaults, protocol: defaults.protocol, seed: 1, seeds: SEEDS },
  example:
    'nos card powersign --task digits-mlp --seeds 3\nnos card powersign -o cards/powersign\nnos card powersign --environment none,4bit',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout, call } = context;
    const compare = await import('../../compare/index.ts');
    const { taskTitle } = await import('../../tasks/index.ts');
    const [text = ''] = context.arguments;
    const rule = compare.describeRule(text);
    const { against, protocol = '', seed = 1, seeds = SEEDS } = settings;
    const others = REFERENCES.filter((name) => compare.contestant(name).key !== rule.key);
    const { tasks, environments } = await cardPlaces(context, rule.key);
    await noteRemarks(context.arguments, context);
    const plans = await inTurn(environments, (environment) =>
      compare.planComparison({
        rules: [text, ...others],
        ...(against === undefined ? {} : { against }),
        tasks,
        protocol,
        environment,
        seed,
        seeds,
      }),
    );
    const [first] = plans as [ComparisonPlan];
    const directory = resolve(settings.output ?? `card-${fileName(rule.names[0] ?? rule.key)}`);
    await writable(directory, () => makeDirectory(directory));
    const total = plans.length * first.contestants.length * first.tasks.length * first.seeds.length;
    const compared = await evaluating(context, { name: 'nos card', tasks: first.tasks, total }, (services) =>
      compare.runComparisons(plans, services),
    );
    const results = compared.map((result, i) => {
      const pictures = compare.cardPictures(plans[i] as ComparisonPlan, result);
      return { comparison: result.comparison, pictures };
    });
    const card = compare.cardText({
      rule,
      results,
      date: new Date().toISOString().slice(0, 10),
      command: call(`nos card ${shellWord(text)} ${flagsOf(settings, plans, taskTitle)}`),
    });
    const pictures = results.flatMap((result) => result.pictures.map(({ file, svg }) => [file, svg]));
    const files = { 'card.md': card, ...Object.fromEntries(pictures) };
    for (const [name, content] of Object.entries<string>(files))
      await writable(directory, () => writeFile(join(directory, name), content));
    const [comparison, ...inOthers] = results.map((result) => result.comparison);
    const diverged = divergedTasks(results.map((one) => one.comparison));
    const remark = diverged.length === 0 ? [] : [allDivergedText(diverged, call)];
    const wrote = `wrote ${Object.keys(files).join(', ')} to ${directory}`;
    return {
      document: {
        ...{ directory, files: Object.keys(files), rule, comparison },
        ...(inOthers.length === 0 ? {} : { otherEnvironments: inOthers }),
        ...remarksOf(diverged),
      },
      text: [
        ...results.map((one) => comparisonText(one.comparison, stdout, taskTitle)),
        ...remark,
        wrote,
      ].join('\n\n'),
    };
  },
};

/** What makes the same card again, whatever the store has by then; `none` is said where the user did. */
function flagsOf(
  settings: Settings,
  plans: readonly ComparisonPlan[],
  titleOf: (task: string) => string,
): string {
  const [{ tasks, protocol, seeds }] = plans as [ComparisonPlan];
  const environments = plans.map(({ environment }) => environment).join(',');
  const usual = settings.environment === undefined && environments === 'none';
  return [
    `--task ${shellWord(tasks.map(titleOf).join(','))}`,
    ...(usual ? [] : [`--environment ${environments}`]),
    `--protocol ${protocol} --seed ${seeds[0]} --seeds ${seeds.length}`,
  ].join(' ');
}
