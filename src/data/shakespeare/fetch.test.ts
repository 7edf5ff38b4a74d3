import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../../../test/support/small-cifar10.ts';
import type { FetchProgress } from '../progress.ts';
import { type FetchShakespeareOptions, fetchShakespeare } from './fetch.ts';
import type { ShakespeareManifest } from './manifest.ts';
import { openShakespeare } from './open.ts';

const TEXT = 'ROMEO:\nO, speak again, bright angel!\n'.repeat(50);

let server: Awaited<ReturnType<typeof serve>>;
let answer: (response: ServerResponse) => void;
let manifest: ShakespeareManifest;
let directory: string;
let elsewhere: string;

const good = (response: ServerResponse) => response.end(TEXT);
beforeAll(async () => {
  server = await serve((_, response) => answer(response));
  const sha256 = createHash('sha256').update(TEXT).digest('hex');
  manifest = { url: `${server.url}/input.txt`, bytes: TEXT.length, sha256 };
  elsewhere = await mkdtemp(join(tmpdir(), 'nos-text-'));
  await writeFile(join(elsewhere, 'input.txt'), TEXT);
  await writeFile(join(elsewhere, 'other.txt'), TEXT.slice(1));
});
afterAll(async () => {
  await server.close();
  await rm(elsewhere, { recursive: true });
});
beforeEach(async () => {
  answer = good;
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

const fetch = (more: Partial<FetchShakespeareOptions> = {}) =>
  fetchShakespeare({ directory, manifest, ...more });
const host = () => new URL(server.url).host;
const here = () => readFile(join(directory, 'shakespeare', 'input.txt'), 'utf8');

describe('fetchShakespeare', () => {
  it('downloads the text, verifies it, and then finds it here', async () => {
    const events: FetchProgress[] = [];
    expect(await fetch({ onProgress: (event) => events.push(event) })).toBe(host());
    expect(await here()).toBe(TEXT);
    expect(await readdir(directory)).toEqual(['shakespeare']);
    expect([...new Set(events.map(({ phase }) => phase))]).toEqual(['connect', 'download', 'verify']);
    answer = (response) => response.writeHead(500).end();
    expect(await fetch()).toBe('present');
    const { vocabulary, train } = await openShakespeare({ directory, manifest });
    expect(train.length).toBe(Math.floor(0.9 * TEXT.length));
    expect(vocabulary.length).toBe(new Set(TEXT).size);
  });

  it('takes a file, a folder or a mirror', async () => {
    const file = join(elsewhere, 'input.txt');
    answer = (response) => response.writeHead(500).end();
    expect(await fetch({ from: elsewhere })).toBe(file);
    await rm(join(directory, 'shakespeare'), { recursive: true });
    expect(await fetch({ from: file })).toBe(file);
    expect(await here()).toBe(TEXT);
    await rm(join(directory, 'shakespeare'), { recursive: true });
    answer = good;
    expect(
      await fetch({ from: `${server.url}/mirror/text`, manifest: { ...manifest, url: 'http://0' } }),
    ).toBe(host());
  });

  it('mends a damaged file', async () => {
    await mkdir(join(directory, 'shakespeare'));
    await writeFile(join(directory, 'shakespeare', 'input.txt'), 'short');
    await expect(openShakespeare({ directory, manifest })).rejects.toMatchObject({
      code: 'data-corrupt',
      message: expect.stringMatching(/\(5 bytes, expected 1850\)$/),
    });
    await fetch();
    expect(await here()).toBe(TEXT);
  });

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['is absent', (response) => response.writeHead(404).end(), /: the server answered 404$/],
    ['is another text', (response) => response.end('To be'), /is not the published text: expected sha256/],
    [
      'closes early',
      (response) => {
        response.writeHead(200, { 'content-length': TEXT.length });
        response.write(TEXT.slice(0, 100), () => response.destroy());
      },
      /^Shakespeare could not be downloaded: /,
    ],
  ])('says in one line why it failed where the file %s', async (_, trouble, message) => {
    answer = trouble;
    await expect(fetch()).rejects.toMatchObject({
      code: 'network',
      exitCode: 1,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('--from'),
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('gives up where nothing comes', async () => {
    answer = () => {};
    await expect(fetch({ timeouts: { connection: 100, stall: 100 } })).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/: no data came for 0.1 s$/),
    });
  });

  it('refuses a place without the published text', async () => {
    await expect(fetch({ from: join(elsewhere, 'none.txt') })).rejects.toMatchObject({ code: 'bad-option' });
    await expect(fetch({ from: join(elsewhere, 'other.txt') })).rejects.toMatchObject({
      code: 'data-corrupt',
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    answer = (response) => {
      response.write(TEXT.slice(0, 100));
    };
    const onProgress = ({ phase }: FetchProgress) => {
      if (phase === 'download') controller.abort(new Error('enough'));
    };
    await expect(fetch({ signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(await readdir(directory)).toEqual([]);
  });

  it('names a directory that cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(fetch({ directory: join(file, 'inside') })).rejects.toMatchObject({ code: 'unwritable' });
  });
});
