import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NosError } from '../../errors.ts';
import { userDirectories } from '../../user-directories.ts';
import type { CompileWatch } from '../session.ts';
import { runCompiler } from './run-compiler.ts';
import { type Processor, TARGETS, x86Target } from './target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A compiler for C that runs. */
export interface Compiler {
  /** The program, and arguments before all others, as `CC` gives them. */
  readonly command: readonly [string, ...string[]];
  /** The first line of what it says of its version. */
  readonly version: string;
}

/** The compiled graph: what the end of its file of C exports. */
export interface Addon {
  create(): object;
  run(state: object, ...arrays: readonly Float32Array[]): void;
  destroy(state: object): void;
}

/** Neither contraction nor reordering: a compiler computes what the text says, so that all compilers give equal bits. */
const FLAGS = [
  ...['-std=gnu11', '-O2', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-w'],
  ...['-fPIC', '-fvisibility=hidden'],
];
/** At -O2, gcc turns few loops into vectors. At -O3 it takes half as long again, for code that is no faster. */
const GCC_FLAGS = ['-fvect-cost-model=dynamic'];
const LINKING: Readonly<Record<string, readonly string[]>> = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
};

/** Seconds for one file. The largest built-in network takes a twentieth of that on a quiet machine. */
const SECONDS = 600;

/** Compilers by command, asked once per process. */
const compilers = new Map<string, Promise<Compiler | undefined>>();

/** The compiler that `CC` names, else `cc`; undefined if it does not run. */
export function findCompiler(environment: Environment = process.env): Promise<Compiler | undefined> {
  const named = environment.CC?.trim();
  const text = named === undefined || named === '' ? 'cc' : named;
  const known = compilers.get(text) ?? askVersion(text.split(/\s+/) as [string, ...string[]]);
  compilers.set(text, known);
  return known;
}

async function askVersion(command: Compiler['command']): Promise<Compiler | undefined> {
  try {
    const version = await runCompiler(command, ['--version'], { seconds: 60 });
    return { command, version: version.split('\n', 1)[0]!.trim() };
  } catch {
    return undefined;
  }
}

/** What to compile for on this machine; what is missing if its processor has no fused multiply-add that we compile for. */
function target(): Processor | { readonly lacks: readonly string[] } {
  if (process.arch === 'arm64' && process.platform !== 'win32') return TARGETS.arm64;
  if (process.arch !== 'x64' || process.platform !== 'linux') return { lacks: [] };
  return x86Target(processorFlags());
}

/** What to compile for on this machine; undefined if the engine is not made for it. */
export function machineTarget(): Processor | undefined {
  const found = target();
  return 'lacks' in found ? undefined : found;
}

