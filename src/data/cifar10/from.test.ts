import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSmallCifar10, type SmallCifar10, serve } from '../../../test/support/small-cifar10.ts';
import type { NosError } from '../../errors.ts';
import { fetchPublished } from '../published/fetch.ts';
import { openCifar10 } from './open.ts';

let server: Awaited<ReturnType<typeof serve>>;
let small: SmallCifar10;
/** Places at hand. */
let hand: string;
/** The data directory. */
let directory: string;

beforeAll(async () => {
  hand = await mkdtemp(join(tmpdir(), 'nos-hand-'));
  server = await serve((request, response) => {
    if (request.url === '/mirror/any-name.tgz') response.end(small.officialArchive);
    else response.writeHead(404).end();
  });
  small = await makeSmallCifar10(server.url);
  await writeFile(join(hand, 'official.tar.gz'), small.officialArchive);
  await mkdir(join(hand, 'downloads/cifar-10-batches-bin'), { recursive: true });
  for (const [i, { name }] of small.files.published.files.entries()) {
    await writeFile(join(hand, 'downloads/cifar-10-batches-bin', name), small.records[i]!);
  }
  await create({ cwd: join(hand, 'downloads'), file: join(hand, 'unpacked.tar') }, ['cifar-10-batches-bin']);
});
afterAll(async () => {
  await server.close();
  await rm(hand, { recursive: true });
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

const fetch = (from: string): Promise<string> => fetchPublished(small.files.published, { directory, from });
const failure = (from: string): Promise<NosError> =>
  fetch(from).then(
    () => expect.fail('expected a failure'),
    (error: NosError) => error,
  );

/** A folder and an archive of files of these names. */
async function otherForm(folder: string, names: readonly string[]): Promise<readonly [string, string]> {
  const parent = await mkdtemp(join(hand, 'other-'));
  await mkdir(join(parent, folder));
  for (const name of names) await writeFile(join(parent, folder, name), 'a pickle');
  const file = join(parent, 'renamed.tar.gz');
  await create({ cwd: parent, file, gzip: true }, [folder]);
  return [join(parent, folder), file];
}

describe('CIFAR-10 from a place at hand', () => {
  it.each([
    ['the official archive', 'official.tar.gz'],
    ['an archive that is not compressed', 'unpacked.tar'],
    ['the folder that it unpacks to', 'downloads/cifar-10-batches-bin'],
    ['the folder in which it was unpacked', 'downloads'],
    ['the folder in which it lies', '.'],
  ])('may be %s', async (_, place) => {
    await fetch(join(hand, place));
    const folder = join(directory, 'cifar10');
    for (const [i, { name }] of small.files.published.files.entries()) {
      expect(new Uint8Array(await readFile(join(folder, name)))).toEqual(new Uint8Array(small.records[i]!));
    }
    expect(await readdir(directory)).toEqual(['cifar10']);
    expect((await openCifar10({ directory, files: small.files })).name).toBe('cifar10');
    expect(await fetch('/nowhere')).toBe('present');
  });

  it('may be a URL', async () => {
    expect(await fetch(`${server.url}/mirror/any-name.tgz`)).toBe(new URL(server.url).host);
    expect(await readdir(join(directory, 'cifar10'))).toHaveLength(3);
  });

  it.each([
    ['Python', 'cifar-10-batches-py', ['batches.meta', 'data_batch_1', 'test_batch']],
    ['MATLAB', 'cifar-10-batches-mat', ['batches.meta.mat', 'data_batch_1.mat']],
  ])(
    'in the %s version is called that, in a folder, around it and in an archive',
    async (version, name, files) => {
      const [folder, archive] = await otherForm(name, files);
      for (const place of [folder, join(folder, '..'), archive]) {
        const error = await failure(place);
        expect(error).toMatchObject({ code: 'bad-option', exitCode: 2 });
        expect(error.message).toContain(
          `that is the ${version} version of CIFAR-10; take the binary version, cifar-10-binary.tar.gz`,
        );
        expect(error.message).toContain(`--from ${place}: `);
      }
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('is not CIFAR-100, which is called that', async () => {
    const [folder, archive] = await otherForm('cifar-100-binary', ['train.bin', 'test.bin']);
    for (const place of [folder, archive]) {
      expect((await failure(place)).message).toContain('that is CIFAR-100; take CIFAR-10');
    }
  });

  it.each([
    ['cut off', 'official.tar.gz', /cut\.tar\.gz: /],
    [
      'damaged',
      'downloads/cifar-10-batches-bin',
      /data_batch_2\.bin is not the published file: expected sha256 \w+, found/,
    ],
  ])('is refused where it is %s', async (_, place, message) => {
    const other = await mkdtemp(join(hand, 'bad-'));
    if (place.endsWith('.gz')) {
      await writeFile(join(other, 'cut.tar.gz'), small.officialArchive);
      await truncate(join(other, 'cut.tar.gz'), small.officialArchive.length >> 1);
    } else {
      for (const [i, { name }] of small.files.published.files.entries()) {
        await writeFile(join(other, name), i === 1 ? 'damaged' : small.records[i]!);
      }
    }
    const error = await failure(place.endsWith('.gz') ? join(other, 'cut.tar.gz') : other);
    expect(error).toMatchObject({ code: 'bad-option' });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('partial');
    expect(await readdir(directory)).toEqual([]);
  });

  it('says what it takes where there is something else, or nothing', async () => {
    const [folder, archive] = await otherForm('photos', ['cat.png']);
    const hint =
      'name a folder that holds data_batch_1.bin, data_batch_2.bin, test_batch.bin, or an archive of them such as official.tar.gz';
    for (const place of [folder, archive, join(hand, 'none')]) {
      expect(await failure(place)).toMatchObject({ code: 'bad-option', hint });
    }
    expect((await failure(archive)).message).toContain('the archive holds none of data_batch_1.bin');
    expect((await failure(join(hand, 'none'))).message).toContain('there is no such file or folder');
  });
});
