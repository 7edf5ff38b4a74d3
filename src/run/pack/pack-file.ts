import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import * as z from 'zod';
import { NosError } from '../../errors.ts';
import { toJson } from '../../json.ts';
import { partSchema, type RunPart } from '../../store/index.ts';
import { isOfSystem, writeWhole } from '../../write-whole.ts';

/**
 * The file that a run travels in: gzip over lines of JSON. The first line says what it is, each further one is a part of the run, and the
 * last one holds the SHA-256 of all lines before it.
 */
const FORMAT = 'nos-run';
const VERSION = 1;

/** What is accepted of a file whose writer is not known. */
export interface PackLimits {
  /** Bytes of a line. */
  readonly line: number;
  /** Number of lines. */
  readonly lines: number;
  /** How many times larger than the file its lines may be, once they are larger than one line may be. */
  readonly ratio: number;
}

/** A run of a million evaluations has three million lines, and shrinks to a third or a tenth of its size. */
const LIMITS: PackLimits = { line: 64 * 2 ** 20, lines: 20_000_000, ratio: 200 };

const formatSchema = z.object({ format: z.literal(FORMAT), version: z.int() });
const endSchema = z.strictObject({ kind: z.literal('end'), sha256: z.string() });

/**
 * Writes the parts of a run to a file, which is whole or not there.
 *
 * @returns The number of its bytes.
 * @throws NosError `unwritable`; and what the parts throw.
 */
export function writePack(
  file: string,
  parts: AsyncIterable<RunPart>,
  signal?: AbortSignal,
): Promise<number> {
  return writeWhole(file, linesOf(parts), { compressed: true, signal });
}

async function* linesOf(parts: AsyncIterable<RunPart>): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const sealed = (line: string): string => {
    hash.update(line);
    return line;
  };
  yield sealed(`${toJson({ format: FORMAT, version: VERSION })}\n`);
  for await (const part of parts) yield sealed(`${toJson(part)}\n`);
  yield `${toJson({ kind: 'end', sha256: hash.digest('hex') })}\n`;
}

/**
 * Reads the parts of a run from a file. Each is checked before it is given; that none is missing, the last line says.
 *
 * @throws NosError `bad-pack` if the file is not there, is something else, or is damaged.
 */
export async function* readPack(file: string, limits = LIMITS): AsyncGenerator<RunPart> {
  const hash = createHash('sha256');
  let [number, ended] = [0, false];
  for await (const line of linesIn(file, limits)) {
    if (++number > limits.lines) throw refused(file, `it has more than ${limits.lines} lines`);
    if (ended) throw refused(file, 'something follows its end');
    const value = parsed(file, number, line);
    if (number === 1) checkFormat(file, value);
    else if (isEnd(value)) {
      ended = true;
      if (endSchema.safeParse(value).data?.sha256 !== hash.digest('hex')) {
        throw refused(file, 'what it holds is not what was written: the checksum differs');
      }
      continue;
    } else yield partOf(file, number, value);
    hash.update(line).update('\n');
  }
  if (!ended) throw refused(file, 'its end is missing');
}

const isEnd = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'end';

function parsed(file: string, number: number, line: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw number === 1 ? notOurs(file, cause) : refused(file, `line ${number} is not JSON`, cause);
  }
}

/** @throws NosError `bad-pack`. */
function checkFormat(file: string, value: unknown): void {
  const { data } = formatSchema.safeParse(value);
  if (data === undefined) throw notOurs(file);
  if (data.version <= VERSION) return;
  throw new NosError(
    'bad-pack',
    `${file} is a packed run of version ${data.version}; this program reads versions up to ${VERSION}`,
    'update neural-optimizer-search',
  );
}

function partOf(file: string, number: number, value: unknown): RunPart {
  const { data, error } = partSchema.safeParse(value);
  if (data === undefined) {
    const issue = error?.issues[0];
    const where = issue?.path.join('.') || 'all of it';
    throw refused(file, `line ${number}: ${where}: ${issue?.message}`, error);
  }
  if (hasControls(value)) throw refused(file, `line ${number} holds control characters`);
  return data;
}

/** Whether a text that people will read could do something to their terminal. What a strategy keeps for itself, nobody reads. */
function hasControls(value: unknown, name = ''): boolean {
  if (typeof value === 'string') return !OPAQUE.has(name) && CONTROLS.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, one]) => CONTROLS.test(key) || hasControls(one, key));
}

const OPAQUE: ReadonlySet<string> = new Set(['state', 'appended']);
/** All but the tab and the end of a line. */
const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u;

/** The lines of a compressed file as bytes, none of which is kept for longer than it is looked at. */
async function* linesIn(file: string, { line: longest, ratio }: PackLimits): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const unzipped = createGunzip();
  // Rejects what the loop below throws too: whoever reads leaves by it.
  const piped = pipeline(source, unzipped).catch(() => undefined);
  const check = (length: number): void => {
    if (length > longest) throw refused(file, `it has a line of more than ${longest} bytes`);
  };
  let [begun, length, total]: [Buffer[], number, number] = [[], 0, 0];
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > Math.max(longest, ratio * source.bytesRead)) {
        throw refused(file, `it grows to more than ${ratio} times its size`);
      }
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        check(length + end - from);
        const rest = chunk.subarray(from, end);
        yield begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
        [begun, length, from] = [[], 0, end + 1];
      }
      if (from < chunk.length) begun.push(chunk.subarray(from));
      length += chunk.length - from;
      check(length);
    }
    if (length > 0) throw refused(file, 'its last line has no end');
  } catch (error) {
    throw isOfSystem(error) ? unreadable(file, error) : error;
  } finally {
    source.destroy();
    await piped;
  }
}

function unreadable(file: string, error: Error & { readonly code: string }): NosError {
  if (error.code === 'ENOENT') {
    return new NosError('bad-pack', `${file}: no such file`, 'name one that `nos pack` wrote');
  }
  if (error.code === 'Z_BUF_ERROR') return refused(file, 'it is cut off', error);
  if (error.code.startsWith('Z_')) return notOurs(file, error);
  return new NosError('bad-pack', `${file} cannot be read: ${error.message}`, '', { cause: error });
}

const notOurs = (file: string, cause?: unknown): NosError =>
  new NosError('bad-pack', `${file} is no packed run`, 'name a file that `nos pack` wrote', { cause });

const refused = (file: string, what: string, cause?: unknown): NosError =>
  new NosError('bad-pack', `${file} is damaged: ${what}`, 'pack the run again, or copy the file again', {
    cause,
  });
