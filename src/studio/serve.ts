import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { NosError } from '../errors.ts';
import { openDigest } from '../store/index.ts';
import { Jobs, type RuleJob } from './jobs.ts';
import { readerOf } from './reader.ts';
import { studioApp } from './studio.ts';

export interface ServeOptions {
  /** The store's file. */
  readonly store: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** An address of this machine that others reach; only this machine can connect without one. */
  readonly host?: string | undefined;
  /** Runs to begin with: the one, or these in one picture. All in a list unless any are given. */
  readonly runs?: readonly string[];
  /** Trains for the pages, which may not ask for that unless it is given. */
  readonly evaluate?: RuleJob | undefined;
}

export interface RunningStudio {
  /** What to open in a browser; with the token, if there is one. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the studio until it is closed.
 *
 * @throws NosError `address`; those of {@link openDigest}.
 */
export async function serveStudio({
  store,
  port,
  host,
  runs = [],
  evaluate,
}: ServeOptions): Promise<RunningStudio> {
  const digest = await openDigest(store);
  for (const run of runs) await digest.run(run);
  const reader = await readerOf(digest);
  const token = host === undefined ? undefined : randomBytes(24).toString('base64url');
  const door = { port, ...(token === undefined ? {} : { token }) };
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) }) as Server;
  try {
    server.listen(port, host ?? '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    digest.close();
    throw refused(port, error as NodeJS.ErrnoException);
  }
  const listening = (server.address() as AddressInfo).port;
  const jobs = evaluate && new Jobs(evaluate);
  const app = studioApp({ reader, door: { ...door, port: listening }, jobs });
  const name = host === undefined ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${listening}/${token === undefined ? '' : `?token=${token}`}${placeOf(runs)}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await jobs?.close();
      digest.close();
    },
  };
}

/** The part of the address that says which page is shown. */
function placeOf(runs: readonly string[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  if (runs.length === 1) return `#/run/${encodeURIComponent(first)}`;
  return `#/compare?${runs.map((run) => `run=${encodeURIComponent(run)}`).join('&')}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'in use by another process',
  EADDRNOTAVAIL: 'no address of this machine',
  ENOTFOUND: 'no host of that name',
  EACCES: 'not allowed',
};

function refused(port: number, error: NodeJS.ErrnoException): NosError {
  const reason = REASONS[error.code ?? ''] ?? error.message;
  return new NosError(
    'address',
    `port ${port}: ${reason}`,
    'choose another: --port 0 takes any that is free',
    {
      cause: error,
    },
  );
}
