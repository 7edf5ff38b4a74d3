// How fast this machine multiplies and adds: what figures of different machines are compared by.
import { addon } from '../dist/graph/native/addon.js';
import { compileAddon, machineOptions } from '../dist/graph/native/compiler.js';
import { prelude } from '../dist/graph/native/prelude.js';

/** GFLOP/s of the Intel Xeon that the targets of the native engine were written for. */
export const REFERENCE_PEAK = 173;

const REPEATS = 400_000;

/**
 * Opens a loop of independent fused multiply-adds on the widest vectors, compiled as the native engine compiles graphs.
 *
 * @returns a function that runs it for some ten milliseconds and gives GFLOP/s of processor time.
 */
export async function openPeak() {
  const options = await machineOptions();
  const { lanes, registers } = options.target;
  const sums = Array.from({ length: registers === 32 ? 24 : 12 }, (_, i) => `a${i}`);
  const vector = `vf${lanes}`;
  const text = `${prelude(options.target)}
static void step(char *A, float *const *p) {
  (void)A;
  const ${vector} x = load_${lanes}(p[0]);
  ${sums.map((sum, i) => `${vector} ${sum} = load_${lanes}(p[0] + ${i * lanes});`).join(' ')}
  for (int i = 0; i < ${REPEATS}; i++) { ${sums.map((sum) => `${sum} = fma_${lanes}(${sum}, x, x);`).join(' ')} }
  store_${lanes}(p[1], ${sums.join(' + ')});
}
${addon({ inputs: 1, sizes: [sums.length * lanes, lanes], bytes: 128 })}`;
  const { create, run } = await compileAddon(text, options);
  const state = create();
  const feed = Float32Array.from({ length: sums.length * lanes }, (_, i) => 1 / (2 + i));
  const result = new Float32Array(lanes);
  return () => {
    const before = process.cpuUsage();
    run(state, feed, result);
    const { user, system } = process.cpuUsage(before);
    return (2 * REPEATS * lanes * sums.length) / (user + system) / 1000;
  };
}
