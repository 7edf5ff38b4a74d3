import type { Task } from '../../tasks/index.ts';
import type { Command } from '../command.ts';
import { type Column, table } from '../text/table.ts';

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'list the tasks that rules are tried on',
  options: [],
  example: 'nos tasks',
  async run({ stdout }) {
    const { tasks } = await import('../../tasks/index.ts');
    const document = tasks.map(({ name, description, classifier, batchSize, chance }) => ({
      name,
      description,
      ...(classifier && { inputShape: classifier.inputShape, classes: classifier.classes }),
      batchSize,
      chance,
    }));
    return {
      document: { tasks: document },
      text: table(tasks, columns(stdout.colours.bold), stdout.columns),
    };
  },
};

function columns(bold: (text: string) => string): readonly Column<Task>[] {
  return [
    { title: 'task', cell: (task) => task.name, paint: bold },
    { title: 'what', cell: (task) => task.description, flexible: true },
  ];
}