function processorFlags(): ReadonlySet<string> {
  try {
    const [, flags = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return new Set(flags.trim().split(' '));
  } catch {
    return new Set();
  }
}

export interface CompileOptions extends CompileWatch {
  readonly compiler: Compiler;
  readonly target: Processor;
  /** Where compiled files are kept. Default: `compiled` in the user's cache folder. */
  readonly folder?: string;
  /** More flags, such as sanitizers. */
  readonly flags?: readonly string[];
  /** Seconds that the compiler may take for a file. */
  readonly seconds?: number;
}

/** What this machine compiles for and with. @throws NosError `engine` that says what is missing. */
export async function machineOptions(): Promise<CompileOptions> {
  const found = target();
  if ('lacks' in found) {
    const missing = found.lacks.length > 0 ? `, whose processor lacks ${found.lacks.join(', ')}` : '';
    throw new NosError(
      'engine',
      `the native engine is made for arm64 and for x86-64 with AVX2 and FMA under Linux, not for this ${process.platform}-${process.arch}${missing}`,
      'onnxruntime runs here: --engine onnxruntime',
    );
  }
  const compiler = await findCompiler();
  if (compiler !== undefined) return { compiler, target: found };
  throw new NosError(
    'engine',
    `the native engine needs a C compiler, and '${process.env.CC?.trim() || 'cc'}' does not run`,
    'install one (Debian: apt-get install gcc libc6-dev), or name one with CC',
  );
}

/**
 * Compiles a file of C and loads it, or loads what was compiled before from the same text by the same compiler.
 *
 * @throws NosError `engine` when the compiler fails, what it made does not load, or the folder is not the user's own.
 */
export async function compileAddon(text: string, options: CompileOptions): Promise<Addon> {
  const { version, command } = options.compiler;
  const folder = options.folder ?? join(userDirectories().cache, 'compiled');
  await ownFolder(folder);
  const flags = [
    ...FLAGS,
    ...(/clang/i.test(version) ? [] : GCC_FLAGS),
    ...options.target.flags,
    ...(LINKING[process.platform] ?? ['-shared']),
    ...(options.flags ?? []),
  ];
  const key = sha256(JSON.stringify([version, command, flags, text])).slice(0, 40);
  const file = join(folder, `${key}.node`);
  const known = (await isIntact(file)) ? load(file) : undefined;
  if (known !== undefined && !(known instanceof Error)) return known;
  options.onCompile?.();
  await compile(text, file, flags, options);
  const made = load(file);
  if (!(made instanceof Error)) return made;
  throw new NosError(
    'engine',
    `what ${command[0]} made does not load: ${made.message.split('\n', 1)[0]}`,
    `let programs be loaded from ${folder}, or name another compiler with CC`,
  );
}

function load(file: string): Addon | Error {
  const module = { exports: {} as Partial<Addon> };
  try {
    process.dlopen(module, file);
  } catch (error) {
    return error as Error;
  }
  const { create, run, destroy } = module.exports;
  return create && run && destroy ? { create, run, destroy } : new Error('it exports no graph');
}

/** Makes the folder, for the user alone. What is loaded from it runs in this process, so it may be nobody else's. */
async function ownFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory()) throw new Error('it is no folder');
    if (!isOwn(found)) throw new Error('others may write to it');
  } catch (error) {
    throw new NosError(
      'engine',
      `compiled code cannot be kept in ${folder}: ${(error as Error).message}`,
      'make it a folder of your own that nobody else may write to, or remove it',
    );
  }
}

function isOwn({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}

/** Whether a compiled file is there, the user's own, and as long ago written: its checksum stands beside it. */
async function isIntact(file: string): Promise<boolean> {
  try {
    if (!isOwn(await lstat(file))) return false;
    const [contents, sum] = await Promise.all([readFile(file), readFile(`${file}.sha256`, 'utf8')]);
    return sha256(contents) === sum.trim();
  } catch {
    return false;
  }
}

async function compile(
  text: string,
  file: string,
  flags: readonly string[],
  { compiler: { command }, seconds = SECONDS, onWork }: CompileOptions,
): Promise<void> {
  await removeAbandoned(dirname(file));
  const refused = (what: string, hint: string): NosError =>
    new NosError('engine', what, `${hint}, or use --engine onnxruntime`);
  const keep = async <T>(act: Promise<T>): Promise<T> => {
    return act.catch((error: Error) => {
      throw refused(`compiled code cannot be kept in ${dirname(file)}: ${error.message}`, 'make room there');
    });
  };
  // Each compiles in a folder of its own and renames it when whole: processes that compile the same at once do not meet.
  const work = await keep(mkdtemp(`${file}.`));
  const [source, result] = [join(work, 'graph.c'), join(work, 'graph.node')];
  try {
    await keep(writeFile(source, text));
    // Files go by relative names, so that the compiled file does not hold the folder's.
    const wanted = [...flags, 'graph.c', '-o', 'graph.node'];
    await runCompiler(command, wanted, { cwd: work, seconds, onWork }).catch((error: Error) => {
      throw refused(
        `${command[0]} does not compile the graph: ${error.message}`,
        'name another compiler with CC',
      );
    });
    const made = await readFile(result).catch(() => {
      throw refused(
        `${command[0]} does not compile the graph: it wrote nothing`,
        'name another compiler with CC',
      );
    });
    await keep(writeFile(`${result}.sha256`, sha256(made)));
    await keep(rename(result, file));
    await keep(rename(`${result}.sha256`, `${file}.sha256`));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Milliseconds after which a folder that was compiled in has nobody any more. */
const DAY = 24 * 60 * 60 * 1000;

/** Removes the folders that processes compiled in which came to a sudden end. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/\.node\.\w{6}$/.test(name)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - DAY) await rm(path, { recursive: true, force: true });
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
