import { readFile } from 'node:fs/promises';
import { NosError } from '../../errors.ts';

/**
 * The lines of a text file in UTF-8, without their ends (LF or CR LF) and a byte order mark. The file's last line may lack its
 * end. Empty lines count.
 *
 * @throws NosError `bad-text` when the file cannot be read, is empty, or is not UTF-8: the first bad line is named.
 */
export async function readLines(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'is missing' : `cannot be read: ${cause.message}`;
    throw new NosError('bad-text', `the text ${path} ${what}`, 'name a file of one sentence a line', {
      cause,
    });
  });
  const text = decode(bytes);
  if (text === undefined) throw notUtf8(path, bytes);
  if (text === '')
    throw new NosError('bad-text', `the text ${path} is empty`, 'expected one sentence a line');
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/**
 * Texts whose lines belong together: line n of each is one sentence.
 *
 * @param read how a file is read: its lines, unless it is of another form.
 * @returns [files][lines].
 * @throws NosError `bad-text` as `readLines` does, and when the numbers of lines differ.
 * @example const [source, target] = await readAligned(['train.en', 'train.de']);
 */
export async function readAligned(
  paths: readonly string[],
  read: (path: string) => Promise<readonly string[]> = readLines,
): Promise<readonly (readonly string[])[]> {
  const texts = await Promise.all(paths.map((path) => read(path)));
  const counts = texts.map((lines) => lines.length);
  const other = counts.findIndex((count) => count !== counts[0]);
  if (other === -1) return texts;
  throw new NosError(
    'bad-text',
    `the texts are not aligned: ${paths[0]} has ${counts[0]} lines, ${paths[other]} has ${counts[other]}`,
    'line n of each must be the same sentence',
  );
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const LINE_FEED = 10;

function notUtf8(path: string, bytes: Uint8Array): NosError {
  let line = 1;
  let start = 0;
  // No byte of a longer UTF-8 character is a line feed, so that lines can be judged one by one.
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1 || decode(bytes.subarray(start, end)) === undefined) break;
    line++;
    start = end + 1;
  }
  return new NosError('bad-text', `line ${line} of ${path} is not UTF-8`, `save the text as UTF-8`);
}
