import * as z from 'zod';
import { goals, metricOf, metricText } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { type Column, pairs, strong, type Terminal, table } from '../../report/index.ts';
import { type Task, type TaskFamily, tasks } from '../../tasks/index.ts';
import { defineCommand } from '../command.ts';

const taskSchema = z
  .strictObject({
    name: f.text('name of the task'),
    description: f.text('what it is, in a line'),
    inputShape: z.array(f.count('size')).describe('shape of one example, for classification').exactOptional(),
    classes: f.count('number of classes, for classification').exactOptional(),
    batchSize: f.count('examples per training step'),
    metric: f.text('what the score is called'),
    goal: f.oneOf(goals, 'which scores are better'),
    chance: f.number('score of guessing, if it is known').exactOptional(),
    options: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .describe('options with their defaults, if the task takes any')
      .exactOptional(),
  })
  .meta({ id: 'Task', description: 'a task' });

const tasksDocument = z.strictObject({ tasks: f.list(taskSchema, 'the tasks') });

export const command = defineCommand({
  documents: { tasks: tasksDocument, 'tasks TASK': taskSchema },
  arguments: '[task]',
  options: {},
  example: 'nos tasks\nnos tasks multi30k-gnmt',
  async run({ arguments: [name], stdout }) {
    if (name !== undefined) return showTask(rowOf(tasks.find(name)), stdout);
    const rows = tasks.entries.map(rowOf);
    return {
      document: { tasks: rows.map(documentOf) },
      text: table(rows, COLUMNS, stdout),
    };
  },
});

interface Row extends Task {
  /** Options with their defaults, if the task takes any. */
  readonly options?: TaskFamily['defaults'];
}

const rowOf = (entry: Task | TaskFamily): Row =>
  'create' in entry ? { ...entry.create({}), options: entry.defaults } : entry;

function documentOf(row: Row) {
  const { name, description, classifier, batchSize, chance, options } = row;
  return {
    name,
    description,
    ...(classifier && { inputShape: classifier.inputShape, classes: classifier.classes }),
    batchSize,
    ...metricOf(row),
    ...(chance !== undefined && { chance }),
    ...(options && { options }),
  };
}

function showTask(row: Row, { columns: width }: Terminal) {
  const { name, description, batchSize, chance, options, classifier } = row;
  const rows: [string, string | readonly string[]][] = [
    ['task', name],
    ['what', description],
    ['batch', `${batchSize} examples`],
    ['score', metricText(metricOf(row))],
    ['chance', chance === undefined ? 'not known' : String(chance)],
  ];
  if (classifier) rows.push(['input', `${classifier.inputShape.join(' × ')}, ${classifier.classes} classes`]);
  if (options) {
    const list = Object.entries(options).map(([option, value]) => `${option}=${value}`);
    rows.push(['options', list], ['written', `${name.split('(')[0]}(${list[0]})`]);
  }
  return { document: documentOf(row), text: pairs(rows, width) };
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'task', cell: (task) => task.name, paint: strong },
  { title: 'what', cell: (task) => task.description + optionsText(task.options), flexible: true },
];

function optionsText(options: Row['options']): string {
  if (options === undefined) return '';
  const list = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return `; options (${list.join(', ')})`;
}
