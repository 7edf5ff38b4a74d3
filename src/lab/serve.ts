import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NosError } from '../errors.ts';
import { readSite, type Site } from './site.ts';

export interface LabServer {
  /** `http://127.0.0.1:8471/`, with the real port if 0 was asked for. */
  readonly url: string;
  /** Ends it at once, with all connections. */
  close(): void;
}

const HOST = '127.0.0.1';

/**
 * Serves the rule lab to browsers on this machine. It answers with the files of the site, which it has read before, and nothing else; a
 * request that names another host, as a page elsewhere could make a browser send, is refused.
 *
 * @param port 0 for any that is free.
 * @throws NosError `address` if the port cannot be listened on; `data-missing` if the package was built without the site.
 */
export async function serveLab(port: number): Promise<LabServer> {
  const site = await readSite();
  const server = createServer((request, response) => answer(site, request, response));
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch (error) {
    throw refused(port, error as NodeJS.ErrnoException);
  }
  // Later errors of a connection end only that connection.
  server.on('error', () => undefined);
  const { port: real } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${real}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  md: 'text/plain; charset=utf-8',
};

/** The page names its own policy too, for servers that know none. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "frame-ancestors 'none'",
  'cache-control': 'no-cache',
};

function answer(site: Site, { method, headers, url = '/' }: IncomingMessage, response: ServerResponse): void {
  const path = url.replace(/[?#].*/, '').slice(1) || 'index.html';
  const file = site.get(path);
  if (!isOurs(headers.host)) send(response, 403, 'not this host\n');
  else if (method !== 'GET' && method !== 'HEAD') send(response, 405, 'GET only\n');
  else if (file === undefined) send(response, 404, 'no such file\n');
  else send(response, 200, file, TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream');
}

/** Whether a Host header names this machine itself: a foreign name that was made to lead here does not. */
const isOurs = (host = ''): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host);

function send(response: ServerResponse, status: number, body: string | Uint8Array, type = TYPES.md!): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': length });
  response.end(body);
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'in use by another process',
  EACCES: 'not allowed',
};

function refused(port: number, error: NodeJS.ErrnoException): NosError {
  const reason = REASONS[error.code ?? ''] ?? error.message;
  return new NosError(
    'address',
    `port ${port} of ${HOST}: ${reason}`,
    'choose another: --port 0 takes a free one',
    {
      cause: error,
    },
  );
}
