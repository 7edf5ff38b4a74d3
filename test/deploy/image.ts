import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Ignore } from '@balena/dockerignore';
import {
  type Copy,
  DockerfileParser,
  type From,
  type Instruction,
  type PropertyInstruction,
} from 'dockerfile-ast';

// Its types speak of a default export, which it does not have.
const ignored = createRequire(import.meta.url)('@balena/dockerignore') as () => Ignore;

/** An image that was made without a container engine: a folder that stands for its file system, and how it is started. */
export interface Image {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly workingDirectory: string;
  /** Whom it runs as: nobody, where this process is root's and can choose; else this user. */
  readonly user: { readonly uid: number; readonly gid: number };
}

const NOBODY = { uid: 65_534, gid: 65_534 };
/** Places of the image; whatever else a command names is this machine's. */
const PLACES = ['/opt/nos', '/var/lib/nos', '/usr/local/bin'];

interface Stage {
  readonly root: string;
  environment: Record<string, string>;
  directory: string;
  user: string;
  entrypoint: readonly string[];
  command: readonly string[];
  healthcheck: readonly string[];
}

/** A command or a path of the image, as it is on this machine. */
export function inside(root: string, text: string): string {
  return PLACES.reduce((known, place) => known.replaceAll(place, join(root, place)), text);
}

/**
 * Goes through a Dockerfile as an engine would, but in a folder: this machine stands for the base image. COPY takes what
 * .dockerignore leaves; RUN runs the very command.
 *
 * @throws Error for an instruction that it does not know, and where a command fails.
 */
export function makeImage(context: string): Image {
  const folder = mkdtempSync(join(tmpdir(), 'nos-image-'));
  chmodSync(folder, 0o755);
  const user =
    process.getuid?.() === 0 ? NOBODY : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const names = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const instruction of DockerfileParser.parse(
    readFileSync(join(context, 'Dockerfile'), 'utf8'),
  ).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      stage = newStage(join(folder, `${names.size}`));
      names.set((instruction as From).getBuildStage() ?? '', stage);
    } else if (stage) follow(instruction, stage, { context, names, user });
  }
  if (stage?.user !== 'node') throw new Error('the image runs as root');
  const { root, environment, entrypoint, command, healthcheck, directory } = stage;
  const workingDirectory = join(root, directory);
  return { root, environment, entrypoint, command, healthcheck, workingDirectory, user };
}

function newStage(root: string): Stage {
  for (const place of PLACES) mkdirSync(dirname(join(root, place)), { recursive: true });
  mkdirSync(join(root, '/usr/local/bin'));
  return {
    root,
    environment: {},
    directory: '/',
    user: 'root',
    entrypoint: [],
    command: [],
    healthcheck: [],
  };
}

interface Surroundings {
  readonly context: string;
  readonly names: ReadonlyMap<string, Stage>;
  readonly user: { readonly uid: number; readonly gid: number };
}

function follow(instruction: Instruction, stage: Stage, around: Surroundings): void {
  const argument = instruction.getArgumentsContent() ?? '';
  switch (instruction.getKeyword()) {
    case 'WORKDIR':
      stage.directory = argument;
      mkdirSync(join(stage.root, argument), { recursive: true });
      break;
    case 'COPY':
      copy(instruction as Copy, stage, around);
      break;
    case 'RUN':
      run(argument, stage, around.user);
      break;
    case 'ENV':
      for (const property of (instruction as PropertyInstruction).getProperties()) {
        stage.environment[property.getName()] = inside(stage.root, property.getValue() ?? '');
      }
      break;
    case 'USER':
      stage.user = argument;
      break;
    case 'ENTRYPOINT':
      stage.entrypoint = strings(argument);
      break;
    case 'CMD':
      stage.command = strings(argument);
      break;
    case 'HEALTHCHECK':
      stage.healthcheck = strings(argument);
      break;
    case 'EXPOSE':
      break;
    default:
      throw new Error(`unknown instruction: ${instruction.getTextContent()}`);
  }
}

/** What stands in the form of a list, behind flags. */
function strings(argument: string): readonly string[] {
  return JSON.parse(argument.slice(argument.indexOf('['))) as string[];
}

function copy(instruction: Copy, stage: Stage, { context, names }: Surroundings): void {
  const from = instruction.getFromFlag()?.getValue();
  const [target = '', ...sources] = instruction
    .getArguments()
    .map((argument) => argument.getValue())
    .reverse();
  const destination = join(stage.root, stage.directory, target);
  const origin = from ? names.get(from) : undefined;
  const filter = ignored().add(readFileSync(join(context, '.dockerignore'), 'utf8'));
  for (const source of sources.reverse()) {
    const path = origin ? join(origin.root, source) : join(context, source);
    const folder = statSync(path).isDirectory();
    // A folder gives what is in it.
    cpSync(path, folder ? destination : join(destination, source.split('/').at(-1) ?? ''), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) =>
        origin !== undefined || statSync(file).isDirectory() || !filter.ignores(relative(context, file)),
    });
  }
}

function run(
  command: string,
  { root, directory, environment }: Stage,
  { uid, gid }: Surroundings['user'],
): void {
  // This machine stands for the base image, with its packages too.
  if (command.startsWith('apt-get ')) return;
  // The base image has a user `node`; this machine may not.
  const script = inside(root, command).replaceAll('node:node', `${uid}:${gid}`);
  const env = { ...process.env, ...environment };
  const cwd = join(root, directory);
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${command}: ${stderr}`);
}
