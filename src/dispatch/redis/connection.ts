import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { NosError } from '../../errors.ts';
import { parseRedisUrl, type RedisAddress, redactor } from '../../redis-url.ts';
import type { NoticeSubject } from '../dispatcher.ts';
import { isRefusal, refused } from './refusal.ts';
import { firstReply, wrongTransport } from './transport.ts';

/** A connection that waits and connects again by itself, for as long as it takes. */
export interface Connection {
  readonly client: Redis;
  /** The place of Redis, without name and password: for messages and logs. */
  readonly place: string;
  /** Takes the password out of a text of Redis or its client. */
  readonly redact: (text: string) => string;
  /** Turns what Redis refuses into an error of ours that says what helps. */
  readonly refusal: (error: Error) => NosError;
  /** Makes a further connection, for commands that wait for something. It is closed with this one, or by the signal. */
  duplicate(signal: AbortSignal): Redis;
  /** Milliseconds for which the connection has been there without a loss. */
  age(): number;
  /** Closes everything at once, whatever is under way. */
  close(): void;
}

/** Returns the milliseconds before the n-th attempt to connect again. */
const retryAfter = (n: number): number => Math.min(n * 100, 1_000);

/** Milliseconds without an answer after which a socket is dead. Commands that wait end after 5 s. */
const SILENCE_MS = 30_000;
const CONNECT_MS = 10_000;
/** Milliseconds after which a handshake of TLS may be with somebody who knows nothing of TLS. */
const HANDSHAKE_MS = 1_500;
/** Milliseconds for which a Redis is waited for that still reads what it kept. */
const LOADING_MS = 60_000;

/** Gets lines for people. */
export type Note = (line: string, about: NoticeSubject) => void;

/**
 * Connects to a Redis; see `parseRedisUrl` for the URL. Later losses are bridged: `note` gets a line when the connection is lost
 * and when it is back, and commands wait meanwhile.
 *
 * @throws NosError `bad-option` if it is no such URL; `queue` if nobody answers or Redis refuses. No message holds the
 *   password.
 */
export async function connect(url: string, note: Note): Promise<Connection> {
  const address = parseRedisUrl(url);
  const { place } = address;
  const redact = redactor(url);
  const refusal = (error: Error): NosError => refused(place, redact(error.message));
  const { Redis } = await import('ioredis');
  let state: 'opening' | 'open' | 'closed' = 'opening';
  let trouble = '';
  const client = new Redis({
    ...optionsOf(address),
    lazyConnect: true,
    // While Redis loads its data, it is to say so instead of keeping us waiting without a word.
    enableReadyCheck: false,
    // Commands wait for the connection instead of failing.
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (n) => (state === 'open' ? retryAfter(n) : null),
  });
  client.on('error', ({ message }: Error) => {
    trouble = message;
  });
  const vain = address.tls ? endVainHandshake(client, address) : undefined;
  try {
    await openLoaded(
      () => open(client, address),
      (error) => /\bLOADING\b/.test(`${error.message} ${trouble}`),
      () => note(`${place} is loading its data: waiting for it`, 'other'),
    );
  } catch (error) {
    client.disconnect();
    const other = isRefusal(error) ? undefined : await wrongTransport(address);
    if (other !== undefined) throw new NosError('queue', `${place}: ${other.why}`, other.hint);
    if (error instanceof NosError) throw error;
    if (isRefusal(error)) throw refusal(error);
    throw refused(place, redact(await lastWord(address, trouble || (error as Error).message)));
  } finally {
    clearTimeout(vain);
  }
  state = 'open';
  // A Redis that was started again must not be asked before it has loaded its data. Not every user may find that out.
  const enableReadyCheck = await client.info().then(
    () => true,
    () => false,
  );
  Object.assign(client.options, { lazyConnect: false, enableReadyCheck });
  const closed = new AbortController();
  let since = performance.now();
  let lost = false;
  client.on('close', () => {
    if (!lost && state === 'open') note(`lost the connection to ${place}: trying again`, 'lost');
    lost = true;
  });
  client.on('ready', () => {
    if (lost) note(`connected to ${place} again`, 'back');
    lost = false;
    since = performance.now();
  });
  return {
    client,
    place,
    redact,
    refusal,
    duplicate: (signal) => {
      const copy = client.duplicate();
      const leave = (): void => hangUp(copy);
      // The client says that the connection is lost.
      copy.on('error', () => undefined);
      for (const one of [signal, closed.signal]) {
        one.addEventListener('abort', leave);
        copy.on('end', () => one.removeEventListener('abort', leave));
      }
      return copy;
    },
    age: () => (client.status === 'ready' ? performance.now() - since : 0),
    close: () => {
      state = 'closed';
      closed.abort();
      hangUp(client);
    },
  };
}

/** Closes a connection for good. The commands that wait fail. */
function hangUp(client: Redis): void {
  client.options.retryStrategy = () => null;
  // Between two attempts to connect, ioredis would forget the commands that wait; the next attempt, the last one, fails them.
  if (client.status === 'reconnecting') client.once('connect', () => client.disconnect());
  else client.disconnect();
}

function optionsOf({ host, port, username, password, database, tls }: RedisAddress) {
  return {
    host,
    port,
    db: database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}

/** Connects, and makes sure that the database is the one that was asked for. */
async function open(client: Redis, { database, place }: RedisAddress): Promise<void> {
  if (client.status !== 'ready') await client.connect();
  await client.ping();
  // If Redis refuses another database, the client goes on with database 0.
  if (database === 0) return;
  await client.select(database).catch((error: Error) => {
    if (!/index/i.test(error.message)) throw error;
    const { hint } = refused(place, error.message);
    throw new NosError('queue', `${place}: has no database ${database}`, hint);
  });
}

/** Tries again while Redis loads its data, and says so once. */
async function openLoaded(act: () => Promise<void>, isLoading: (error: Error) => boolean, say: () => void) {
  const end = performance.now() + LOADING_MS;
  for (let said = false; ; said = true) {
    try {
      return await act();
    } catch (error) {
      if (!isLoading(error as Error) || performance.now() > end) throw error;
    }
    if (!said) say();
    await sleep(LOADING_MS / 100);
  }
}

/** Finds out why a connection was closed: Redis says so before it is asked anything, and the client does not hear it. */
async function lastWord(address: RedisAddress, reason: string): Promise<string> {
  if (address.tls || !/EPIPE|ECONNRESET|closed/i.test(reason)) return reason;
  const reply = await firstReply(address);
  return reply?.startsWith('-') ? reply.slice(1) : reason;
}

/** Ends an attempt whose handshake takes long, if somebody is there who knows nothing of TLS and may say nothing at all. */
function endVainHandshake(client: Redis, address: RedisAddress): NodeJS.Timeout {
  return setTimeout(async () => {
    if (await wrongTransport(address)) client.disconnect();
  }, HANDSHAKE_MS);
}

/** Resolves once `work` is done or has failed, or after so long. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const patience = sleep(milliseconds, undefined, { signal: done.signal });
  await Promise.race([work, patience]).catch(() => undefined);
  done.abort();
  await patience.catch(() => undefined);
}

/** Tells whether an error only says that the connection is lost, which {@link connect} says already. */
export function isOutage(error: Error): boolean {
  return /^E[A-Z]+$/.test(String((error as NodeJS.ErrnoException).code)) || /connection/i.test(error.message);
}

/** Tells whether an error says that something of ours in Redis was overwritten with what cannot be read. */
export function isGarbled(error: Error): boolean {
  return error instanceof SyntaxError || /^WRONGTYPE/.test(error.message);
}
