// Where the time of a graph goes, as onnxruntime's profiler counts it.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { lower } from '../dist/graph/lower.js';
import { inputName } from '../dist/graph/onnx/names.js';

const [WARM_UP, RUNS] = [2, 5];

/**
 * Milliseconds, by the wall, of each kind of node in a run, the most first.
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
  for (let i = 0; i < WARM_UP + RUNS; i++) await session.run(feeds);
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, file), 'utf8'));
  await rm(folder, { recursive: true });
  return byKind(events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time')));
}

/** The best of the runs of each node, summed by their kinds: what else ran meanwhile is in no node's best. */
function byKind(events) {
  const nodes = events.length / (WARM_UP + RUNS);
  const sums = new Map();
  for (const [i, { args }] of events.slice(0, nodes).entries()) {
    const all = Array.from({ length: RUNS }, (_, k) => events[i + (WARM_UP + k) * nodes].dur);
    sums.set(args.op_name, (sums.get(args.op_name) ?? 0) + Math.min(...all) / 1000);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** The eight first in a line. */
export const showProfile = (kinds) =>
  kinds
    .slice(0, 8)
    .map(([kind, time]) => `${kind} ${time.toFixed(1)}`)
    .join(', ');
