import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAligned, readLines } from './lines.ts';
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
