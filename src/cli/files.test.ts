import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from './command.ts';
import { pictureFile, withStore, writeFiles } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'nos-files-'));

function context(settings: { readonly output?: string; readonly size?: number }) {
  const notes: string[] = [];
  const stderr = { note: (line: string) => notes.push(line) };
  return { notes, context: { settings, stderr } as unknown as Context<typeof settings> };
}

const svg = (text: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="1" y="15">${text}</text></svg>`;

describe('a picture', () => {
  it.each(['a.svg', 'a'])('is written as SVG to %s', async (name) => {
    const { file, write } = pictureFile(context({ output: join(folder, name) }).context, 'other.svg');
    await write(svg('w'));
    expect(readFileSync(file, 'utf8')).toBe(svg('w'));
  });

  it('is written as pixels of the width that is asked for', async () => {
    const output = join(folder, 'a.PNG');
    const { notes, context: given } = context({ output, size: 80 });
    await pictureFile(given, '').write(svg('w'));
    const png = readFileSync(output);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([80, 40]);
    expect(notes).toEqual([]);
  });

  it('says which characters pixels cannot show', async () => {
    const { notes, context: given } = context({ output: join(folder, 'b.png') });
    await pictureFile(given, '').write(svg('汉'));
    expect(notes).toEqual([expect.stringContaining('no 汉')]);
  });

  it('has a name of its own unless one is given', () => {
    expect(pictureFile(context({}).context, join(folder, 'own.svg')).file).toBe(join(folder, 'own.svg'));
  });

  it.each([
    [{ output: 'a.pdf' }, /--output: .* not as \.pdf/],
    [{ output: 'a.svg', size: 10 }, /--size: only a PNG/],
    [{ size: 10 }, /--size: only a PNG/],
  ])('is refused before it is drawn: %j', (settings, message) => {
    expect(() => pictureFile(context(settings).context, 'x.svg')).toThrow(message);
  });

  it('that cannot be written says where', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { write } = pictureFile(context({ output: join(folder, 'file', 'a.svg') }).context, '');
    await expect(write(svg('w'))).rejects.toMatchObject({
      code: 'unwritable',
      hint: 'name another by --output',
    });
  });
});

describe('files', () => {
  it('are written into a folder that need not be there', async () => {
    const deep = join(folder, 'deep', 'er');
    await writeFiles(deep, { 'a.txt': 'one', 'b.txt': 'two' });
    expect(['a.txt', 'b.txt'].map((name) => readFileSync(join(deep, name), 'utf8'))).toEqual(['one', 'two']);
  });

  it('cannot be written below a file', async () => {
    writeFileSync(join(folder, 'plain'), '');
    await expect(writeFiles(join(folder, 'plain'), { a: '' })).rejects.toMatchObject({ code: 'unwritable' });
  });
});

it('a store is closed after the work, also if that fails', async () => {
  const places = { store: join(folder, 'nos.db'), data: folder };
  const opened = await withStore(places, async (store) => store);
  await expect(opened.listRuns()).rejects.toThrow();
  const failing = withStore(places, async (store) => {
    expect(await store.listRuns()).toEqual([]);
    throw new Error('the work failed');
  });
  await expect(failing).rejects.toThrow('the work failed');
});
