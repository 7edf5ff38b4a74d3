import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packument, serve } from '../../test/support/small-cifar10.ts';
import { type DownloadOptions, download } from './download.ts';

type Answer = (response: ServerResponse, archive: Buffer, request: IncomingMessage) => void;
const good: Answer = (response, archive) => response.end(archive);
const absent: Answer = (response) => response.writeHead(404).end('{}');
const silent: Answer = () => {};
const stalling: Answer = (response, archive) => response.write(archive.subarray(0, 100));
const broken: Answer = (response, archive) => {
  response.writeHead(200, { 'content-length': archive.length });
  response.write(archive.subarray(0, archive.length >> 1), () => response.destroy());
};
const damaged: Answer = (response, archive) => response.end(archive.with(archive.length >> 1, 0));
const withToken: Answer = (response, archive, { headers }) => {
  if (headers.authorization === 'Bearer secret') response.end(archive);
  else response.writeHead(401).end('{}');
};

/** npm takes the name and the version from the packument: what is in the archive is not its concern. */
const ARCHIVE = gzipSync(Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 251)));

let server: Awaited<ReturnType<typeof serve>>;
let answer: Answer;
let requests: string[];
let directory: string;

beforeAll(async () => {
  server = await serve((request, response) => {
    const url = request.url ?? '';
    requests.push(url);
    if (url.endsWith('/tiny.tgz')) answer(response, ARCHIVE, request);
    else if (answer === absent) absent(response, ARCHIVE, request);
    else {
      const name = decodeURIComponent(new URL(url, server.url).pathname.slice(1));
      const place = url.startsWith('http:') ? 'http://registry.invalid' : server.url;
      response.end(JSON.stringify(packument(name, `${place}/tiny.tgz`, ARCHIVE)));
    }
  });
});
afterAll(() => server.close());
beforeEach(async () => {
  answer = good;
  requests = [];
  directory = await mkdtemp(join(tmpdir(), 'nos-package-'));
});
afterEach(() => rm(directory, { recursive: true }));

const fetch = (more: DownloadOptions & { readonly spec?: string } = {}): Promise<void> => {
  const { spec = 'tiny@1.0.0', environment, ...options } = more;
  const { INIT_CWD: _, npm_config_local_prefix: __, ...clean } = process.env;
  return download({ url: `npm:${spec}` }, join(directory, 'archive'), {
    // A busy machine takes its time to start npm.
    timeouts: { connection: 60_000, stall: 60_000 },
    environment: {
      ...clean,
      npm_config_registry: server.url,
      npm_config_userconfig: join(directory, 'user.npmrc'),
      npm_config_cache: join(directory, 'cache'),
      ...environment,
    },
    ...options,
  });
};

const expectArchive = async (): Promise<void> => {
  expect(ARCHIVE.equals(await readFile(join(directory, 'archive')))).toBe(true);
};

describe('the archive of an npm package', () => {
  it('comes from the registry that npm is configured with, and not into its cache', async () => {
    const received: number[] = [];
    await fetch({ onReceived: (bytes) => received.push(bytes) });
    await expectArchive();
    expect(requests).toEqual(['/tiny', '/tiny.tgz']);
    expect(received.at(-1)).toBe(ARCHIVE.length);
    expect(await readdir(directory)).toEqual(['archive']);
  });

  it('comes from npm’s cache the second time, if it may be cached', async () => {
    await fetch({ cached: true });
    await fetch({ cached: true });
    await expectArchive();
    expect(requests.filter((path) => path === '/tiny.tgz')).toHaveLength(1);
  });

  it('comes from the registry of a scope in the user’s .npmrc, with its token', async () => {
    answer = withToken;
    const registry = `@lab:registry=${server.url}\n`;
    await writeFile(join(directory, 'user.npmrc'), registry);
    const environment = { npm_config_registry: 'http://registry.invalid' };
    await expect(fetch({ spec: '@lab/tiny@1.0.0', environment })).rejects.toThrow(/authenticate|401/);
    const token = `//${new URL(server.url).host}/:_authToken=secret\n`;
    await writeFile(join(directory, 'user.npmrc'), registry + token);
    await fetch({ spec: '@lab/tiny@1.0.0', environment });
    await expectArchive();
  });

  it('comes through a proxy that the .npmrc of the project names', async () => {
    const project = join(directory, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{}');
    await writeFile(join(project, '.npmrc'), `proxy=${server.url}\nregistry=http://registry.invalid/\n`);
    const environment = { INIT_CWD: project, npm_config_registry: undefined, NO_PROXY: '', no_proxy: '' };
    await fetch({ environment });
    await expectArchive();
    expect(requests).toEqual(['http://registry.invalid/tiny', 'http://registry.invalid/tiny.tgz']);
  });

  it.each([
    ['is not there', absent, /404|not found/i],
    ['is another than the registry says', damaged, /integrity/],
    ['breaks off', broken, /./],
  ])('that %s is refused, and nothing is left', async (_, trouble, reason) => {
    answer = trouble;
    await expect(fetch()).rejects.toThrow(reason);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['does not come', silent],
    ['stalls', stalling],
  ])('that %s is given up, and npm is ended', async (_, trouble) => {
    answer = trouble;
    const timeouts = { connection: 60_000, stall: 3_000 };
    await expect(fetch({ timeouts })).rejects.toThrow('no data came for 3 s');
    expect(await readdir(directory)).toEqual([]);
  });

  it('is given up when its signal says so', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fetch({ signal })).rejects.toThrow('enough');
    expect(await readdir(directory)).toEqual([]);
  });

  it('needs npm', async () => {
    const { execPath } = process;
    process.execPath = join(directory, 'node');
    try {
      await expect(fetch({ environment: { PATH: directory } })).rejects.toThrow(
        'there is no npm on the PATH',
      );
    } finally {
      process.execPath = execPath;
    }
  });
});
