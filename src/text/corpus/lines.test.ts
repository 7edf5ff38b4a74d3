import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAligned, readLines, readText } from './lines.ts';
import { readSegments } from './sgm.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-text-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

describe('readLines', () => {
  it.each([
    ['one line', 'a', ['a']],
    ['an end after the last line', 'a\nb\n', ['a', 'b']],
    ['none after it', 'a\nb', ['a', 'b']],
    ['ends of Windows', 'a\r\nb\r\n', ['a', 'b']],
    ['empty lines', '\na\n\n', ['', 'a', '']],
    ['a byte order mark', '\ufeffé\n', ['é']],
    ['other separators, which are text', 'a\u2028b\u0085c\n', ['a\u2028b\u0085c']],
  ])('reads %s', async (_, content, lines) => {
    expect(await readLines(await file('text', content))).toEqual(lines);
  });

  it('names a file that is missing, empty, a directory, or not UTF-8 with the line', async () => {
    const latin1 = await file('latin1', Buffer.from('gut\nschön\nSchluß\n', 'latin1'));
    const bad = (message: RegExp) => ({
      code: 'bad-text',
      exitCode: 2,
      message: expect.stringMatching(message),
    });
    await expect(readLines(join(directory, 'none'))).rejects.toMatchObject(bad(/none is missing$/));
    await expect(readLines(await file('empty', ''))).rejects.toMatchObject(bad(/empty is empty$/));
    await expect(readLines(directory)).rejects.toMatchObject(bad(/cannot be read: EISDIR/));
    await expect(readLines(latin1)).rejects.toMatchObject(bad(/^line 2 of .*latin1 is not UTF-8$/));
  });

  it.each([
    ['UTF-16 (little-endian)', Buffer.from('\ufeffgut\n', 'utf16le')],
    ['UTF-16 (big-endian)', Buffer.from('\ufeffgut\n', 'utf16le').swap16()],
    ['UTF-16 (little-endian, without a byte order mark)', Buffer.from('gut\n', 'utf16le')],
    ['UTF-16 (big-endian, without a byte order mark)', Buffer.from('gut\n', 'utf16le').swap16()],
    ['UTF-32 (little-endian)', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
    ['UTF-32 (big-endian)', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61])],
  ])('names %s', async (encoding, content) => {
    await expect(readLines(await file('other', content))).rejects.toMatchObject({
      code: 'bad-text',
      message: `${join(directory, 'other')} is in ${encoding}`,
      hint: 'save the text as UTF-8',
    });
  });

  it('says what it left out or left in', async () => {
    const plain = { lines: ['a', 'b'], marked: false, returns: false };
    expect(await readText(await file('plain', 'a\r\nb'))).toEqual(plain);
    expect(await readText(await file('mark', '\ufeffa\nb\n'))).toEqual({ ...plain, marked: true });
    expect(await readText(await file('old', 'a\rb\n'))).toEqual({
      lines: ['a\rb'],
      marked: false,
      returns: true,
    });
  });

  it('names the last line where that is the bad one', async () => {
    const cut = await file('cut', Buffer.from('gut\nschön').subarray(0, 8));
    await expect(readLines(cut)).rejects.toThrow(/^line 2 of/);
  });
});

describe('readAligned', () => {
  it('reads several files', async () => {
    expect(await readAligned([await file('a', 'a\nb\n'), await file('b', 'c\nd')])).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('names the first file that cannot be read, whichever fails first', async () => {
    const slow = (path: string): Promise<readonly string[]> =>
      new Promise((_, reject) => setTimeout(() => reject(new Error(path)), path === 'first' ? 20 : 0));
    await expect(readAligned(['first', 'second'], slow)).rejects.toThrow('first');
    const missing = ['x', 'y', 'z'].map((name) => join(directory, 'none', name));
    await expect(readAligned(missing)).rejects.toThrow(`${missing[0]} is missing`);
  });

  it('names both files and both numbers of lines where they differ', async () => {
    const paths = [await file('a', 'a\nb\n'), await file('b', 'c\nd\n'), await file('c', 'e\n')];
    await expect(readAligned(paths)).rejects.toMatchObject({
      code: 'bad-text',
      message: `the texts are not aligned: ${paths[0]} has 2 lines, ${paths[2]} has 1`,
    });
  });
});

describe('readSegments', () => {
  it('reads the sentences of a test set in SGML', async () => {
    const sgm = [
      '<srcset setid="newstest2014" srclang="any">',
      '<doc sysid="ref" docid="abc" genre="news" origlang="en">',
      '<p>',
      '<seg id="1">A &quot;fine&quot; day &amp;amp; night </seg>',
      '</p>',
      '<p><seg id="2"></seg></p>',
      '</doc></srcset>',
    ];
    const path = await file('test.sgm', `${sgm.join('\n')}\n`);
    expect(await readSegments(path)).toEqual(['A "fine" day &amp; night', '']);
    expect(await readAligned([path, path], readSegments)).toHaveLength(2);
  });
});
