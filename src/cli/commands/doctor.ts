import { stat, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import * as z from 'zod';
import { dataSets } from '../../data/index.ts';
import { checkPlatform, ENGINE, findEngine } from '../../engine/index.ts';
import { NosError } from '../../errors.ts';
import { chosenEngine, engineChoice, fingerprint, isEngineTrouble } from '../../evaluate/index.ts';
import * as f from '../../fields.ts';
import { nativeMachine } from '../../graph/index.ts';
import { bytes, type Colours, plural } from '../../report/index.ts';
import { resolveTask } from '../../tasks/index.ts';
import { writeCalls } from '../calling.ts';
import { type Context, defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { DEFAULT_TASK, dataOption, engineOption, storeOption } from '../options.ts';

const checkSchema = z.strictObject({
  name: f.text('what was checked'),
  state: f.oneOf(['ok', 'absent', 'warn', 'fail'], 'result; `absent` is what a first search does not need'),
  detail: f.text('what was found'),
  todo: f.text('what to do about it').exactOptional(),
});
type Check = f.DataOf<typeof checkSchema>;

const document = z.strictObject({
  healthy: f.flag('whether no check failed'),
  checks: f.list(checkSchema, 'the checks'),
});

export const command = defineCommand({
  documents: { doctor: document },
  options: { ...storeOption, ...dataOption, ...engineOption },
  example: 'nos doctor',
  async run(context) {
    const { colours } = context.stdout;
    const checks = [
      nodeCheck(process.versions.node),
      await engineCheck(context),
      await compilerCheck(context),
      coresCheck(),
      ...(await dataChecks(context)),
      await storeCheck(context),
      ...(await diskChecks(context)),
      terminalCheck(context),
    ];
    const healthy = checks.every((check) => check.state !== 'fail');
    return {
      document: { healthy, checks },
      text: checks.map((check) => line(check, colours)).join('\n'),
      exitCode: healthy ? 0 : 1,
    };
  },
});

/** Width of the names. */
const NAME = 13;

function line({ name, state, detail, todo }: Check, colours: Colours): string {
  if (state === 'absent') return colours.dim(`-     ${name.padEnd(NAME)}  ${detail}`);
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red }[state];
  const advice = todo === undefined ? '' : `\n${' '.repeat(8 + NAME)}${colours.dim(todo)}`;
  return `${paint(state.padEnd(4))}  ${name.padEnd(NAME)}  ${detail}${advice}`;
}

/** The oldest Node that the package runs on, as package.json says in `engines`. */
const NODE = { major: 20, minor: 20 };

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const old = major < NODE.major || (major === NODE.major && minor < NODE.minor);
  const check = { name: 'Node', detail: version } as const;
  if (!old) return { ...check, state: 'ok' };
  return { ...check, state: 'fail', todo: `install Node ${NODE.major}.${NODE.minor} or newer` };
}

/** Loads the engine and computes with it: the fingerprint hashes the bits of a short training. */
async function engineCheck({ call, engine: choice }: Context): Promise<Check> {
  const check = { name: 'engine' } as const;
  try {
    const engine = await chosenEngine(engineChoice({ NOS_ENGINE: choice }));
    if (engine === 'onnxruntime') checkPlatform();
    if (engine === 'onnxruntime' && findEngine() === undefined) {
      const detail = `onnxruntime ${ENGINE.version} is not here yet: ${bytes(ENGINE.bytes)} from npm's registry`;
      return { ...check, state: 'warn', detail, todo: call('nos engine fetch') };
    }
    return { ...check, state: 'ok', detail: `${engine} trains, fingerprint ${await fingerprint(engine)}` };
  } catch (error) {
    const todo = error instanceof NosError ? error.hint : call('nos engine fetch');
    return { ...check, state: 'fail', detail: (error as Error).message, todo };
  }
}

