import { fingerprint } from '../../evaluate/index.ts';
import { PROGRAM_FINGERPRINT } from '../../evaluation/index.ts';
import { resolveTask, taskReference, travellingReference } from '../../tasks/index.ts';
import { packageVersion } from '../../version.ts';
import { digest, type Project } from './wire.ts';

/**
 * Describes what this machine would compute for a task. Loads its data, for their checksum.
 *
 * @throws NosError `unknown-name`, `bad-option` for the task; `data-missing`, `data-corrupt`.
 */
export async function describeProject(task: string, directory: string): Promise<Project> {
  const { program } = await resolveTask(task);
  return {
    version: packageVersion,
    fingerprint: program ? PROGRAM_FINGERPRINT : await fingerprint(),
    task: travellingReference(await taskReference(task)),
    checksum: await checksumOf(task, directory),
  };
}

/** The checksum of a task's data. @throws NosError `unknown-name`, `bad-option` for the task; `data-missing`, `data-corrupt`. */
export async function checksumOf(task: string, directory: string): Promise<string> {
  return (await resolveTask(task)).checksum({ directory });
}

/** Names the queue that the jobs of a project are in. Workers of another project never see them. */
export function queueName(project: Project): string {
  return `evaluations-${digest([project.version, project.fingerprint, project.task, project.checksum], 12)}`;
}

const WORDS = {
  version: 'the version of this program',
  fingerprint: 'the fingerprint',
  checksum: 'the checksum of the data',
} as const;

/** Says what differs, one line per field, of the fields that `mine` has. */
export function differences(
  mine: Partial<Pick<Project, keyof typeof WORDS>>,
  theirs: Project,
): readonly string[] {
  const fields = Object.keys(WORDS) as (keyof typeof WORDS)[];
  return fields
    .filter((field) => mine[field] !== undefined && mine[field] !== theirs[field])
    .map((field) => `${WORDS[field]} is ${mine[field]} here and ${theirs[field]} there`);
}
