import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort, noRedis, type RedisServer, startRedis } from '../redis-server.ts';
import { type Image, inside, makeImage } from './image.ts';

/**
 * `npm run test:image`: what the Dockerfile makes, without a container engine; its commands run in a folder, and what
 * compose.yaml starts is started from there, as a user who may write to the volumes only. Needs npm's registry, and minutes.
 */
const root = resolve(import.meta.dirname, '../..');
const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<
    Record<
      'coordinator' | 'worker',
      { readonly command: readonly string[]; readonly entrypoint?: readonly string[] }
    >
  >;
};
let image: Image;

beforeAll(() => {
  image = makeImage(root);
}, 600_000);
afterAll(() => rm(dirname(image.root), { recursive: true }));

/** What the container would start, as its user, in its environment, and nothing of ours. */
function start(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const [program = '', ...rest] = command.map((argument) => inside(image.root, argument));
  const { workingDirectory, user } = image;
  const PATH = `${join(image.root, '/usr/local/bin')}:${process.env.PATH}`;
  const env = { ...image.environment, ...environment, PATH };
  return { program, rest, options: { cwd: workingDirectory, env, ...user } };
}

function toEnd(command: readonly string[], environment?: Readonly<Record<string, string>>) {
  const { program, rest, options } = start(command, environment);
  return spawnSync(program, rest, { ...options, encoding: 'utf8' });
}

/** A command of compose.yaml: its defaults, and a free port for its metrics. */
function ofCompose(command: readonly string[], port: number): readonly string[] {
  const known = command.map((argument) => argument.replace(/^\$\{[A-Z]+:-(.*)\}$/, '$1'));
  return known.map((argument) => argument.replace(/^0\.0\.0\.0:9464$/, `127.0.0.1:${port}`));
}

async function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? ((await once(child, 'exit'))[0] as number | null);
}

describe('the image', () => {
  it('holds what it runs on, and no more', () => {
    const at = (path: string): boolean => existsSync(join(image.root, '/opt/nos', path));
    expect(['dist/cli/main.js', 'assets/digits', 'deploy/coordinate'].map(at)).toEqual([true, true, true]);
    expect(['src', 'test', 'node_modules/typescript'].map(at)).toEqual([false, false, false]);
    expect(readdirSync(join(image.root, '/opt/nos/engine'))).toHaveLength(1);
  });

  it('is fit, and its user cannot change it', () => {
    const { stdout, status } = toEnd([...image.entrypoint, 'doctor', '--json']);
    const { checks } = JSON.parse(stdout) as {
      checks: readonly { name: string; state: string; detail: string }[];
    };
    expect(status).toBe(0);
    expect(checks.find(({ name }) => name === 'engine')).toMatchObject({ state: 'ok' });
    expect(checks.find(({ name }) => name === 'store')?.detail).toContain(
      inside(image.root, '/var/lib/nos/runs'),
    );
    // Root may write everywhere.
    if (process.getuid?.() === 0) expect(toEnd(['sh', '-c', 'echo > /opt/nos/dist/x']).status).not.toBe(0);
    expect(toEnd(['sh', '-c', 'echo > /var/lib/nos/data/x']).status).toBe(0);
  });

  it.skipIf(noRedis)(
    'runs the search of compose.yaml with its worker, and goes on with it',
    async () => {
      const redis: RedisServer = await startRedis(['--requirepass', 'sesame']);
      const NOS_REDIS_URL = redis.url.replace('//', '//:sesame@');
      const search = { NOS_REDIS_URL, NOS_TASK: 'digits-mlp', NOS_SAMPLES: '10', NOS_PRESET: 'quick' };
      const port = await freePort();
      const { program, rest, options } = start(
        [...image.entrypoint, ...ofCompose(services.worker.command, port)],
        { NOS_REDIS_URL },
      );
      const worker = spawn(program, rest, { ...options, stdio: 'inherit' });
      const coordinate = [
        ...(services.coordinator.entrypoint ?? []),
        ...ofCompose(services.coordinator.command, await freePort()),
      ];
      const first = toEnd(coordinate, search);
      expect(first).toMatchObject({ status: 0 });
      expect(first.stdout).toContain('retest');

      const health = image.healthcheck.map((argument) => argument.replace('9464', `${port}`));
      expect(toEnd(health).status).toBe(0);
      worker.kill('SIGTERM');
      expect(await ended(worker)).toBe(143);
      expect(toEnd(health).status).toBe(1);

      // The run is over: its coordinator needs no worker to say so.
      const again = toEnd(coordinate, search);
      expect(again.status).toBe(0);
      // What follows says how long it took.
      const table = (text: string): string => text.slice(text.indexOf('retest'), text.indexOf('\nrun '));
      expect(table(again.stdout)).toBe(table(first.stdout));
      await redis.stop();
    },
    120_000,
  );
});
