import { NosError } from '../errors.ts';
import { declared, openTaskFile } from '../trainers/index.ts';
import type { Task } from './task.ts';

/**
 * A program of the user's own as a task, by its task file. It has no child: its trainings are runs of its command, of which each step counts
 * as one example, so that an epoch is as many steps as its file says.
 *
 * @throws NosError `unknown-name`, `bad-option`, as `openTaskFile`.
 */
export async function programTask(reference: string): Promise<Task> {
  const program = await openTaskFile(reference);
  const { record, name, hash } = program;
  return Object.freeze({
    name,
    description: record.command,
    ...{ batchSize: 1, trainExamples: record.steps },
    ...declared(record),
    program,
    checksum: async () => hash,
    open: async () => {
      throw new NosError('bad-option', `task '${name}' is a program: it has no child`, 'name another task');
    },
  });
}
