import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { NosError } from '../errors.ts';
import { withoutHash } from '../evaluation/index.ts';
import { moduleHash } from '../modules/index.ts';
import { parseTaskRecord, type TaskRecord, type TaskRecordInput } from './task-record.ts';

/** A program of the user's own as a task, with where it runs and what it was made of. */
export interface ProgramTask {
  readonly name: string;
  readonly record: TaskRecord;
  /** Absolute path of the folder that it runs in. */
  readonly directory: string;
  /** What decides its results: a hash of the record and of the files that it depends on, wherever they lie. */
  readonly hash: string;
}

/** Whether a name is that of a task file, by its text alone: `nos.task.json`, also with a hash. */
export const isTaskFile = (name: string): boolean => /\.json$/i.test(withoutHash(name));

/**
 * What a program is known by on this machine: the absolute path of its task file, and a hash of what is in it and of the program's files:
 * `/home/me/nos.task.json#6b1f0c2d9e8a`. A program that has changed is another task.
 *
 * @throws NosError `unknown-name` if a file is not there; `bad-option` for what is no record.
 */
export async function taskFileReference(name: string): Promise<string> {
  const path = resolve(withoutHash(name));
  return `${path}#${moduleHash(name) ?? (await readTaskFile(path)).hash}`;
}

/**
 * Reads a task file. Nothing is run.
 *
 * @param reference Its path, or its {@link taskFileReference}.
 * @throws NosError `unknown-name`, `bad-option`; also if it is not what its reference was made of any more.
 */
export async function openTaskFile(reference: string): Promise<ProgramTask> {
  const task = await readTaskFile(withoutHash(reference));
  if (task.hash === (moduleHash(reference) ?? task.hash)) return task;
  throw new NosError(
    'bad-option',
    `task ${shownPath(withoutHash(reference))}: it, or a file of its program, has changed since the run began`,
    'undo the change to go on with the run, or start a new one',
  );
}

/**
 * Writes the task file of a command that was given on the command line, so that its run can be resumed.
 *
 * @param folder Where such files are kept.
 * @param directory The folder that the command runs in.
 * @returns its path; the same for the same command.
 * @throws NosError `bad-option` for what is no record.
 */
export async function keepCommand(
  folder: string,
  input: TaskRecordInput,
  directory: string,
): Promise<string> {
  const record = parseTaskRecord(input, '--task-command');
  const text = `${JSON.stringify({ ...record, directory: resolve(directory) }, null, 2)}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${record.name ?? 'command'}-${hash}.task.json`);
  if (!existsSync(path)) await writeFile(path, text);
  return path;
}

async function readTaskFile(name: string): Promise<ProgramTask> {
  const path = resolve(name);
  const where = shownPath(path);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'no such file' : cause.message;
    throw new NosError(
      'unknown-name',
      `task ${where}: ${reason}`,
      'docs/task-command.md says what to write',
      {
        cause,
      },
    );
  });
  const record = parseTaskRecord(parse(text, where), where);
  const folder = dirname(path);
  const directory = resolve(folder, record.directory ?? '.');
  if (!existsSync(directory)) {
    throw new NosError(
      'unknown-name',
      `task ${where}: its directory ${directory} is not there`,
      'correct it',
    );
  }
  const files = record.files ?? filesNamed(record.command, directory);
  const hash = await hashOf(record, await contentsOf(files, directory, where));
  return { name: record.name ?? nameOf(path), record, directory, hash };
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NosError('bad-option', `${where}: no JSON: ${(cause as Error).message}`, 'mend it', { cause });
  }
}

/** The folder of a file that is called as all are; otherwise the file itself. */
function nameOf(path: string): string {
  const own = basename(path).replace(/(\.task)?\.json$/i, '');
  const name = own === 'nos' ? basename(dirname(path)) : own;
  return name.replaceAll(/[^\w-]/g, '-').replace(/^[^A-Za-z]+/, '') || 'program';
}

/** The words of a command that are files: those in its folder, named from there, are part of the program. */
function filesNamed(command: string, directory: string): readonly string[] {
  const words = command.split(/[\s'"`;|&<>()=]+/).filter((word) => word !== '' && !isAbsolute(word));
  return words.filter((word) => {
    const path = resolve(directory, word);
    return isInside(path, directory) && statSync(path, { throwIfNoEntry: false })?.isFile();
  });
}

const isInside = (path: string, folder: string): boolean => path.startsWith(folder + sep);

interface Content {
  readonly file: string;
  readonly hash: string;
}

/** What no program is made of. */
const LEFT_OUT = /^(\..*|__pycache__|node_modules)$/;

/** Hashes of files, and of all files in folders, by paths from the program's folder. */
async function contentsOf(
  names: readonly string[],
  directory: string,
  where: string,
): Promise<readonly Content[]> {
  const found = new Map<string, string>();
  const visit = async (path: string, top: boolean): Promise<void> => {
    const stats = statSync(path, { throwIfNoEntry: false });
    const file = relative(directory, path).split(sep).join('/');
    if (stats?.isDirectory()) {
      for (const name of await readdir(path)) if (!LEFT_OUT.test(name)) await visit(join(path, name), false);
    } else if (stats?.isFile()) {
      const text = await readFile(await realpath(path));
      found.set(file, createHash('sha256').update(text).digest('hex'));
    } else if (top) {
      throw new NosError(
        'unknown-name',
        `task ${where}: no file ${file}, which it lists`,
        'correct its files',
      );
    }
  };
  for (const name of names) await visit(resolve(directory, name), true);
  return [...found].map(([file, hash]) => ({ file, hash })).sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Only what may change a result counts: neither names nor places, nor how many trials run at a time and how long. */
async function hashOf(record: TaskRecord, files: readonly Content[]): Promise<string> {
  const { command, framework, metric, goal, steps, sweepSteps, learningRates, chance, version } = record;
  const told = { command, framework, metric, goal, steps, sweepSteps, learningRates, chance, version };
  return createHash('sha256')
    .update(JSON.stringify({ ...told, files }))
    .digest('hex')
    .slice(0, 12);
}

/** A path from the working directory if it lies in there, so that it is short in messages. */
function shownPath(path: string): string {
  const within = relative(process.cwd(), resolve(path));
  return within !== '' && !within.startsWith('..') ? within : path;
}
