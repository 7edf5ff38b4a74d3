// What benchmarks of single steps are taken with. Times are milliseconds of the processor, all threads of a process together:
// other programs disturb them less than time by the wall.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { median } from './text.mjs';

/** Steps that are not counted. */
export const WARM_UP = 3;

/**
 * PyTorch gives each large tensor back to the system and takes it anew, a page at a time: most of a ConvNet's step on some
 * machines, and no part of what is to be compared. So its allocator keeps what it has, as onnxruntime's does.
 */
const KEEP_MEMORY = { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: `${2 ** 40}` };

async function processorTime(work) {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Of each of `count` calls, after three that warm up. */
export async function times(work, count) {
  const found = [];
  for (let i = 0; i < count + WARM_UP; i++) found.push(await processorTime(work));
  return found.slice(WARM_UP);
}

export const summary = (all) => ({ median: median(all), best: Math.min(...all) });

/**
 * Pythons to look for PyTorch in: what the variable PYTHON names, and no other; else the first of the path, which may be a newer one
 * of an environment, and Debian's.
 */
const PYTHONS = process.env.PYTHON ? [process.env.PYTHON] : ['python3', '/usr/bin/python3'];

const importsTorch = (python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;

let chosen;
/** The first that imports PyTorch; the last where none does, which then says why. */
const pythonWithTorch = () => {
  chosen ??= PYTHONS.find(importsTorch) ?? PYTHONS.at(-1);
  return chosen;
};

/**
 * A script of this folder under a Python with PyTorch, that stays and takes a step for every line that it reads
 * (torch_steps.py). Where that is missing, says so, and has no steps.
 *
 * @returns `version`: PyTorch's, and what multiplies its matrices.
 */
export async function openTorch(script, ...args) {
  const path = new URL(script, import.meta.url).pathname;
  const python = spawn(pythonWithTorch(), [path, ...args.map(String)], {
    env: { ...process.env, ...KEEP_MEMORY },
  });
  let complaint = '';
  python.on('error', (error) => {
    complaint = String(error);
  });
  python.stderr.on('data', (text) => {
    complaint += text;
  });
  python.stdin.on('error', () => {}); // That it ended is seen when its answer is read.
  const closed = once(python, 'close').catch(() => {});
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(complaint.trim().split('\n').at(-1));
    return JSON.parse(value);
  };
  const close = async () => {
    python.stdin.end();
    await closed;
  };
  try {
    const { version, steps } = await read();
    const time = (step) => {
      python.stdin.write(`${step}\n`);
      return read();
    };
    return { version, steps, time, close };
  } catch (error) {
    process.stderr.write(`PyTorch was not measured: ${error.message}\n`);
    return { steps: [], close };
  }
}

/**
 * Our step and PyTorch's ones in turn, so that a disturbance meets them alike; each turn begins with another one.
 *
 * @param names Of the steps of `torch` to set beside ours.
 * @returns of each turn, after three that warm up: { nos, [name]: … }
 */
export async function takeTurns(ours, torch, names, count) {
  const all = [['nos', () => processorTime(ours)], ...names.map((name) => [name, () => torch.time(name)])];
  const turns = [];
  for (let i = 0; i < count + WARM_UP; i++) {
    const turn = {};
    for (let k = 0; k < all.length; k++) {
      const [name, time] = all[(i + k) % all.length];
      turn[name] = await time();
    }
    turns.push(turn);
  }
  return turns.slice(WARM_UP);
}

/** What a table's head says of PyTorch. */
export const torchText = (version) => `torch ${version ?? 'not found'}`;

/**
 * Median and best of every one in `turns`, and `ratio`, the median over the turns of ours ÷ its: in one turn both met the
 * same machine.
 */
export function sideBySide(turns) {
  const names = Object.keys(turns[0]).sort((a, b) => Number(b === 'nos') - Number(a === 'nos'));
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        ...summary(turns.map((turn) => turn[name])),
        ratio: median(turns.map((turn) => turn.nos / turn[name])),
      },
    ]),
  );
}
