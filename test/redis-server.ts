import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests with Redis cannot run here; nothing where they can. */
export const noRedis: string | undefined = spawnSync('redis-server', ['--version']).error
  ? 'SKIPPED, as no redis-server is installed (Debian: apt-get install redis-server)'
  : undefined;

if (noRedis) console.warn(`Tests with Redis: ${noRedis}`);

/** A Redis of the test's own, on a free port of the loopback interface, with a directory of its own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** SIGKILL: what it did not write is lost. */
  kill(): Promise<void>;
  /** Where it writes what it keeps, if the settings say that it keeps something. */
  readonly directory: string;
  /** Starts it again on the same port: empty, unless the settings say that it keeps something. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings - further arguments, as `--requirepass secret`; with `tls`, those of its certificate are among them. */
export async function startRedis(
  settings: readonly string[] = [],
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'nos-redis-'));
  const port = await freePort();
  const listen = tls ? ['--port', '0', '--tls-port', `${port}`] : ['--port', `${port}`];
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(
      'redis-server',
      [...listen, '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...settings],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    for await (const text of child.stdout as NonNullable<ChildProcess['stdout']>) {
      if (String(text).includes('Ready to accept connections')) break;
    }
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const stop = async (): Promise<void> => {
    await kill();
    await rm(directory, { recursive: true });
  };
  await start();
  return { url: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`, port, directory, kill, start, stop };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
