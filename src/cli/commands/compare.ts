import { allDivergedText, comparisonText, divergedTasks, remarksOf } from '../../report/index.ts';
import type { Command, Context } from '../command.ts';
import { EVALUATING, evaluating } from '../evaluating.ts';
import { pictureFile } from '../picture-file.ts';
import { defaults } from '../presets.ts';
import { noteRemarks } from '../remarks.ts';
import { splitTexts } from '../values.ts';

/** With ten, p can be 1/512: after Holm's correction for twenty-five tests still below 5 %. */
export const SEEDS = 10;

export const compareCommand: Command = {
  name: 'compare',
  summary: 'compare rules on tasks: intervals, paired tests, a verdict',
  arguments: '<rule...>',
  options: ['task', 'protocol', 'environment', 'seeds', 'seed', 'against', 'output', 'size', ...EVALUATING],
  defaults: { ...defaults, seeds: SEEDS },
  example:
    "nos compare powersign sgd --task digits-mlp --seeds 6\nnos compare 'm * exp(v)' rmsprop --task digits-mlp,cifar10-convnet -o compared.svg\nnos compare powersign --task digits-mlp --environment 4bit",
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout, call } = context;
    const { comparisonPicture, planComparison, runComparison } = await import('../../compare/index.ts');
    const { taskTitle } = await import('../../tasks/index.ts');
    const { against, protocol = '', environment = '', seed = 1, seeds = SEEDS } = settings;
    const wanted = settings.output !== undefined || settings.size !== undefined;
    const picture = wanted ? pictureFile(context, '') : undefined;
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
    await picture?.write(comparisonPicture(comparison));
    const diverged = divergedTasks([comparison]);
    const compared = comparisonText(comparison, stdout, taskTitle);
    const text = [compared, ...(diverged.length === 0 ? [] : [allDivergedText(diverged, call)])].join('\n\n');
    return {
      document: {
        ...comparison,
        ...remarksOf(diverged),
        ...(picture === undefined ? {} : { file: picture.file }),
      },
      text: picture === undefined ? text : `${text}\n\nwrote ${picture.file}`,
    };
  },
};

/** `--task a,b`, or `--task a --task b`; commas in parentheses are the task's own. */
export function tasksOf(task: Context['settings']['task']): readonly string[] {
  return task === undefined ? [] : splitTexts(task).map((name) => name.trim());
}
