// What benchmarks of single steps are taken with.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Milliseconds of each of `count` calls, after three that warm up. */
export async function times(work, count) {
  const result = [];
  for (let i = 0; i < count + 3; i++) {
    const start = performance.now();
    await work();
    result.push(performance.now() - start);
  }
  return result.slice(3);
}

export const summary = (all) => {
  const sorted = [...all].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], best: sorted[0] };
};

/** What a script of this folder prints as JSON under Debian's Python with PyTorch on one thread; undefined where that is missing. */
export async function torch(script, ...args) {
  const path = new URL(script, import.meta.url).pathname;
  const options = { env: { ...process.env, OMP_NUM_THREADS: '1' } };
  try {
    return JSON.parse((await promisify(execFile)('/usr/bin/python3', [path, ...args], options)).stdout);
  } catch (error) {
    const reason = String(error.stderr ?? error).trim();
    process.stderr.write(`PyTorch was not measured: ${reason.split('\n').at(-1)}\n`);
    return undefined;
  }
}
