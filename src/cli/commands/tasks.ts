import type { Task, TaskFamily } from '../../tasks/index.ts';
import type { Command } from '../command.ts';
import { type Column, table } from '../text/table.ts';

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'list the tasks that rules are tried on',
  options: [],
  example: 'nos tasks',
  async run({ stdout }) {
    const { taskFamilies, tasks } = await import('../../tasks/index.ts');
    const rows: readonly Row[] = [
      ...tasks,
      ...taskFamilies.map((family) => ({ ...family.create({}), options: family.defaults })),
    ];
    const document = rows.map(({ name, description, classifier, batchSize, chance, options }) => ({
      name,
      description,
      ...(classifier && { inputShape: classifier.inputShape, classes: classifier.classes }),
      batchSize,
      chance,
      ...(options && { options }),
    }));
    return {
      document: { tasks: document },
      text: table(rows, columns(stdout.colours.bold), stdout.columns),
    };
  },
};

interface Row extends Task {
  /** With their defaults, of a task that takes any. */
  readonly options?: TaskFamily['defaults'];
}

function columns(bold: (text: string) => string): readonly Column<Row>[] {
  return [
    { title: 'task', cell: (task) => task.name, paint: bold },
    { title: 'what', cell: (task) => task.description + optionsText(task.options), flexible: true },
  ];
}

function optionsText(options: Row['options']): string {
  if (options === undefined) return '';
  const list = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return `; options (${list.join(', ')})`;
}
