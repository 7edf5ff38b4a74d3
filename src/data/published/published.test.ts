import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packument, serve } from '../../../test/support/small-cifar10.ts';
import type { NosError } from '../../errors.ts';
import { openParallelText, type ParallelFiles } from '../parallel-text.ts';
import type { FetchOptions, FetchProgress } from '../progress.ts';
import { fetchPublished } from './fetch.ts';
import { filesBelow, type PublishedFiles } from './manifest.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const numbered = (what: string): string =>
  Array.from({ length: 2_000 }, (_, i) => `${what} ${sha256(`${what}${i}`)}\n`).join('');
const TEXTS: Readonly<Record<string, string>> = {
  'train.en': numbered('a man'),
  'train.de': numbered('ein Mann'),
  'val.en': 'a dog\na cat\n',
  'val.de': 'ein Hund\neine Katze\n',
};

type Answer = (request: IncomingMessage, response: ServerResponse, whole: Buffer) => void;
const good: Answer = (_, response, whole) => response.end(whole);
const absent: Answer = (_, response) => response.writeHead(404).end();
const silent: Answer = () => {};
const stalling: Answer = (_, response, whole) => response.write(whole.subarray(0, 100));
const damaged: Answer = (_, response, whole) =>
  response.end(whole.map((byte, i) => (i === 900 ? byte ^ 1 : byte)));

/** Breaks off after each third of the file; goes on from a byte that is asked for where `ranges`. */
const breaking =
  (ranges: boolean): Answer =>
  (request, response, whole) => {
    const start = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const rest = whole.subarray(start);
    const part = rest.subarray(0, Math.ceil(whole.length / 3));
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
    response.write(part);
    if (part.length === rest.length) response.end();
    else setTimeout(() => response.destroy(), 60);
  };

let server: Awaited<ReturnType<typeof serve>>;
let published: Map<string, Buffer>;
let answers: Readonly<Record<string, Answer>>;
let requests: string[];
let set: PublishedFiles;
let directory: string;
let hand: string;

