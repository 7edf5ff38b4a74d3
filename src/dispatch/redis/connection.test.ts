import { once } from 'node:events';
import { type AddressInfo, connect as connectTo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from '../../../test/redis-server.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { connect } from './connection.ts';

const { signal } = new AbortController();

describe.skipIf(noRedis)('a connection to Redis', () => {
  let redis: RedisServer;
  let server: Server;
  /** The way to Redis cuts so many of the connections that come next, when they first say something. */
  let cuts: number;

  beforeEach(async () => {
    redis = await startRedis([]);
    cuts = 0;
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (cuts > 0) {
        cuts--;
        socket.once('data', () => socket.destroy());
        return;
      }
      const there = connectTo(Number(new URL(redis.url).port), '127.0.0.1').on('error', () => undefined);
      socket.pipe(there).pipe(socket);
      socket.on('close', () => there.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await redis.stop();
  });

  it('waits on a copy whose own way is cut at first, as while Redis restarts', async () => {
    const { port } = server.address() as AddressInfo;
    const { client, duplicate, close } = await connect(`redis://127.0.0.1:${port}`, () => undefined);
    cuts = 2;
    const waited = duplicate(signal).blpop('list', 60);
    await eventually(() => cuts).toBe(0);
    await client.rpush('list', 'one');
    expect(await waited).toEqual(['list', 'one']);
    close();
  });

  it('says when it is lost, and when it is back, and counts its age from then', async () => {
    const said: string[] = [];
    const { client, age, close } = await connect(redis.url, (line) => said.push(line));
    expect(age()).toBeGreaterThan(0);
    await redis.kill();
    await eventually(() => said).toHaveLength(1);
    expect(age()).toBe(0);
    const waiting = client.ping();
    await redis.start();
    expect(await waiting).toBe('PONG');
    expect(said).toEqual([
      `lost the connection to ${redis.url}: trying again`,
      `connected to ${redis.url} again`,
    ]);
    close();
    await expect(client.ping()).rejects.toThrow(/closed/);
  });

  it('fails what waits when it is closed while Redis is away', async () => {
    const { client, duplicate, close } = await connect(redis.url, () => undefined);
    const copy = duplicate(signal);
    await copy.ping();
    await redis.kill();
    const waiting = [client.ping(), copy.blpop('list', 60)].map((command) =>
      expect(command).rejects.toThrow(),
    );
    close();
    await Promise.all(waiting);
  });

  it('closes a copy by its signal, whether Redis is there or not', async () => {
    const { duplicate, close } = await connect(redis.url, () => undefined);
    for (const away of [false, true]) {
      const stop = new AbortController();
      const copy = duplicate(stop.signal);
      await copy.ping();
      if (away) await redis.kill();
      const waiting = expect(copy.blpop('list', 60)).rejects.toThrow(/closed/);
      stop.abort();
      await waiting;
    }
    close();
  });
});
