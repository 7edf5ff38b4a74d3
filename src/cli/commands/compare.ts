import * as z from 'zod';
import {
  type Comparison,
  comparisonPicture,
  comparisonSchema,
  planComparison,
  runComparison,
} from '../../compare/index.ts';
import { taskTitle } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import {
  allDivergedTexts,
  comparisonText,
  divergedTasks,
  exportCommandText,
  remarksOf,
} from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { evaluating } from '../evaluators.ts';
import { pictureFile } from '../files.ts';
import {
  against,
  comparedSeeds,
  DEFAULT_TASK,
  evaluatingOptions,
  pictureOptions,
  regimeOptions,
  seed,
  tasks,
} from '../options.ts';
import { programOptions, withProgram } from '../programs.ts';

const document = z.strictObject({
  ...comparisonSchema.shape,
  remarks: f.remarks,
  file: f.text('path of the picture, with `-o`').exactOptional(),
});

export const command = defineCommand({
  documents: { compare: document },
  arguments: '<rule...>',
  options: {
    task: tasks.default([DEFAULT_TASK]),
    ...programOptions,
    ...regimeOptions,
    seeds: comparedSeeds,
    seed,
    against,
    ...pictureOptions('none'),
    ...evaluatingOptions,
  },
  example:
    "nos compare powersign sgd --task digits-mlp --seeds 6\nnos compare 'm * exp(v)' rmsprop --task digits-mlp,cifar10-convnet -o compared.svg\nnos compare powersign --task digits-mlp --environment 4bit",
  stopsGracefully: true,
  async run(given) {
    const context = await withProgram(given);
    const { arguments: rules, settings, stdout, call } = context;
    const { task: tasks } = settings;
    const wanted = settings.output !== undefined || settings.size !== undefined;
    const picture = wanted ? pictureFile(context, '') : undefined;
    const plan = await planComparison({ ...settings, rules, tasks });
    const total = plan.contestants.length * plan.tasks.length * plan.seeds.length;
    const work = { name: 'nos compare', rules, tasks: plan.tasks, total };
    const { comparison } = await evaluating(context, work, (services) => runComparison(plan, services));
    await picture?.write(comparisonPicture(comparison));
    const diverged = divergedTasks([comparison]);
    return {
      document: { ...comparison, ...remarksOf(diverged), ...(picture && { file: picture.file }) },
      text: [
        comparisonText(comparison, stdout, taskTitle),
        ...allDivergedTexts(diverged, call),
        ...(picture === undefined ? [] : [`wrote ${picture.file}`]),
        ...bestOf(comparison).map((rule) => `next:\n  ${call(exportCommandText(rule))}`),
      ].join('\n\n'),
    };
  },
});

/** The best rule but the one that the others were compared with. */
const bestOf = ({ ranking, reference }: Comparison): readonly string[] =>
  ranking.flatMap(({ name }) => (name === reference ? [] : [name])).slice(0, 1);
