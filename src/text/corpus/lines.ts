import { readFile } from 'node:fs/promises';
import { readableText } from '../../decode-text.ts';
import { NosError } from '../../errors.ts';
import { inTurn } from '../../in-turn.ts';

/** The lines of a text file, and how they stand there. */
export interface TextFile {
  readonly lines: readonly string[];
  /** A byte order mark at its beginning was left out. */
  readonly marked: boolean;
  /** Carriage returns alone stand in it, which other programs take for ends of lines; here they are part of the text. */
  readonly returns: boolean;
}

/** {@link readText}, its lines alone. */
export async function readLines(path: string): Promise<readonly string[]> {
  return (await readText(path)).lines;
}

/**
 * The lines of a text file in UTF-8, without their ends (LF or CR LF) and a byte order mark. The file's last line may lack its
 * end. Empty lines count.
 *
 * @throws NosError `bad-text` when the file cannot be read, is empty, or is not UTF-8: the first bad line is named, or what the
 *   encoding is.
 */
export async function readText(path: string): Promise<TextFile> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'is missing' : `cannot be read: ${cause.message}`;
    throw new NosError('bad-text', `the text ${path} ${what}`, 'name a file of one sentence a line', {
      cause,
    });
  });
  const { text, marked } = readableText(bytes, path);
  if (text === '')
    throw new NosError('bad-text', `the text ${path} is empty`, 'expected one sentence a line');
  const lines = text.split(/\r?\n/);
  const whole = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return { lines: whole, marked, returns: whole.some((line) => line.includes('\r')) };
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
  const texts = await inTurn(paths, read);
  checkAligned(paths, texts);
  return texts;
}

/** @throws NosError `bad-text` if the numbers of lines differ. */
export function checkAligned(paths: readonly string[], texts: readonly (readonly string[])[]): void {
  const counts = texts.map((lines) => lines.length);
  const other = counts.findIndex((count) => count !== counts[0]);
  if (other === -1) return;
  throw new NosError(
    'bad-text',
    `the texts are not aligned: ${paths[0]} has ${counts[0]} lines, ${paths[other]} has ${counts[other]}`,
    'line n of each must be the same sentence',
  );
}
