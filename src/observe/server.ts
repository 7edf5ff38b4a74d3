import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NosError } from '../errors.ts';
import { type Address, authority } from './address.ts';

/** Sources of the pages; each is called at every request. */
export interface MetricsEndpoints {
  readonly metrics: () => Promise<string>;
  readonly contentType: string;
  /** Says in one line what is wrong; undefined if nothing is. */
  readonly trouble: () => string | undefined;
}

export interface MetricsServer {
  /** `http://127.0.0.1:9464`, with the real port if 0 was asked for. */
  readonly url: string;
  /** Ends it at once, with all connections. */
  close(): void;
}

/**
 * Serves `/metrics` in Prometheus's text format, and `/healthz`: 200 and `ok`, or 503 and what is wrong. It keeps no process
 * alive.
 *
 * @throws NosError `address` if the address is in use, not this machine's, or not allowed.
 */
export async function serveMetrics(address: Address, served: MetricsEndpoints): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(request, response, served).catch((error: Error) => send(response, 500, `${error.message}\n`));
  });
  server.unref();
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    throw refused(address, error as NodeJS.ErrnoException);
  }
  // Later errors of a connection end only that connection.
  server.on('error', () => undefined);
  server.on('connection', (socket) => socket.unref());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${authority({ ...address, port })}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  served: MetricsEndpoints,
): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*/, '');
  if (request.method !== 'GET' && request.method !== 'HEAD') send(response, 405, 'GET only\n');
  else if (path === '/metrics') send(response, 200, await served.metrics(), served.contentType);
  else if (path === '/healthz') {
    const trouble = served.trouble();
    send(response, trouble === undefined ? 200 : 503, `${trouble ?? 'ok'}\n`);
  } else send(response, 404, 'here are /metrics and /healthz\n');
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: ['in use by another process', 'choose another port: --metrics PORT'],
  EADDRNOTAVAIL: ['no address of this machine', 'choose one that it has, or 0.0.0.0'],
  ENOTFOUND: ['no host of that name', 'choose an address that this machine has, or 0.0.0.0'],
  EACCES: ['not allowed', 'choose a port above 1023: --metrics PORT'],
};

function refused(address: Address, error: NodeJS.ErrnoException): NosError {
  const [reason, hint] = REASONS[error.code ?? ''] ?? [error.message, ''];
  return new NosError('address', `metrics at ${authority(address)}: ${reason}`, hint, { cause: error });
}
