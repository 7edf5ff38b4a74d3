import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How far a run has come, by its store. */
export interface Position {
  /** 1 once the run is stored. */
  readonly runs: number;
  /** Batches stored, and batches told. */
  readonly asked: number;
  readonly told: number;
  readonly retests: number;
}

/** The positions of a store's run from now on; whoever stops listening stops looking. */
export async function* positionsOf(path: string, signal?: AbortSignal): AsyncGenerator<Position> {
  const script = fileURLToPath(new URL('./look.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // Ends whoever waits for the next position, too.
  signal?.addEventListener('abort', () => child.kill('SIGKILL'));
  try {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Position;
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

/** What a kill left in the store. */
export interface Aftermath extends Position {
  /** Pages at the end of the write-ahead log that no commit covers: the kill came in the middle of a transaction. */
  readonly torn: number;
}

/** Looks at a copy: whoever opens the store itself mends it, and that is for `nos resume` to do. */
export async function aftermathOf(path: string, scratch: string): Promise<Aftermath> {
  const directory = await mkdtemp(join(scratch, 'aftermath-'));
  const copy = join(directory, 'nos.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) await copyFile(path + suffix, copy + suffix);
  }
  const log = existsSync(`${copy}-wal`) ? await readFile(`${copy}-wal`) : Buffer.alloc(0);
  for await (const position of positionsOf(copy)) {
    await rm(directory, { recursive: true });
    return { ...position, torn: uncommittedPages(log) };
  }
  throw new Error(`what a kill left in ${path} cannot be read`);
}

const HEADER = 32;
const FRAME_HEADER = 24;

/** Frames (https://www.sqlite.org/fileformat2.html#walformat) after the last one that commits, whole or begun. */
function uncommittedPages(log: Buffer): number {
  if (log.length < HEADER) return 0;
  const size = FRAME_HEADER + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let pages = 0;
  for (let at = HEADER; at + FRAME_HEADER <= log.length; at += size) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    const commits = log.readUInt32BE(at + 4) > 0 && at + size <= log.length;
    pages = commits ? 0 : pages + 1;
  }
  return pages;
}
