import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command, Context } from '../command.ts';
import { EVALUATING, evaluating } from '../evaluating.ts';
import { defaults } from '../presets.ts';
import { noteRemarks } from '../remarks.ts';
import { comparisonText } from '../text/comparison.ts';
import { splitTexts } from '../values.ts';
import { writable } from '../writable.ts';

/** With ten, p can be 1/512: after Holm's correction for twenty-five tests still below 5 %. */
export const SEEDS = 10;

export const compareCommand: Command = {
  name: 'compare',
  summary: 'compare rules on tasks: intervals, paired tests, a verdict',
  arguments: '<rule...>',
  options: ['task', 'protocol', 'environment', 'seeds', 'seed', 'against', 'output', ...EVALUATING],
  defaults: { ...defaults, seeds: SEEDS },
  example:
    "nos compare powersign sgd --task digits-mlp --seeds 6\nnos compare 'm * exp(v)' rmsprop --task digits-mlp,cifar10-convnet -o compared.svg\nnos compare powersign --task digits-mlp --environment 4bit",
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout } = context;
    const { comparisonPicture, planComparison, runComparison } = await import('../../compare/index.ts');
    const { taskTitle } = await import('../../tasks/index.ts');
    const { against, protocol = '', environment = '', seed = 1, seeds = SEEDS, output } = settings;
    const plan = await planComparison({
      rules: context.arguments,
      ...(against === undefined ? {} : { against }),
      tasks: tasksOf(settings.task),
      protocol,
      environment,
      seed,
      seeds,
    });
    await noteRemarks(context.arguments, context);
    const total = plan.contestants.length * plan.tasks.length * plan.seeds.length;
    const { comparison } = await evaluating(
      context,
      { name: 'nos compare', tasks: plan.tasks, total },
      (services) => runComparison(plan, services),
    );
    const file = output === undefined ? undefined : resolve(output);
    if (file !== undefined) await writable(file, () => writeFile(file, comparisonPicture(comparison)));
    const text = comparisonText(comparison, stdout, taskTitle);
    return {
      document: { ...comparison, ...(file === undefined ? {} : { file }) },
      text: file === undefined ? text : `${text}\n\nwrote ${file}`,
    };
  },
};

/** `--task a,b`, or `--task a --task b`; commas in parentheses are the task's own. */
export function tasksOf(task: Context['settings']['task']): readonly string[] {
  return task === undefined ? [] : splitTexts(task).map((name) => name.trim());
}