/** Compiles and computes with what came of it. Without a compiler everything runs, on onnxruntime. */
async function compilerCheck({ engine: choice }: Context): Promise<Check> {
  const check = { name: 'C compiler' } as const;
  try {
    const { compiler, target } = await nativeMachine();
    await fingerprint('native');
    return { ...check, state: 'ok', detail: `${compiler.version}, for ${target.name}` };
  } catch (error) {
    if (!isEngineTrouble(error)) throw error;
    if (choice === 'onnxruntime') return { ...check, state: 'absent', detail: error.message };
    const detail = `${error.message}: onnxruntime takes ${SLOWER} as long for a step`;
    return { ...check, state: 'warn', detail, todo: error.hint };
  }
}

/** The table of docs/engine.md, by `node bench/native.mjs`. */
const SLOWER = '1.3 to 2.7 times';

function coresCheck(): Check {
  const cores = availableParallelism();
  const detail = `${plural(cores, 'core')}, ${bytes(totalmem())} of memory`;
  const check = { name: 'processor', detail } as const;
  if (cores > 1) return { ...check, state: 'ok' };
  return { ...check, state: 'warn', todo: 'a search trains one rule per core: expect it to take its time' };
}

/** Only what a first search needs is missed if it is absent. */
async function dataChecks({ places, call }: Context): Promise<readonly Check[]> {
  const needed = (await resolveTask(DEFAULT_TASK)).dataSet;
  return Promise.all(
    dataSets.entries.map(async (dataSet): Promise<Check> => {
      const { state, detail } = await dataSet.status(places.data);
      const { name } = dataSet;
      const check = { name, detail: detail ?? `present and verified, in ${places.data}` };
      if (state === 'present') return { ...check, state: 'ok' };
      const todo = call(`nos data fetch ${name}`);
      if (state === 'missing' && name !== needed) {
        return { name, state: 'absent', detail: `not fetched; \`${todo}\` when you want it` };
      }
      return { ...check, state: state === 'missing' ? 'warn' : 'fail', todo };
    }),
  );
}

async function storeCheck({ places, call }: Context): Promise<Check> {
  try {
    const runs = await withStore(places, (store) => store.listRuns());
    return { name: 'store', state: 'ok', detail: `${places.store}, ${plural(runs.length, 'run')}` };
  } catch (error) {
    if (!(error instanceof NosError)) throw error;
    return { name: 'store', state: 'fail', detail: error.message, todo: writeCalls(error.hint, call) };
  }
}

/** CIFAR-10 with its archive, the engine with its own, and a store of thousands of rules. */
const ROOM = 1e9;

/** One for each file system that data sets or runs go to. */
async function diskChecks({ places }: Context): Promise<readonly Check[]> {
  const folders = await Promise.all([dirname(places.store), places.data].map(existing));
  const devices = await Promise.all(folders.map(async (folder) => (await stat(folder)).dev));
  const apart = folders.filter((_, i) => devices.indexOf(devices[i]!) === i);
  return Promise.all(
    apart.map(async (folder): Promise<Check> => {
      const { bavail, bsize } = await statfs(folder);
      const check = { name: 'disk', detail: `${bytes(bavail * bsize)} free in ${folder}` } as const;
      if (bavail * bsize >= ROOM) return { ...check, state: 'ok' };
      const todo = `make room: ${bytes(ROOM)} do for CIFAR-10 and long runs; or name other places by --store and --data`;
      return { ...check, state: 'warn', todo };
    }),
  );
}

/** The path, or the nearest folder above it that is there. */
async function existing(path: string): Promise<string> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  return there || dirname(path) === path ? path : existing(dirname(path));
}

function terminalCheck({ stderr }: Context): Check {
  const { interactive, columns } = stderr;
  const detail = interactive ? `${columns} columns` : 'none: a plain line per batch instead of the live view';
  if (!interactive || columns >= 80) return { name: 'terminal', state: 'ok', detail };
  return { name: 'terminal', state: 'warn', detail, todo: 'tables are made for 80 columns or more' };
}
