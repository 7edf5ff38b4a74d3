import { once } from 'node:events';
import { connect as connectPlainly, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectSafely } from 'node:tls';
import type { RedisAddress } from '../../redis-url.ts';

const PATIENCE_MS = 3_000;
const LISTEN_MS = 200;

/** Says what is wrong, and what helps, if a port speaks TLS and the URL does not, or the other way round; nothing otherwise. */
export async function wrongTransport({
  tls,
  host,
  port,
  place,
}: RedisAddress): Promise<{ readonly why: string; readonly hint: string } | undefined> {
  const other = tls ? place.replace('rediss://', 'redis://') : place.replace('redis://', 'rediss://');
  if (!(tls ? await speaksPlainly(host, port) : await speaksTls(host, port))) return undefined;
  const why = tls ? 'a Redis answers there without TLS' : 'that port speaks TLS';
  return { why, hint: `write ${other.split('://')[0]}:// instead, as in ${other}` };
}

async function speaksPlainly(host: string, port: number): Promise<boolean> {
  return /^[+-]/.test((await firstReply({ host, port })) ?? '');
}

/** Returns what a port says to a command of Redis, or before it. No name or password is sent. */
export function firstReply({ host, port }: Pick<RedisAddress, 'host' | 'port'>): Promise<string | undefined> {
  const socket = connectPlainly({ host, port });
  return answers(socket, async (signal) => {
    const heard = once(socket, 'data', { signal });
    // Whoever turns clients away says so first, and reads nothing.
    const asking = sleep(LISTEN_MS, undefined, { ref: false }).then(() => socket.write('PING\r\n'));
    const [[reply]] = await Promise.all([heard, asking]);
    return String(reply);
  });
}

/** Tells whether a port shakes hands. Whose certificate it has does not matter here. */
async function speaksTls(host: string, port: number): Promise<boolean> {
  const socket = connectSafely({ host, port, rejectUnauthorized: false });
  const shaken = await answers(socket, async (signal) => {
    await once(socket, 'secureConnect', { signal });
    return true;
  });
  return shaken === true;
}

async function answers<T>(socket: Socket, ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  socket.on('error', () => undefined);
  try {
    return await ask(AbortSignal.timeout(PATIENCE_MS));
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
