import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { NosError } from '../../errors.ts';

/** A connection that waits and connects again by itself, for as long as it takes. */
export interface Connection {
  readonly client: Redis;
  /** Where it leads, without name and password: for messages and logs. */
  readonly place: string;
  /** A text of Redis or its client without the password, which it may repeat. */
  readonly redact: (text: string) => string;
  /** Closes at once, whatever is under way; copies that BullMQ made of the client connect no more. */
  close(): void;
}

/** Milliseconds before the n-th attempt to connect again. */
const retryAfter = (n: number): number => Math.min(n * 100, 1_000);

/** A socket that has answered nothing for so long, while it should, is dead. Blocking reads end after 10 s. */
const SILENCE_MS = 30_000;
const CONNECT_MS = 10_000;

/**
 * Connects to `redis://[[USER]:PASSWORD@]HOST:PORT[/DATABASE]`, or `rediss://` for TLS. Later losses are bridged: `note` gets
 * a line when the connection is lost and when it is back, and commands wait meanwhile.
 *
 * @throws NosError `bad-option` for what is no such URL; `queue` where nobody answers or the password is refused. No
 *   message holds the password.
 */
export async function connect(
  url: string,
  note: (line: string, about: 'lost' | 'back') => void,
): Promise<Connection> {
  const place = placeOf(url);
  const redact = redactor(url);
  const { Redis } = await import('ioredis');
  let state: 'opening' | 'open' | 'closed' = 'opening';
  let trouble = '';
  const client = new Redis(url, {
    lazyConnect: true,
    // BullMQ asks for it: commands wait for the connection instead of failing.
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (n) => (state === 'open' ? retryAfter(n) : null),
  });
  client.on('error', ({ message }: Error) => {
    trouble = message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw refused(place, redact(trouble || (error as Error).message));
  }
  state = 'open';
  // BullMQ copies the client. A lazy copy whose first attempt to connect fails is never ready for it, though it is there later.
  client.options.lazyConnect = false;
  let lost = false;
  client.on('close', () => {
    if (!lost && state === 'open') note(`lost the connection to ${place}: trying again`, 'lost');
    lost = true;
  });
  client.on('ready', () => {
    if (lost) note(`connected to ${place} again`, 'back');
    lost = false;
  });
  return {
    client,
    place,
    redact,
    close: () => {
      state = 'closed';
      // Between two attempts, ioredis would forget the commands that wait; the next attempt, the last one, fails them.
      if (client.status === 'reconnecting') client.once('connect', () => client.disconnect());
      else client.disconnect();
    },
  };
}

/** Resolves once `work` is done or has failed, or after so long. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const patience = sleep(milliseconds, undefined, { signal: done.signal });
  await Promise.race([work, patience]).catch(() => undefined);
  done.abort();
  await patience.catch(() => undefined);
}

/** Whether it only says that the connection is lost, which {@link connect} says already. */
export function isOutage(error: Error): boolean {
  return /^E[A-Z]+$/.test(String((error as NodeJS.ErrnoException).code)) || /connection/i.test(error.message);
}

/** Whether it says that something of ours in Redis was overwritten with what cannot be read. */
export function isGarbled(error: Error): boolean {
  return error instanceof SyntaxError || /^WRONGTYPE/.test(error.message);
}

/** @throws NosError `bad-option`, which does not repeat the text: it may hold a password. */
export function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new NosError(
      'bad-option',
      '--redis: expected redis://HOST:PORT, or rediss://HOST:PORT for TLS',
      'with a password: redis://:PASSWORD@HOST:PORT, best in NOS_REDIS_URL',
    );
  }
  return `${parsed.protocol}//${parsed.hostname}:${parsed.port || 6379}${parsed.pathname === '/' ? '' : parsed.pathname}`;
}

/** Takes the password of a URL out of a text, as the URL has it and as Redis gets it. */
export function redactor(url: string): (text: string) => string {
  const { password, searchParams } = new URL(url);
  const secrets = [password, decoded(password), searchParams.get('password') ?? ''].filter(Boolean);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(place: string, reason: string): NosError {
  const why = /NOAUTH/.test(reason) ? 'a password is needed' : reason;
  const hint = /NOAUTH|WRONGPASS|NOPERM/.test(reason)
    ? 'give name and password as redis://USER:PASSWORD@HOST:PORT, best in NOS_REDIS_URL'
    : 'is a Redis server running there, and reachable from here?';
  return new NosError('queue', `${place}: ${why}`, hint);
}
