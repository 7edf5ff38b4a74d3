import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packument, serve } from '../../test/support/small-cifar10.ts';
import { fetchEngine } from './fetch.ts';
import { loadEngine } from './load.ts';
import { checkPlatform, ENGINE } from './package.ts';
import { ENGINE_FOLDER, findEngine, packageIn } from './places.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-engine-'));
});
afterEach(async () => {
  await chmod(directory, 0o755);
  await rm(directory, { recursive: true });
});

/** What stands for an engine that was fetched before. */
async function place(): Promise<string> {
  const folder = packageIn(join(directory, ENGINE_FOLDER));
  await mkdir(folder, { recursive: true });
  return folder;
}

async function archive(name: string): Promise<string> {
  await mkdir(join(directory, 'package'));
  await writeFile(join(directory, 'package/package.json'), '{"name":"onnxruntime-node","version":"1.30.0"}');
  const path = join(directory, name);
  execFileSync('tar', ['czf', path, '-C', directory, 'package']);
  return path;
}

describe('the engine', () => {
  it('is onnxruntime, of the version that package.json pins with what it builds on', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(manifest.dependencies['onnxruntime-common']).toBe(ENGINE.version);
    const { InferenceSession, Tensor } = await loadEngine();
    expect(new Tensor('float32', [1, 2], [2]).dims).toEqual([2]);
    expect(InferenceSession.create).toBeTypeOf('function');
  });

  it('is found where it was fetched, and not fetched again', async () => {
    expect(findEngine([directory])).toBeUndefined();
    const folder = await place();
    expect(findEngine([join(directory, 'none'), directory])).toBe(folder);
    expect(await fetchEngine({ directories: [directory] })).toEqual({ folder, source: 'present' });
  });

  it('is taken from no other archive than the published one', async () => {
    const from = await archive('onnxruntime-node-1.30.0.tgz');
    const target = join(directory, 'engine');
    await expect(fetchEngine({ directories: [target], from })).rejects.toMatchObject({
      code: 'bad-option',
      exitCode: 2,
      message: expect.stringMatching(
        /^--from .*1\.30\.0\.tgz: that is not the published archive: its sha512 is another$/,
      ),
      hint: 'name the archive of onnxruntime-node@1.30.0: `npm pack onnxruntime-node@1.30.0` makes it',
    });
    expect(await readdir(target)).toEqual([]);
    await expect(fetchEngine({ directories: [target], from: directory })).rejects.toThrow(
      'published archive',
    );
  });

  it.each([
    ['gives another archive', 'package', /npm did not fetch it: that is not the published archive/],
    ['does not have it', 'nothing', /npm did not fetch it: .*Not Found - GET/],
  ])('says what to do if the registry %s', async (_, path, message) => {
    const bytes = await readFile(await archive('onnxruntime-node-1.30.0.tgz'));
    const server = await serve((request, response) => {
      if (path === 'nothing') response.writeHead(404).end('{}');
      else if (request.url === '/archive.tgz') response.end(bytes);
      else response.end(JSON.stringify(packument(ENGINE.name, `${server.url}/archive.tgz`, bytes, '1.30.0')));
    });
    const environment = {
      ...process.env,
      npm_config_registry: server.url,
      npm_config_cache: join(directory, 'cache'),
    };
    const target = join(directory, 'engine');
    await expect(fetchEngine({ directories: [target], environment })).rejects.toMatchObject({
      code: 'engine',
      exitCode: 1,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(
        /`npm pack onnxruntime-node@1\.30\.0`.*`nos engine fetch --from onnxruntime-node-1\.30\.0\.tgz`$/,
      ),
    });
    expect(await readdir(target)).toEqual([]);
    await server.close();
  });

  it('names an archive at hand that is missing', async () => {
    const from = join(directory, 'none.tgz');
    await expect(fetchEngine({ directories: [directory], from })).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(/^--from .*none\.tgz: .*ENOENT/),
    });
  });

  it('goes to the first directory that can be written, and says so where none can', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const from = await archive('another.tgz');
    const second = join(directory, 'second');
    await expect(fetchEngine({ directories: [join(file, 'in'), second], from })).rejects.toMatchObject({
      code: 'bad-option',
    });
    expect((await stat(second)).isDirectory()).toBe(true);
    await expect(fetchEngine({ directories: [join(file, 'in')], from })).rejects.toMatchObject({
      code: 'unwritable',
      exitCode: 1,
      message: expect.stringContaining(join(file, 'in')),
    });
  });

  it('stops where it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const from = await archive('another.tgz');
    await expect(fetchEngine({ directories: [directory], from, signal })).rejects.toThrow('enough');
  });

  it.each(['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'])(
    'is built for %s',
    (platform) => expect(() => checkPlatform(platform)).not.toThrow(),
  );

  it.each(['darwin-x64', 'linux-ia32', 'freebsd-x64'])(
    'is not built for %s, and says for what',
    (platform) => {
      expect(() => checkPlatform(platform)).toThrow(
        expect.objectContaining({
          code: 'engine',
          message: `onnxruntime 1.30.0 is not built for ${platform}`,
          hint: expect.stringContaining('linux-x64, '),
        }),
      );
    },
  );
});