beforeAll(async () => {
  hand = await mkdtemp(join(tmpdir(), 'nos-hand-'));
  await mkdir(join(hand, 'plain', 'deep'), { recursive: true });
  await mkdir(join(hand, 'packed'));
  for (const [name, text] of Object.entries(TEXTS)) {
    await writeFile(join(hand, 'plain', name), text);
    await writeFile(join(hand, 'packed', `${name}.gz`), gzipSync(text));
  }
  for (const name of ['train.en', 'train.de', '._train.de']) {
    await writeFile(join(hand, 'plain', 'deep', name), TEXTS[name] ?? 'not a text');
  }
  const file = join(hand, 'training.tar.gz');
  await create({ cwd: join(hand, 'plain'), file, gzip: true }, ['deep']);
  published = new Map([
    ['/copies/training.tar.gz', await readFile(file)],
    ...Object.entries(TEXTS).map(([name, text]): [string, Buffer] => [`/raw/${name}.gz`, gzipSync(text)]),
    ...Object.entries(TEXTS).map(([name, text]): [string, Buffer] => [`/mirror/${name}`, Buffer.from(text)]),
  ]);
  server = await serve((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const whole = published.get(path);
    const answer = answers[path] ?? good;
    if (whole) answer(request, response, whole);
    else absent(request, response, Buffer.alloc(0));
  });
  const files = Object.entries(TEXTS).map(([name, text]) => ({
    name,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
  const raw = `${server.url}/raw/`;
  set = {
    name: 'small',
    title: 'Small text',
    files,
    sources: [
      filesBelow(raw, files, 'gzip'),
      {
        downloads: [
          {
            url: `${server.url}/copies/training.tar.gz`,
            form: 'tar',
            checksum: `sha256:${sha256(published.get('/copies/training.tar.gz')!)}`,
          },
          ...filesBelow(raw, files.slice(2), 'gzip').downloads,
        ],
      },
    ],
  };
});
afterAll(async () => {
  await server.close();
  await rm(hand, { recursive: true });
});
beforeEach(async () => {
  answers = {};
  requests = [];
  directory = await mkdtemp(join(tmpdir(), 'nos-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

const fetch = (more: Partial<FetchOptions> = {}) =>
  fetchPublished(set, { directory, timeouts: { connection: 60_000, stall: 60_000 }, ...more });
const failure = (promise: Promise<unknown>): Promise<NosError> =>
  promise.then(
    () => expect.fail('expected a failure'),
    (error: NosError) => error,
  );
async function expectComplete(): Promise<void> {
  for (const [name, text] of Object.entries(TEXTS)) {
    expect(await readFile(join(directory, 'small', name), 'utf8')).toBe(text);
  }
  expect(await readdir(directory)).toEqual(['small']);
  expect((await readdir(join(directory, 'small'))).sort()).toEqual(Object.keys(TEXTS).sort());
}

describe('fetchPublished', () => {
  it('takes the first source, and then finds everything here', async () => {
    const events: FetchProgress[] = [];
    expect(await fetch({ onProgress: (event) => events.push(event) })).toBe(new URL(server.url).host);
    await expectComplete();
    expect(requests).toHaveLength(4);
    expect([...new Set(events.map(({ phase }) => phase))]).toEqual(['connect', 'download', 'verify']);
    const last = new Map(
      events.filter(({ phase }) => phase === 'download').map((event) => [event.source, event]),
    );
    const { host } = new URL(server.url);
    for (const name of Object.keys(TEXTS)) {
      const { length } = published.get(`/raw/${name}.gz`)!;
      expect(last.get(`${host}, ${name}.gz`)).toMatchObject({ received: length, total: length });
    }
    expect(await fetch()).toBe('present');
    expect(requests).toHaveLength(4);
  });

  it.each([
    ['is absent', absent],
    ['does not answer', silent],
    ['stalls', stalling],
    ['is damaged', damaged],
  ])('takes the next source when a file %s; archives may hold more', async (_, trouble) => {
    answers = { '/raw/train.de.gz': trouble };
    const patience = [silent, stalling].includes(trouble) ? 2_500 : 60_000;
    await fetch({ timeouts: { connection: patience, stall: patience } });
    expect(requests).toContain('/copies/training.tar.gz');
    await expectComplete();
  });

  it.each([
    ['goes on', true, 3],
    ['begins again, and gives up', false, 4],
  ])('of a connection that breaks: %s', async (_, ranges, asked) => {
    answers = { '/raw/train.en.gz': breaking(ranges) };
    await fetch();
    await expectComplete();
    expect(requests.filter((path) => path === '/raw/train.en.gz')).toHaveLength(asked);
    expect(requests.includes('/copies/training.tar.gz')).toBe(!ranges);
  });

  it('knows no total where the server sends compressed what is not', async () => {
    answers = {
      '/mirror/train.en': (_, response, whole) => {
        const body = gzipSync(whole);
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length }).end(body);
      },
    };
    const totals = new Map<string, number>();
    await fetch({
      from: `${server.url}/mirror`,
      onProgress: ({ phase, source, total }) => {
        if (phase === 'download') totals.set(source.replace(/^.*, /, ''), total);
      },
    });
    const others = ['train.de', 'val.en', 'val.de'].map((name) => [name, TEXTS[name]!.length]);
    expect(Object.fromEntries(totals)).toEqual({ 'train.en': 0, ...Object.fromEntries(others) });
  });

  it('refuses an archive that is not the published one', async () => {
    answers = { '/raw/train.de.gz': absent, '/copies/training.tar.gz': damaged };
    const error = await failure(fetch());
    expect(error).toMatchObject({ code: 'network', exitCode: 1 });
    expect(error.message).toMatch(
      /^Small text could not be downloaded: 127.*: the server answered 404; 127.*: training.tar.gz has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
    expect(error.hint).toContain('nos data fetch small --from PLACE');
    expect(await readdir(directory)).toEqual([]);
  });

  it('takes the files, compressed files or archives of a folder, or a mirror', async () => {
    answers = Object.fromEntries([...published.keys()].map((path) => [path, absent]));
    const fresh = () => rm(join(directory, 'small'), { recursive: true });
    expect(await fetch({ from: join(hand, 'plain') })).toBe(join(hand, 'plain'));
    await expectComplete();
    await fresh();
    expect(await fetch({ from: `${join(hand, 'packed')}/` })).toBe(join(hand, 'packed'));
    await expectComplete();
    await fresh();
    answers = {};
    expect(await fetch({ from: `${server.url}/mirror` })).toBe(new URL(server.url).host);
    expect(requests.every((path) => path.startsWith('/mirror/'))).toBe(true);
    await expectComplete();
  });

  it('takes the file itself where there is one alone, at hand or from a mirror', async () => {
    const alone = (from: string) => {
      const one = { ...set, files: set.files.slice(0, 1), sources: [] };
      return fetchPublished(one, { directory, from });
    };
    const place = join(hand, 'plain');
    for (const [from, source] of [
      [join(place, 'train.en'), place],
      [place, place],
      [`${server.url}/mirror/train.en`, new URL(server.url).host],
    ] as const) {
      expect(await alone(from)).toBe(source);
      expect(await readFile(join(directory, 'small', 'train.en'), 'utf8')).toBe(TEXTS['train.en']);
      await rm(join(directory, 'small'), { recursive: true });
    }
    const other = await failure(alone(join(place, 'train.de')));
    expect(other).toMatchObject({ code: 'bad-option' });
    expect(other.message).toMatch(/train\.en is not the published file: expected sha256/);
    expect(other.hint).toBe('name a folder that holds train.en, or that file');
    expect(await readdir(directory)).toEqual([]);
  });

  it('says what a folder at hand must hold', async () => {
    const error = await failure(fetch({ from: join(hand, 'nothing') }));
    expect(error).toMatchObject({ code: 'bad-option', exitCode: 2 });
    expect(error.message).toMatch(/^--from .*nothing: there is no such file or folder$/);
    expect(error.hint).toBe(
      'name a folder that holds train.en, train.de, val.en, val.de, or an archive of them',
    );
    expect(await readdir(directory)).toEqual([]);
  });

  it('mends what is damaged', async () => {
    await fetch();
    await writeFile(join(directory, 'small', 'val.de'), 'short');
    await fetch();
    await expectComplete();
  });

  it('stops at once and leaves nothing when it is aborted', async () => {
    answers = { '/raw/train.en.gz': stalling };
    const controller = new AbortController();
    const stop = ({ phase }: FetchProgress): void => {
      if (phase === 'download') controller.abort(new Error('enough'));
    };
    const error = await failure(fetch({ signal: controller.signal, onProgress: stop }));
    expect(error.message).toBe('enough');
    expect(requests).toHaveLength(1);
    expect(await readdir(directory)).toEqual([]);
  });

  it('may run twice at the same time', async () => {
    await Promise.all([fetch(), fetch()]);
    await expectComplete();
  });

  it('records the checksums that are not published', async () => {
    const files = set.files.map(({ name }) => ({ name }));
    const unknown = { ...set, files };
    const get = () => fetchPublished(unknown, { directory, from: join(hand, 'plain') });
    await get();
    const record = join(directory, 'small', 'SHA256SUMS');
    const lines = set.files.map((file) => `${file.sha256}  ${file.name}\n`);
    expect(await readFile(record, 'utf8')).toBe(lines.join(''));
    expect(await get()).toBe('present');
    await writeFile(join(directory, 'small', 'val.de'), 'short');
    expect(await get()).toBe(join(hand, 'plain'));
    expect(await readFile(join(directory, 'small', 'val.de'), 'utf8')).toBe(TEXTS['val.de']);
    await rm(record);
    expect(await get()).toBe(join(hand, 'plain'));
  });

  it('names a directory that cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const error = await failure(fetch({ directory: join(file, 'inside') }));
    expect(error).toMatchObject({ code: 'unwritable', exitCode: 1 });
    expect(error.message).toContain(join(file, 'inside'));
  });
});

describe('openParallelText', () => {
  const files = (): ParallelFiles => ({
    published: set,
    languages: { source: 'en', target: 'de' },
    tokenised: false,
    train: ['train', 'val'].map((name) => ({ source: `${name}.en`, target: `${name}.de` })),
    validation: { source: 'val.en', target: 'val.de' },
    test: { source: 'val.en', target: 'val.de' },
  });

  it('reads aligned splits', async () => {
    await fetch();
    const text = await openParallelText(files(), directory);
    expect(text).toMatchObject({
      name: 'small',
      tokenised: false,
      languages: { source: 'en', target: 'de' },
    });
    expect(text.validation).toEqual({ source: ['a dog', 'a cat'], target: ['ein Hund', 'eine Katze'] });
    expect([text.train.source.length, text.train.target.length]).toEqual([2_002, 2_002]);
    expect(text.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says which file is missing or damaged, and what to do', async () => {
    await expect(openParallelText(files(), directory)).rejects.toMatchObject({
      code: 'data-missing',
      message: expect.stringMatching(/^Small text: .*small.train.en is missing$/),
      hint: 'run `nos data fetch small`',
    });
    await fetch();
    await writeFile(join(directory, 'small', 'val.de'), 'short');
    await expect(openParallelText(files(), directory)).rejects.toMatchObject({
      code: 'data-corrupt',
      message: expect.stringMatching(/val.de is not the published file: .*\(5 bytes, expected 20\)$/),
    });
  });
});

describe('a package of the npm registry that the user has configured', () => {
  const packaged: PublishedFiles = {
    name: 'packaged',
    title: 'Packaged text',
    files: ['train.en', 'train.de'].map((name) => ({ name, sha256: sha256(TEXTS[name]!) })),
    sources: [{ downloads: [{ url: 'npm:small-text@1.0.0', form: 'tar' }] }],
  };
  const archive = () => published.get('/copies/training.tar.gz')!;

  it('is a source like others', async () => {
    const about = packument('small-text', `${server.url}/copies/training.tar.gz`, archive());
    published.set('/small-text', Buffer.from(JSON.stringify(about)));
    const environment = { ...process.env, npm_config_registry: server.url };
    const source = await fetchPublished(packaged, { directory, environment });
    expect(source).toBe('npm package small-text@1.0.0');
    expect(await readdir(join(directory, 'packaged'))).toEqual(['train.de', 'train.en']);
    published.delete('/small-text');
  });

  it('may lie in a folder at hand', async () => {
    await writeFile(join(hand, 'small-text-1.0.0.tgz'), archive());
    await fetchPublished(packaged, { directory, from: hand });
    expect(await readdir(join(directory, 'packaged'))).toEqual(['train.de', 'train.en']);
  });
});
