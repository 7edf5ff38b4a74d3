// A redis-server of a benchmark's own, on this machine, that keeps nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Its URL, a client, what it says of itself by a number, its processor seconds so far, and its end. */
export async function startRedis() {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'nos-bench-'));
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', () => {}); // until it is there
  await client.ping();
  const figure = async (section, name) =>
    Number(new RegExp(`${name}:([0-9.]+)`).exec(await client.info(section))[1]);
  return {
    url,
    client,
    figure,
    processorSeconds: async () =>
      (await figure('cpu', 'used_cpu_user')) + (await figure('cpu', 'used_cpu_sys')),
    close: async () => {
      client.disconnect();
      server.kill();
      await once(server, 'exit');
      rmSync(directory, { recursive: true });
    },
  };
}
