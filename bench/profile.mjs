// Where the time of a graph goes, as onnxruntime's profiler counts it.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '../dist/engine/index.js';
import { lower } from '../dist/graph/lower.js';
import { inputName } from '../dist/graph/onnx/names.js';
import { median } from './text.mjs';
import { times, WARM_UP } from './timing.mjs';

const { InferenceSession, Tensor } = await loadEngine();
const RUNS = 12;

/**
 * Milliseconds of the processor of each kind of node in a run, the most first.
 *
 * @param outputs The graph, as `createSession` takes it.
 * @param arrays Its inputs, by name.
 */
export async function profile(outputs, arrays) {
  const folder = await mkdtemp(join(tmpdir(), 'nos-profile-'));
  const session = await InferenceSession.create(lower(outputs), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'extended',
    enableMemPattern: false,
    enableProfiling: true,
    profileFilePrefix: join(folder, 'profile'),
  });
  const shapes = Object.fromEntries(session.inputMetadata.map(({ name, shape }) => [name, shape]));
  const feeds = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      inputName(name),
      new Tensor('float32', array, shapes[inputName(name)]),
    ]),
  );
  const taken = await times(() => session.run(feeds), RUNS);
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, file), 'utf8'));
  await rm(folder, { recursive: true });
  return byKind(
    events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time')),
    median(taken),
  );
}

/**
 * The profiler counts by the wall. Other programs interrupt all kinds alike, in proportion to their time: so each kind has its
 * share of the wall's time in `step`, the processor's.
 */
function byKind(events, step) {
  const sums = new Map();
  for (const { args, dur } of events.slice((events.length / (WARM_UP + RUNS)) * WARM_UP))
    sums.set(args.op_name, (sums.get(args.op_name) ?? 0) + dur);
  const total = [...sums.values()].reduce((a, b) => a + b);
  return [...sums].map(([kind, sum]) => [kind, (step * sum) / total]).sort(([, a], [, b]) => b - a);
}

/** The eight first in a line. */
export const showProfile = (kinds) =>
  kinds
    .slice(0, 8)
    .map(([kind, time]) => `${kind} ${time.toFixed(1)}`)
    .join(', ');
